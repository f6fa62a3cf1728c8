import { monitorFor } from "../../../checkers/consensus/monitors.ts";
import type {
  BundledAlgorithm,
  SharedMemoryConfiguration,
} from "../../../systems/contracts/shared-memory.ts";
import { explorable, originOf, type Explorable, type Subject } from "../subject.ts";
import { SharedMemorySystem, type SharedMemoryOptions } from "./shared-memory-system.ts";

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

/** A mutant may well do where the algorithm does not; what it must be caught at is its own matter. */
function refutedIn(
  { refuted }: SharedMemoryConfiguration,
  mutant: string | undefined,
): SharedMemoryConfiguration["refuted"] {
  return mutant === undefined ? refuted : undefined;
}

/** An algorithm, or a mutant of it, in a small configuration, with what it promises there. */
export function sharedMemoryOptions(
  algorithm: BundledAlgorithm,
  mutant: string | undefined,
  configuration: SharedMemoryConfiguration,
  stops = configuration.stops ?? 0,
): SharedMemoryOptions {
  const refuted = refutedIn(configuration, mutant);
  const properties = new Set(algorithm.properties);
  if (refuted !== undefined) properties.add(refuted.property);
  const { inputs } = configuration;
  return {
    machine: algorithm.build(mutant),
    inputs,
    stops,
    ...(algorithm.stepBound === undefined
      ? {}
      : { stepBounds: inputs.map((input) => algorithm.stepBound!(inputs.length, input)) }),
    waitFree: properties.has("wait-freedom"),
    monitors: [...properties]
      .filter((property) => !ownProperties.has(property))
      .map((property) => monitorFor(property)),
  };
}

function ofAlgorithm(
  algorithm: BundledAlgorithm,
  mutant: string | undefined,
  configuration: SharedMemoryConfiguration,
): Explorable {
  return explorable({
    name: configuration.name,
    origin: originOf(algorithm.name, mutant, configuration.name),
    depth: configuration.depth,
    refuted: refutedIn(configuration, mutant),
    system: ({ crashes }) =>
      new SharedMemorySystem(sharedMemoryOptions(algorithm, mutant, configuration, crashes)),
  });
}
