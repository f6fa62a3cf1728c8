import { unknownName, UsageError } from "../../../histories/errors.ts";
import type {
  BundledAlgorithm,
  SharedMemoryConfiguration,
} from "../../../systems/contracts/shared-memory.ts";
import { algorithms } from "../../../systems/protocols/shared-memory/catalogue.ts";
import { seededRandom } from "../../../workloads/random.ts";
import type { SimulationRequest } from "../runs/simulation-plan.ts";
import { schedules, type Schedule } from "./schedule.ts";

/** A simulation of an algorithm on shared memory, with every name resolved. */
export interface SharedPlan {
  readonly algorithm: BundledAlgorithm;
  readonly mutant: string | undefined;
  /** Each seed draws one. */
  readonly configurations: readonly SharedMemoryConfiguration[];
  readonly schedules: readonly Schedule[];
  /** How often priorities change; drawn unless given. */
  readonly changes: number | undefined;
  /** How many steps a run may take. */
  readonly steps: number;
}

/** What a seed's run is like. */
export interface SharedDraw {
  readonly configuration: SharedMemoryConfiguration;
  readonly schedule: Schedule;
  readonly changes: number;
  /** Among so many first steps priorities change. */
  readonly horizon: number;
}

const usualSteps = 10_000;
const ofProtocols = [
  "workload",
  "faults",
  "nodes",
  "seconds",
  "rate",
  "concurrency",
  "interval",
  "liveness",
] as const;

/** The algorithm on shared memory of that name, if there is one. */
export function sharedAlgorithm(name: string): BundledAlgorithm | undefined {
  return algorithms.find((algorithm) => algorithm.name === name);
}

/** Resolves the names of `options`, or throws a usage error that says what there is. */
export function planShared(algorithm: BundledAlgorithm, options: SimulationRequest): SharedPlan {
  const { mutant, configuration, schedule, changes, steps = usualSteps } = options;
  const other = ofProtocols.find((name) => options[name] !== undefined);
  if (other !== undefined) {
    throw new UsageError(
      `${algorithm.name} is an algorithm on shared memory: it has no ${other === "seconds" ? "time" : other}. Runs of it have a configuration, a schedule, changes and steps.`,
    );
  }
  const { mutants, name } = algorithm;
  if (mutant !== undefined && !mutants.some((each) => each.name === mutant)) {
    throw unknownName(
      `mutant of ${name}`,
      mutant,
      mutants.map((each) => each.name),
    );
  }
  const chosen = schedules.find((each) => each === schedule);
  if (schedule !== undefined && chosen === undefined) throw unknownName("schedule", schedule, [...schedules]);
  return {
    algorithm,
    mutant,
    configurations: chosenConfigurations(algorithm, mutant, configuration),
    schedules: chosen === undefined ? schedules : [chosen],
    changes,
    steps,
  };
}

/** The one that is named; or those in which what is promised must hold. */
function chosenConfigurations(
  { name, configurations, processes }: BundledAlgorithm,
  mutant: string | undefined,
  wanted: string | undefined,
): readonly SharedMemoryConfiguration[] {
  if (wanted !== undefined) {
    const found = configurations.find((each) => each.name === wanted);
    if (found !== undefined) return [found];
    throw unknownName(
      `configuration of ${name}`,
      wanted,
      configurations.map((each) => each.name),
    );
  }
  const promised = configurations.filter(
    ({ refuted, inputs }) => (mutant !== undefined || refuted === undefined) && inputs.length <= processes,
  );
  if (promised.length > 0) return promised;
  throw new UsageError(
    `${name} is here to be refuted: it has no configuration in which its promises hold. Name one with --configuration: ${configurations.map((each) => each.name).join(", ")}.`,
  );
}

/** What a seed draws. */
export function drawShared(plan: SharedPlan, seed: string): SharedDraw {
  const random = seededRandom(seed).split("shared memory");
  return {
    configuration: random.pick(plan.configurations),
    schedule: random.pick(plan.schedules),
    changes: plan.changes ?? random.int(4),
    horizon: random.pick([8, 32, 128]),
  };
}
