import { UsageError } from "../../histories/errors.ts";
import type { History } from "../../histories/history.ts";
import type { Json } from "../../histories/json.ts";
import type { Budget, Checker } from "../checker.ts";
import type { Verdict } from "../verdict.ts";
import type { Limits } from "./engines/engine.ts";
import { Findings } from "./findings.ts";
import { judgeObject } from "./judge-object.ts";
import type { Model } from "./model.ts";
import { modelNamed } from "./models/catalogue.ts";
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

/** The checker for `check`. */
export function linearizable(options: LinearizabilityOptions): Checker {
  const model = modelOf(options);
  return {
    name: "linearizable",
    summary: "every operation takes effect at one moment between its start and its end",
    check: (history, budget) => check(history, { model, keyed: options.keyed ?? false }, budget),
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
  const model = modelOf(options);
  const keyed = options.keyed ?? false;
  const lenient = model.nullsUnknown?.() ?? model;
  if (options.nullReads === "unknown") return judge(history, lenient, keyed, budget);
  const strict = judge(history, model, keyed, budget);
  if (options.nullReads === "value" || !history.foreign || strict.valid !== false || lenient === model)
    return strict;
  const relaxed = judge(history, lenient, keyed, budget);
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

function judge(history: History, model: Model, keyed: boolean, budget: Budget): Verdict {
  const source = new ModelHistory(history, model, keyed);
  const limits = limitsOf(budget);
  const findings = new Findings();
  for (const partition of source.partitions())
    findings.add(
      partition.key,
      judgeObject(source, partition, limits, () => findings.wantsAnomaly),
    );
  return findings.verdict(source);
}

function modelOf({ model, initial }: LinearizabilityOptions): Model {
  if (typeof model === "string") return modelNamed(model, initial);
  if (initial !== undefined)
    throw new UsageError("An initial state goes with the name of a model, not with a model.");
  return model;
}

function limitsOf({ steps = defaultSteps, bytes, seconds, clock }: Budget): Limits {
  const spending = { steps, ...(bytes === undefined ? {} : { bytes }) };
  if (seconds === undefined) return spending;
  if (clock === undefined) throw new UsageError("A budget in seconds needs a clock.");
  const end = clock() + seconds;
  return { ...spending, expired: () => clock() >= end };
}
