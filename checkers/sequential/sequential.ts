import type { History } from "../../histories/history.ts";
import { inWords } from "../../histories/json.ts";
import { verifyNonsequential, verifySequentialOrder } from "../certificates/sequential.ts";
import type { Budget, Checker } from "../checker.ts";
import type { Limits } from "../linearizability/engines/engine.ts";
import type { LinearizabilityOptions } from "../linearizability/linearizable.ts";
import { tellOperation, type Model } from "../linearizability/model.ts";
import { limitsOf, modelOf } from "../linearizability/asked.ts";
import { ModelHistory } from "../linearizability/partition.ts";
import type { Anomaly, Verdict } from "../verdict.ts";
import type { ForcedStep, NonsequentialEvidence, SequentialCertificate } from "./evidence.ts";
import { isKnown, readPrograms, type Programs } from "./programs.ts";
import { saturate, type Forced } from "./saturation.ts";
import { findOrder } from "./search.ts";
import { shrink } from "./shrink.ts";

/** Steps unless a budget says otherwise. */
const defaultSteps = 50_000_000;
/** More operations than this are not named as contradicting one another. */
const MostNamed = 16;

export type SequentialOptions = Pick<LinearizabilityOptions, "model" | "keyed" | "initial" | "nullReads">;

/** The checker for `check`. */
export function sequential(options: SequentialOptions): Checker {
  const { initial: _, ...others } = options;
  const checked = { ...others, model: modelOf(options) };
  return {
    name: "sequential",
    summary: "one order of all operations explains them, in which each process keeps its own",
    check: (history, budget) => checkSequential(history, checked, budget),
  };
}

/**
 * Decides whether a history is sequentially consistent (Lamport 1979) under a model: some order of all
 * operations is legal, and those of each process stand in it as the process did them. Real time plays no
 * part. It is not local: objects that are consistent each by itself need not be so together, so all keys
 * are judged at once.
 *
 * Failed operations never happened. An operation with an unknown outcome may take effect at any time after those
 * of its process that came before it, or never; it is the last of its process, since a client goes on as a
 * new process after it. A history of completions only can be judged as well, for it has the order of each process.
 */
export function checkSequential(history: History, options: SequentialOptions, budget: Budget = {}): Verdict {
  const model = modelOf(options);
  const keyed = options.keyed ?? false;
  const lenient = model.nullsUnknown?.() ?? model;
  if (options.nullReads === "unknown") return judge(history, lenient, keyed, budget);
  const strict = judge(history, model, keyed, budget);
  if (options.nullReads === "value" || !history.foreign || strict.valid !== false || lenient === model)
    return strict;
  const relaxed = judge(history, lenient, keyed, budget);
  if (relaxed.valid === false) return relaxed;
  return {
    ...strict,
    valid: "unknown",
    anomalies: [],
    reason:
      "it hangs on what a read of null says: if null is a value, no order explains the history. " +
      "Say which with --null-reads value or --null-reads unknown.",
  };
}

function judge(history: History, model: Model, keyed: boolean, budget: Budget): Verdict {
  const source = new ModelHistory(history, model, keyed);
  const programs = readPrograms(source);
  const limits = limitsOf(budget, defaultSteps);
  const order = saturate(programs);
  const statistics = {
    operations: programs.length,
    unknownOutcomes: programs.end.filter((_, i) => !isKnown(programs, i)).length,
    processes: programs.processes.length,
    objects: programs.objects.length,
  };
  const base = { checker: "sequential", model: model.name, anomalies: [] };
  if (order.cycle !== undefined)
    return {
      ...base,
      valid: false,
      anomalies: [anomaly(source, programs, order.cycle, limits)],
      statistics: { ...statistics, steps: 0, configurations: 0 },
    };
  const found = findOrder(programs, limits, order.clock);
  const { steps, configurations } = found;
  const counted = { ...base, statistics: { ...statistics, steps, configurations } };
  switch (found.end) {
    case "nonlinearizable":
      return { ...counted, valid: false, anomalies: [anomaly(source, programs, undefined, limits)] };
    case "linearizable":
      return explained(source, programs, found.order, counted);
    default:
      return {
        ...counted,
        valid: "unknown",
        reason: `budget of ${found.end} ended: the search found an order for ${found.order.length} operations of ${programs.length}`,
      };
  }
}

function explained(
  source: ModelHistory,
  programs: Programs,
  order: Int32Array,
  base: Omit<Verdict, "valid">,
): Verdict {
  const { model, keyed, history } = source;
  if (
    !programs.event.some(
      (event, i) => isKnown(programs, i) && model.observes(source.input(event), source.output(event)),
    )
  )
    return {
      ...base,
      valid: "unknown",
      reason: "no evidence: no completed operation could have shown a violation",
    };
  const certificate: SequentialCertificate = {
    kind: "sequential-order",
    model: model.name,
    order: Array.from(order, (operation) => programs.event[operation]!),
  };
  const problem = verifySequentialOrder(history, certificate, { model, keyed });
  return problem === undefined
    ? { ...base, valid: true, certificate, verified: true }
    : {
        ...base,
        valid: "unknown",
        certificate,
        verified: false,
        reason: `internal: certificate did not verify (${problem})`,
      };
}

function anomaly(
  source: ModelHistory,
  programs: Programs,
  cycle: readonly Forced[] | undefined,
  limits: Limits,
): Anomaly {
  const { model, keyed, history } = source;
  const { event, end } = programs;
  const start = (cycle ?? []).flatMap(({ from, read }) => (read === undefined ? [from] : [from, read]));
  const kept = shrink(programs, start, limits);
  const shrunk = kept
    ?.flatMap((i) => (isKnown(programs, i) && end[i] !== event[i] ? [event[i]!, end[i]!] : [event[i]!]))
    .toSorted((a, b) => a - b);
  const verified = shrunk === undefined ? undefined : verifyNonsequential(history, shrunk, { model, keyed });
  const steps = cycle?.map((forced) => stepOf(source, programs, forced));
  const evidence: NonsequentialEvidence = {
    kind: "nonsequential",
    model: model.name,
    ...(steps === undefined ? {} : { cycle: steps }),
    ...(shrunk === undefined ? {} : { shrunk }),
    ...(verified === undefined ? {} : { verified }),
  };
  const named = [...(kept === undefined || kept.length > MostNamed ? start : [...start, ...kept])];
  return {
    type: "nonsequential",
    operations: [...new Set(named.map((i) => event[i]!))].toSorted((a, b) => a - b),
    explanation: explanationOf(source, programs, steps, kept),
    evidence,
  };
}

function stepOf(source: ModelHistory, { event }: Programs, { from, to, kind, read }: Forced): ForcedStep {
  const name = (i: number) => nameOf(source, event[i]!);
  const because = {
    process: `process ${String(source.history.processOf(event[from]!))} did it first`,
    read: `${name(to)} saw what ${name(from)} left`,
    overwritten: `${name(read ?? to)} came after it, yet saw the value of ${name(to)}`,
    overwriting: `${name(from)} saw a value that ${name(to)} replaced`,
  }[kind];
  return { from: event[from]!, to: event[to]!, because };
}

function explanationOf(
  source: ModelHistory,
  programs: Programs,
  steps: readonly ForcedStep[] | undefined,
  kept: readonly number[] | undefined,
): string {
  const first = "No single order explains what the processes saw.";
  if (steps !== undefined && steps.length <= MostNamed)
    return `${first} ${steps.map(({ from, to, because }) => `${nameOf(source, from)} came before ${nameOf(source, to)} (${because})`).join("; ")}: a circle.`;
  if (kept === undefined || kept.length > MostNamed) return first;
  const told = kept.map((i) => nameOf(source, programs.event[i]!)).join("; ");
  return `${first} Already these contradict one another: ${told}.`;
}

function nameOf(source: ModelHistory, event: number): string {
  const { history, model } = source;
  const what = tellOperation(model, source.input(event), source.output(event));
  return `operation ${history.sourceIndex(event)} (process ${inWords(history.processOf(event))} ${what})`;
}
