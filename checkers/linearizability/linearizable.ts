import { UsageError } from "../../histories/errors.ts";
import type { History } from "../../histories/history.ts";
import { inWords, type Json } from "../../histories/json.ts";
import { verifyLinearization } from "../certificates/linearization.ts";
import type { Budget, Checker } from "../checker.ts";
import { composeValidity, type Anomaly, type Validity, type Verdict } from "../verdict.ts";
import { Alphabet } from "./alphabet.ts";
import { concurrency, Never, readCalls, type Calls } from "./calls.ts";
import { counterexample } from "./counterexample.ts";
import type { Decision, Limits, Undecided } from "./engines/engine.ts";
import { decide } from "./engines/engines.ts";
import type { LinearizationCertificate, LinearizedPartition } from "./evidence.ts";
import type { Model } from "./model.ts";
import { modelNamed } from "./models/catalogue.ts";
import { ModelHistory } from "./partition.ts";
import { StateTable } from "./states.ts";

/** Steps for each object unless a budget says otherwise, so that every check ends, in some ten seconds to a minute. */
export const defaultSteps = 100_000_000;
/** Failing objects that are explained; the others are only counted. */
const MostAnomalies = 32;

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
  for (const { key, operations } of source.partitions()) {
    const alphabet = new Alphabet(model);
    const calls = readCalls(source, { operations }, alphabet);
    const states = new StateTable(alphabet);
    const { engine, decision } = decide({ calls, states }, limits);
    findings.count(calls, engine, decision);
    switch (decision.end) {
      case "linearizable":
        findings.valid(
          key,
          Array.from(decision.order, (position) => calls.event[position]!),
        );
        break;
      case "nonlinearizable":
        findings.invalid(() => counterexample(source, key, calls, decision, states, limits));
        break;
      case "steps":
      case "seconds":
      case "bytes":
        findings.undecided(key, decision, calls.length);
        break;
    }
  }
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

/** What was found object by object. */
class Findings {
  readonly #partitions: LinearizedPartition[] = [];
  readonly #anomalies: Anomaly[] = [];
  #failing = 0;
  #undecided = 0;
  #firstUndecided = "";
  #operations = 0;
  #unknown = 0;
  #concurrency = 0;
  readonly #engines = new Map<string, number>();
  #steps = 0;
  #configurations = 0;
  #evidence = false;

  count(calls: Calls, engine: string, { steps, configurations = 0 }: Decision): void {
    const { alphabet } = calls;
    this.#operations += calls.length;
    this.#concurrency = Math.max(this.#concurrency, concurrency(calls));
    this.#engines.set(engine, (this.#engines.get(engine) ?? 0) + 1);
    this.#steps += steps;
    this.#configurations += configurations;
    for (let i = 0; i < calls.length; i++) {
      const { input } = alphabet.get(calls.action[i]!);
      if (calls.end[i] === Never) this.#unknown++;
      else this.#evidence ||= alphabet.model.observes(input);
    }
  }

  valid(key: Json | undefined, order: readonly number[]): void {
    this.#partitions.push(key === undefined ? { order } : { key, order });
  }

  invalid(explain: () => Anomaly): void {
    if (++this.#failing <= MostAnomalies) this.#anomalies.push(explain());
  }

  undecided(key: Json | undefined, { end, returned }: Undecided, operations: number): void {
    if (this.#undecided++ > 0) return;
    const where = key === undefined ? "the search" : `the search of key ${inWords(key)}`;
    this.#firstUndecided = `budget of ${end} ended: ${where} found an order for the first ${returned} returned operations of ${operations}`;
  }

  verdict(source: ModelHistory): Verdict {
    const { history, model, keyed } = source;
    const decided = this.#partitions.length + this.#failing;
    const base = {
      checker: "linearizable",
      model: model.name,
      anomalies: this.#anomalies,
      statistics: {
        operations: this.#operations,
        unknownOutcomes: this.#unknown,
        partitions: decided + this.#undecided,
        decided,
        failing: this.#failing,
        concurrency: this.#concurrency,
        steps: this.#steps,
        configurations: this.#configurations,
      },
      details: { engines: Object.fromEntries(this.#engines) },
      ...(this.#failing > MostAnomalies
        ? {
            notes: [
              `${this.#failing - MostAnomalies} more objects are not linearizable; the first ${MostAnomalies} are explained.`,
            ],
          }
        : {}),
    };
    const valid = this.#validity();
    if (valid === false) return { ...base, valid };
    if (this.#undecided > 0)
      return {
        ...base,
        valid: "unknown",
        reason: `${this.#firstUndecided}; ${decided} of ${decided + this.#undecided} objects decided`,
      };
    if (!this.#evidence)
      return {
        ...base,
        valid: "unknown",
        reason: "no evidence: no completed operation could have shown a violation",
      };
    if (history.completionsOnly)
      return {
        ...base,
        valid: "unknown",
        reason:
          "no real-time order was recorded: the history has completions only, for which some order exists",
      };
    const certificate: LinearizationCertificate = {
      kind: "linearization",
      model: model.name,
      partitions: this.#partitions,
    };
    const problem = verifyLinearization(history, certificate, { model, keyed });
    return problem === undefined
      ? { ...base, valid, certificate, verified: true }
      : {
          ...base,
          valid: "unknown",
          certificate,
          verified: false,
          reason: `internal: certificate did not verify (${problem})`,
        };
  }

  #validity(): Validity {
    return composeValidity([this.#failing === 0, this.#undecided > 0 ? "unknown" : true]);
  }
}
