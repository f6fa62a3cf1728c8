import type { History } from "../../histories/history.ts";
import type { Json } from "../../histories/json.ts";
import type { Budget, Checker } from "../checker.ts";
import type { Verdict } from "../verdict.ts";
import { Findings } from "./findings.ts";
import { judgeObject } from "./judge-object.ts";
import { judgeInThreads, type Task, type Threads } from "./parallel/judge-in-threads.ts";
import type { Model } from "./model.ts";
import { limitsOf, modelOf } from "./asked.ts";
import { ModelHistory } from "./partition.ts";

/** Steps for each object unless a budget says otherwise, so that every check ends, in some ten seconds to a minute. */
export const defaultSteps = 100_000_000;

export interface LinearizabilityOptions {
  /** A model of the catalogue by name, or a model. */
  readonly model: string | Model;
  /** Whether every value is a pair [key, value]; each key is then an object of its own. */
  readonly keyed?: boolean;
  /** The initial state of a model of the catalogue. */
  readonly initial?: Json;
  /** What a read of null says: see `NullReads`. */
  readonly nullReads?: NullReads;
}

/**
 * What a completed read of null says: that the object held null ("value"), or that nothing was learnt
 * ("unknown"), as Knossos takes it. Unless given, null is a value in histories of our own; in those of
 * other tools, which do not say, both are tried, and a verdict that hangs on it is unknown.
 */
export type NullReads = "value" | "unknown";

/** The checker for `check` and `checkInThreads`. */
export function linearizable(options: LinearizabilityOptions): Checker {
  // A wrong model is told when it is asked for.
  modelOf(options);
  return {
    name: "linearizable",
    summary: "every operation takes effect at one moment between its start and its end",
    check: (history, budget) => check(history, options, budget),
    checkInThreads: (history, budget, threads) => checkInThreads(history, options, budget, threads),
  };
}

/**
 * Decides whether a history is linearizable (Herlihy & Wing 1990) under a model.
 *
 * Real time is the order of the events in the history: one operation precedes another when its completion
 * stands before the other's invocation. Equal timestamps say nothing further, and intervals are closed.
 * Failed operations never happened. An operation with an unknown outcome (`info`, or no completion) may
 * take effect at any time after its invocation, or never. Each object is judged by itself.
 *
 * `budget.steps` is for each object. Throws a `UsageError` for an operation that the model does not know
 * and an `InputError` for one whose values do not have the documented form.
 */
export function check(history: History, options: LinearizabilityOptions, budget: Budget = {}): Verdict {
  const readings = readingsOf(history, options);
  for (let next = readings.next(); ;) {
    if (next.done === true) return next.value;
    next = readings.next(judge(history, next.value, options.keyed ?? false, budget));
  }
}

/**
 * Effort, about a second's, after which the objects that are left are worth sharing among threads, which take
 * time to start.
 */
const EffortAlone = 2_000_000;

/**
 * The same verdict as `check`, whatever the number of threads. Objects are judged in this thread until much
 * effort was spent (`alone`), and the rest in worker threads if several are left; so easy histories are spared
 * the threads. A model that is an object, and not named, cannot go to other threads, and stays here.
 */
export async function checkInThreads(
  history: History,
  options: LinearizabilityOptions,
  budget: Budget,
  threads: Threads & { readonly alone?: number },
): Promise<Verdict> {
  const { model, initial, keyed = false } = options;
  if (typeof model !== "string" || threads.workers < 2) return check(history, options, budget);
  const named = { model, ...(initial === undefined ? {} : { initial }) };
  const readings = readingsOf(history, options);
  for (let next = readings.next(); ;) {
    if (next.done === true) return next.value;
    next = readings.next(await judgeByThreads(history, named, next.value, keyed, budget, threads));
  }
}

/** A model, as one of the ways in which null can be read has it. */
interface Reading {
  readonly model: Model;
  readonly nullsUnknown: boolean;
}

/** The readings that are to be judged, one after the other, and the verdict that follows from theirs. */
function* readingsOf(
  history: History,
  options: LinearizabilityOptions,
): Generator<Reading, Verdict, Verdict> {
  const model = modelOf(options);
  const lenient = model.nullsUnknown?.() ?? model;
  if (options.nullReads === "unknown") return yield { model: lenient, nullsUnknown: true };
  const strict = yield { model, nullsUnknown: false };
  if (options.nullReads === "value" || !history.foreign || strict.valid !== false || lenient === model)
    return strict;
  const relaxed = yield { model: lenient, nullsUnknown: true };
  // A contradiction that needs no read of null is the stronger one to show.
  return relaxed.valid === false ? relaxed : hangsOnNull(strict, relaxed);
}

/** The verdict where a history of another tool is contradictory only if null is a value. */
function hangsOnNull({ anomalies, ...strict }: Verdict, relaxed: Verdict): Verdict {
  const [first] = anomalies;
  const otherwise =
    relaxed.valid === true ? "nothing contradicts it" : `it is undecided (${relaxed.reason ?? "no reason"})`;
  return {
    ...strict,
    valid: "unknown",
    anomalies: [],
    reason:
      `it hangs on what a read of null says. If null is a value, it is not linearizable: ${first?.explanation ?? ""} ` +
      `If null says that nothing was learnt, as Knossos takes it, ${otherwise}. ` +
      "Say which with --null-reads value or --null-reads unknown.",
  };
}

function judge(history: History, { model }: Reading, keyed: boolean, budget: Budget): Verdict {
  const source = new ModelHistory(history, model, keyed);
  const limits = limitsOf(budget, defaultSteps);
  const findings = new Findings();
  for (const partition of source.partitions())
    findings.add(
      partition.key,
      judgeObject(source, partition, limits, () => findings.wantsAnomaly),
    );
  return findings.verdict(source);
}

async function judgeByThreads(
  history: History,
  named: Pick<Task["model"], "model" | "initial">,
  { model, nullsUnknown }: Reading,
  keyed: boolean,
  budget: Budget,
  { alone = EffortAlone, ...threads }: Threads & { readonly alone?: number },
): Promise<Verdict> {
  const source = new ModelHistory(history, model, keyed);
  const started = budget.clock?.() ?? 0;
  const { expired, ...limits } = limitsOf(budget, defaultSteps);
  const findings = new Findings();
  const partitions = source.partitions();
  const failing: number[] = [];
  let first = 0;
  for (; first < partitions.length; first++) {
    if (findings.effort >= alone && partitions.length - first > 1) break;
    const partition = partitions[first]!;
    const finding = judgeObject(
      source,
      partition,
      expired === undefined ? limits : { ...limits, expired },
      () => findings.wantsAnomaly,
    );
    if (finding.end === "nonlinearizable") failing.push(first);
    findings.add(partition.key, finding);
  }
  if (first < partitions.length) {
    const task: Task = {
      source,
      partitions,
      first,
      failing,
      model: { ...named, nullsUnknown },
      limits,
      ...(budget.seconds === undefined
        ? {}
        : { seconds: budget.seconds - ((budget.clock?.() ?? 0) - started) }),
    };
    const found = await judgeInThreads(task, threads);
    found.forEach((finding, i) => findings.add(partitions[first + i]!.key, finding));
  }
  return findings.verdict(source);
}
