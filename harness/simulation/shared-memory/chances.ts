import type {
  BundledAlgorithm,
  SharedMemoryConfiguration,
} from "../../../systems/contracts/shared-memory.ts";
import { chanceOf, decisionProcess } from "../../exploration/shared-memory/decision-process.ts";

/** How often runs of a configuration came to an outcome, and how often they should. */
export interface Chance {
  readonly configuration: string;
  readonly outcome: string;
  /** Runs that were counted, and those of them that came to it. */
  readonly runs: number;
  readonly seen: number;
  /** The chance of it if the scheduler, who sees all, makes it the least, and the greatest. */
  readonly least: number;
  readonly greatest: number;
  /** Whether what was seen is within these, but for five standard deviations. */
  readonly valid: boolean;
}

/** What one run came to. */
export interface Happened {
  readonly configuration: string;
  readonly outcome: string;
}

/** A right algorithm is blamed once in three million times. */
const deviations = 5;
/** Chances are computed where there are no more states than this. */
const mostStates = 50_000;

/**
 * Holds what runs came to against the chances that the algorithm, without its mutants' bugs, gives each outcome against
 * the worst of schedulers. Any scheduler is as good as another for that, one at random as well.
 */
export function judgeChances(algorithm: BundledAlgorithm, happened: readonly Happened[]): Chance[] {
  const { outcomes = [], configurations } = algorithm;
  return configurations.flatMap((configuration) => {
    const here = happened.filter((each) => each.configuration === configuration.name);
    if (here.length === 0) return [];
    const bounds = boundsOf(algorithm, configuration);
    return outcomes.map(({ name }, i): Chance => {
      const seen = here.filter(({ outcome }) => outcome === name).length;
      const { least, greatest } = bounds[i]!;
      const runs = here.length;
      return {
        configuration: configuration.name,
        outcome: name,
        runs,
        seen,
        least,
        greatest,
        valid: seen >= runs * least - slack(runs, least) && seen <= runs * greatest + slack(runs, greatest),
      };
    });
  });
}

function boundsOf(
  algorithm: BundledAlgorithm,
  { inputs }: SharedMemoryConfiguration,
): { readonly least: number; readonly greatest: number }[] {
  const process = decisionProcess(algorithm.build(), inputs, mostStates);
  return (algorithm.outcomes ?? []).map(({ holds }) => ({
    least: chanceOf(process, holds, "least"),
    greatest: chanceOf(process, holds, "greatest"),
  }));
}

function slack(runs: number, chance: number): number {
  return deviations * Math.sqrt(runs * chance * (1 - chance)) + 1e-6 * runs;
}
