import { createRequire } from "node:module";

import { Tinypool } from "tinypool";

import { composeValidity, type Validity } from "../../../checkers/verdict.ts";
import type { Signature } from "../runs/run.ts";
import { planSimulation, type SimulationRequest } from "../runs/simulation-plan.ts";
import { judgeChances, type Chance } from "../shared-memory/chances.ts";
import { planShared, sharedAlgorithm } from "../shared-memory/shared-plan.ts";
import { inquire, runSeed, type Finding, type Inquiry, type SeedOutcome } from "./seed-run.ts";
import type { CampaignTask } from "./campaign-worker.ts";

export interface CampaignOptions extends SimulationRequest {
  /** How many seeds, from which one on. */
  readonly seeds: number;
  readonly first: number;
  /** Worker threads; the outcome is the same for any number. 0: none, in this thread. */
  readonly workers: number;
  /** Runs that shrinking a failure may take; 0 for no shrinking. */
  readonly shrinking: number;
  readonly version: string;
  /** UTC, ISO 8601. */
  readonly started: string;
}

export interface CampaignProgress {
  readonly phase: "running" | "shrinking";
  readonly seeds: number;
  readonly events: number;
  readonly failed: number;
}

export interface CampaignHooks {
  readonly progress?: (progress: CampaignProgress) => void;
  readonly signal?: AbortSignal;
}

/** Failures of one kind. */
export interface FailureGroup {
  readonly signature: Signature;
  /** All seeds that failed so, the lowest first. */
  readonly seeds: readonly number[];
  /** The first of them, looked into; absent when the campaign was interrupted before. */
  readonly finding?: Finding;
}

export interface CampaignResult {
  /** False when a seed failed; unknown when one could not be judged, or none had evidence. */
  readonly valid: Validity;
  /** Seeds that were run. */
  readonly seeds: number;
  readonly events: number;
  readonly operations: number;
  /** Virtual time in all. */
  readonly microseconds: number;
  /** By kind, in the order of their lowest seeds. */
  readonly failures: readonly FailureGroup[];
  /** Why seeds could not be judged, and how many. */
  readonly unknown: ReadonlyMap<string, number>;
  /** Where an algorithm's chances are known: how often what was seen, and how often it should be. */
  readonly chances: readonly Chance[];
  readonly interrupted: boolean;
}

/** How many seeds a worker takes at a time. */
const batch = 10;
/** Of so many kinds of failure the first is looked into. */
const mostFindings = 8;

/** Runs many seeds, and looks into the first failure of each kind. */
export async function runCampaign(
  options: CampaignOptions,
  hooks: CampaignHooks = {},
): Promise<CampaignResult> {
  const algorithm = sharedAlgorithm(options.protocol);
  if (algorithm === undefined) planSimulation(options);
  else planShared(algorithm, options);
  const crew = options.workers === 0 ? new Alone(hooks.signal) : new Workers(options.workers, hooks.signal);
  try {
    const outcomes = await allSeeds(options, crew, hooks);
    const groups = grouped(outcomes);
    const tally = totals(outcomes);
    hooks.progress?.({ phase: "shrinking", ...tally });
    const findings = await Promise.all(
      groups.slice(0, mostFindings).map(async ({ signature, seeds: [seed = 0] }) => {
        const { seeds: _, first: __, workers: ___, shrinking, version, started, ...simulation } = options;
        return crew.inquire({ options: simulation, seed, signature, budget: shrinking, version, started });
      }),
    );
    const happened = outcomes.flatMap((outcome) => outcome.happened ?? []);
    const chances = algorithm === undefined ? [] : judgeChances(algorithm, happened);
    return {
      valid: composeValidity([judge(outcomes), ...chances.map(({ valid }) => valid)]),
      chances,
      seeds: outcomes.length,
      events: tally.events,
      operations: outcomes.reduce((sum, { operations }) => sum + operations, 0),
      microseconds: outcomes.reduce((sum, { microseconds }) => sum + microseconds, 0),
      failures: groups.map((group, i) => {
        const finding = findings[i];
        return finding === undefined ? group : { ...group, finding };
      }),
      unknown: reasons(outcomes),
      interrupted: hooks.signal?.aborted === true,
    };
  } finally {
    await crew.close();
  }
}

async function allSeeds(
  options: CampaignOptions,
  crew: Crew,
  { progress, signal }: CampaignHooks,
): Promise<SeedOutcome[]> {
  const { seeds, first } = options;
  const batches: SeedOutcome[][] = [];
  let done = { seeds: 0, events: 0, failed: 0 };
  const tasks = Array.from({ length: Math.ceil(seeds / batch) }, (_, i) => ({
    first: first + i * batch,
    count: Math.min(batch, seeds - i * batch),
  }));
  await Promise.all(
    tasks.map(async (task, i) => {
      const outcomes = await crew.seeds({ kind: "seeds", options, ...task });
      if (outcomes === undefined || isAborted(signal)) return;
      batches[i] = outcomes;
      const more = totals(outcomes);
      done = {
        seeds: done.seeds + more.seeds,
        events: done.events + more.events,
        failed: done.failed + more.failed,
      };
      progress?.({ phase: "running", ...done });
    }),
  );
  return batches.flat();
}

function totals(outcomes: readonly SeedOutcome[]): { seeds: number; events: number; failed: number } {
  return {
    seeds: outcomes.length,
    events: outcomes.reduce((sum, { events }) => sum + events, 0),
    failed: outcomes.filter(({ valid }) => valid === false).length,
  };
}

/** By the first failure of each seed. */
function grouped(outcomes: readonly SeedOutcome[]): { signature: Signature; seeds: number[] }[] {
  const groups = new Map<string, { signature: Signature; seeds: number[] }>();
  for (const { seed, valid, failures } of outcomes) {
    const [signature] = failures;
    if (valid !== false || signature === undefined) continue;
    const name = JSON.stringify([signature.checker, signature.anomaly]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { signature, seeds: [seed] });
    else group.seeds.push(seed);
  }
  return [...groups.values()];
}

function reasons(outcomes: readonly SeedOutcome[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const reason of outcomes.flatMap(({ unknown }) => unknown)) {
    // The numbers in what was broken differ from seed to seed.
    const kind = reason.replace(/^(.*assumption broken: [^:]*):.*$/, "$1");
    found.set(kind, (found.get(kind) ?? 0) + 1);
  }
  return found;
}

/** Seeds without evidence say nothing, unless there is no other. */
function judge(outcomes: readonly SeedOutcome[]): Validity {
  if (outcomes.some(({ valid }) => valid === false)) return false;
  const blank = ({ valid, unknown }: SeedOutcome): boolean =>
    valid === "unknown" && unknown.every((reason) => reason.includes(": no evidence"));
  const telling = outcomes.filter((outcome) => !blank(outcome));
  return telling.length > 0 && telling.every(({ valid }) => valid === true) ? true : "unknown";
}

/** Who does the work. */
interface Crew {
  seeds(task: Extract<CampaignTask, { kind: "seeds" }>): Promise<SeedOutcome[] | undefined>;
  inquire(inquiry: Inquiry): Promise<Finding | undefined>;
  close(): Promise<void>;
}

/** This thread, which does one thing after another and gives way now and then. */
class Alone implements Crew {
  readonly #signal: AbortSignal | undefined;
  #before: Promise<unknown> = Promise.resolve();

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  seeds({ options, first, count }: Extract<CampaignTask, { kind: "seeds" }>): Promise<SeedOutcome[]> {
    return this.#inTurn(async () => {
      const outcomes: SeedOutcome[] = [];
      for (let i = 0; i < count && !isAborted(this.#signal); i++) {
        outcomes.push(runSeed(options, first + i));
        await new Promise(setImmediate);
      }
      return outcomes;
    });
  }

  inquire(inquiry: Inquiry): Promise<Finding | undefined> {
    return this.#inTurn(() => Promise.resolve(isAborted(this.#signal) ? undefined : inquire(inquiry)));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#before.then(work);
    this.#before = turn.catch(() => undefined);
    return turn;
  }
}

class Workers implements Crew {
  readonly #pool: Tinypool;
  readonly #signal: AbortSignal | undefined;

  constructor(count: number, signal: AbortSignal | undefined) {
    const filename = createRequire(import.meta.url).resolve("rashomon/harness/campaign-worker");
    this.#pool = new Tinypool({ filename, minThreads: 0, maxThreads: count });
    this.#signal = signal;
  }

  seeds(task: Extract<CampaignTask, { kind: "seeds" }>): Promise<SeedOutcome[] | undefined> {
    return this.#run<SeedOutcome[]>(task);
  }

  inquire(inquiry: Inquiry): Promise<Finding | undefined> {
    return this.#run<Finding>({ kind: "inquiry", inquiry });
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #run<Result>(task: CampaignTask): Promise<Result | undefined> {
    if (isAborted(this.#signal)) return undefined;
    try {
      // The task of the worker file gives what its kind says.
      return (await this.#pool.run(
        task,
        this.#signal === undefined ? {} : { signal: this.#signal },
      )) as Result;
    } catch (error) {
      if (isAborted(this.#signal)) return undefined;
      throw error;
    }
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
