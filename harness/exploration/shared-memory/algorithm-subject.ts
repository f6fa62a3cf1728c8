import { monitorFor } from "../../../checkers/consensus/monitors.ts";
import type {
  BundledAlgorithm,
  SharedMemoryConfiguration,
} from "../../../systems/contracts/shared-memory.ts";
import { explorable, originOf, type Explorable, type Subject } from "../subject.ts";
import { SharedMemorySystem } from "./shared-memory-system.ts";

/** Those that the system itself looks at, for they are about what processes can do next. */
const ownProperties = new Set(["wait-freedom", "deadlock-freedom"]);

/** An algorithm of processes that share atomic objects. */
export function algorithmSubject(algorithm: BundledAlgorithm): Subject {
  return {
    name: algorithm.name,
    mutants: algorithm.mutants,
    configurations: (mutant) =>
      algorithm.configurations.map((configuration) => ofAlgorithm(algorithm, mutant, configuration)),
  };
}

function ofAlgorithm(
  algorithm: BundledAlgorithm,
  mutant: string | undefined,
  configuration: SharedMemoryConfiguration,
): Explorable {
  // A mutant may well do where the algorithm does not; what it must be caught at is its own matter.
  const refuted = mutant === undefined ? configuration.refuted : undefined;
  const properties = new Set(algorithm.properties);
  if (refuted !== undefined) properties.add(refuted.property);
  return explorable({
    name: configuration.name,
    origin: originOf(algorithm.name, mutant, configuration.name),
    depth: configuration.depth,
    refuted,
    system: ({ crashes }) =>
      new SharedMemorySystem({
        machine: algorithm.build(mutant),
        inputs: configuration.inputs,
        stops: crashes ?? configuration.stops ?? 0,
        ...(algorithm.stepBound === undefined
          ? {}
          : {
              stepBounds: configuration.inputs.map((input, _, all) =>
                algorithm.stepBound!(all.length, input),
              ),
            }),
        waitFree: properties.has("wait-freedom"),
        monitors: [...properties]
          .filter((property) => !ownProperties.has(property))
          .map((property) => monitorFor(property)),
      }),
  });
}
