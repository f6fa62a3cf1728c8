import { monitorFor } from "../../../checkers/consensus/monitors.ts";
import type {
  BundledAlgorithm,
  SharedMemoryConfiguration,
} from "../../../systems/contracts/shared-memory.ts";
import { explorable, judgedBy, originOf, type Explorable, type Subject } from "../subject.ts";
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

/** What an algorithm, or a mutant of it, promises in a configuration, and what must be refuted there. */
function propertiesIn(
  algorithm: BundledAlgorithm,
  mutant: string | undefined,
  configuration: SharedMemoryConfiguration,
): ReadonlySet<string> {
  const properties = new Set(algorithm.properties);
  const refuted = refutedIn(configuration, mutant);
  if (refuted !== undefined) properties.add(refuted.property);
  // Where nobody may wait at all, nobody waits for one another.
  if (!properties.has("wait-freedom")) properties.add("deadlock-freedom");
  return properties;
}

/** An algorithm, or a mutant of it, in a small configuration, with what it promises there, as far as that is judged. */
export function sharedMemoryOptions(
  algorithm: BundledAlgorithm,
  mutant: string | undefined,
  configuration: SharedMemoryConfiguration,
  stops = configuration.stops ?? 0,
  isJudged: (property: string) => boolean = () => true,
): SharedMemoryOptions {
  const properties = new Set([...propertiesIn(algorithm, mutant, configuration)].filter(isJudged));
  const { inputs } = configuration;
  return {
    machine: algorithm.build(mutant),
    inputs,
    stops,
    ...(algorithm.stepBound === undefined
      ? {}
      : { stepBounds: inputs.map((input) => algorithm.stepBound!(inputs.length, input)) }),
    waitFree: properties.has("wait-freedom"),
    deadlockFree: properties.has("deadlock-freedom"),
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
    properties: [...propertiesIn(algorithm, mutant, configuration)],
    origin: originOf(algorithm.name, mutant, configuration.name),
    depth: configuration.depth,
    refuted: refutedIn(configuration, mutant),
    system: (options) =>
      new SharedMemorySystem(
        sharedMemoryOptions(algorithm, mutant, configuration, options.crashes, judgedBy(options)),
      ),
  });
}
