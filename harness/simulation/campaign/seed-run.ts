import type { Validity } from "../../../checkers/verdict.ts";
import { RandomChoices } from "../choices/index.ts";
import { fingerprintOf } from "../replay/fingerprint.ts";
import { replayText } from "../replay/replay-file.ts";
import { generatedSource, signatures, simulateRun, type Signature, type SimulatedRun } from "../runs/run.ts";
import { recordRun, replayScenario } from "../runs/scenario.ts";
import { planSimulation, type SimulationRequest } from "../runs/simulation-plan.ts";
import { drawConfiguration } from "../runs/swarm.ts";
import type { Happened } from "../shared-memory/chances.ts";
import { sharedAlgorithm } from "../shared-memory/shared-plan.ts";
import { inquireShared, runSharedSeed } from "../shared-memory/shared-seed.ts";
import { shrink, sizeOf, type Size } from "../shrinking/shrink.ts";

/** What a seed's run came to, in short. */
export interface SeedOutcome {
  readonly seed: number;
  readonly valid: Validity;
  readonly events: number;
  readonly operations: number;
  readonly microseconds: number;
  /** Kinds of failure, the first one first. */
  readonly failures: readonly Signature[];
  /** Why nothing can be said, where that is so. */
  readonly unknown: readonly string[];
  /** What it came to, where chances of that are known. */
  readonly happened?: Happened;
}

/** Runs one seed. */
export function runSeed(options: SimulationRequest, seed: number): SeedOutcome {
  const algorithm = sharedAlgorithm(options.protocol);
  if (algorithm !== undefined) return runSharedSeed(algorithm, options, seed);
  const { configuration, timetable } = drawConfiguration(planSimulation(options), String(seed));
  const run = simulateRun(
    configuration,
    generatedSource(configuration, timetable),
    new RandomChoices(String(seed)),
  );
  return {
    seed,
    valid: run.valid,
    events: run.events,
    operations: run.history.invocations().length,
    microseconds: run.microseconds,
    failures: signatures(run),
    unknown: run.valid === "unknown" ? reasonsOf(run) : [],
  };
}

function reasonsOf({ ending, verdicts }: SimulatedRun): string[] {
  if (ending === "too many events") return ["the run took more events than it may"];
  return verdicts.flatMap(({ checker, valid, reason }) =>
    valid === "unknown" ? [`${checker}: ${reason ?? "unknown"}`] : [],
  );
}

/** What is to be found out about a seed that failed. */
export interface Inquiry {
  readonly options: SimulationRequest;
  readonly seed: number;
  readonly signature: Signature;
  /** Runs that shrinking may take; 0 for no shrinking. */
  readonly budget: number;
  readonly version: string;
  readonly started: string;
}

/** A failure, as small as it got. */
export interface Finding {
  readonly seed: number;
  readonly signature: Signature;
  readonly explanation: string;
  /** The text of the replay file; of a run on shared memory its script. */
  readonly replay: string;
  readonly before: Size;
  readonly after: Size;
  /** How many runs shrinking took. */
  readonly runs: number;
}

/** Runs a seed that failed once more, writes it down, and makes it smaller. */
export function inquire(inquiry: Inquiry): Finding {
  const { options, seed, signature, budget, version, started } = inquiry;
  const algorithm = sharedAlgorithm(options.protocol);
  if (algorithm !== undefined) return inquireShared(algorithm, inquiry);
  const { configuration, timetable } = drawConfiguration(planSimulation(options), String(seed));
  const recorded = recordRun(
    configuration,
    generatedSource(configuration, timetable),
    new RandomChoices(String(seed)),
  );
  const size = sizeOf(recorded);
  const shrunk =
    budget > 0 ? shrink(recorded, signature, budget) : { ...recorded, before: size, after: size, runs: 0 };
  const replayed = replayScenario(shrunk.scenario);
  const { checker, anomaly } = signature;
  const verdict = replayed.run.verdicts.find(
    (each) => each.checker === checker && each.anomalies[0]?.type === anomaly,
  );
  if (verdict?.valid !== false || !replayed.choices.exact()) {
    throw new Error(`seed ${seed} does not fail again as it did: the simulation is not deterministic`);
  }
  const explanation = verdict.anomalies[0]?.explanation ?? "";
  const { before, after, runs } = shrunk;
  const replay = replayText({
    version,
    seed: String(seed),
    started,
    scenario: shrunk.scenario,
    expected: { ...signature, explanation, fingerprint: fingerprintOf(replayed) },
    ...(budget > 0 ? { shrunk: { before, after, runs } } : {}),
  });
  return { seed, signature, explanation, replay, before, after, runs };
}
