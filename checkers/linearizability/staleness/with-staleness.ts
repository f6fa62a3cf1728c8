import type { History } from "../../../histories/history.ts";
import { inWords, isJsonObject, type Json } from "../../../histories/json.ts";
import type { Verdict } from "../../verdict.ts";
import type { NullReads } from "../linearizable.ts";
import type { Model } from "../model.ts";
import { modelNamed } from "../models/catalogue.ts";
import { staleness, type StaleRead, type RegisterStaleness } from "./staleness.ts";

/** By what the verdict was found. */
export interface StalenessOptions {
  readonly model?: string | Model;
  readonly keyed?: boolean;
  readonly initial?: Json;
  readonly nullReads?: NullReads;
}

/**
 * The verdict that a register is not linearizable with how stale its reads were: as plain data under
 * `details.staleness`, of the shape of `RegisterStaleness`, and in words among the notes. Any other verdict as it is.
 */
export function withStaleness(verdict: Verdict, history: History, options: StalenessOptions): Verdict {
  const { model: named, initial, keyed = false, nullReads } = options;
  if (verdict.checker !== "linearizable" || verdict.valid !== false || named === undefined) return verdict;
  const strict = typeof named === "string" ? modelNamed(named, initial) : named;
  const model = nullReads === "unknown" ? (strict.nullsUnknown?.() ?? strict) : strict;
  const measured = staleness(history, model, keyed);
  const told =
    measured === undefined
      ? ["How stale the reads were cannot be told: that takes registers whose values are each written once."]
      : stalenessInWords(measured, history);
  const { details } = verdict;
  const others = details !== undefined && isJsonObject(details) ? details : {};
  return {
    ...verdict,
    notes: [...(verdict.notes ?? []), ...told],
    ...(measured === undefined ? {} : { details: { ...others, staleness: asJson(measured) } }),
  };
}

/** How stale the reads were, a sentence a line. */
function stalenessInWords(measured: RegisterStaleness, history: History): string[] {
  const { versions, milliseconds, worst, staleReads, reads, unexplained, unmeasured } = measured;
  const { atLeast, atMost } = versions;
  const latest =
    atLeast === atMost
      ? atMost === 1
        ? "every read can have given the latest version"
        : `in the best order every read gives one of the ${atMost} latest versions (${atMost}-atomic), not of fewer`
      : `in the best order every read gives one of the ${atMost} latest versions; at least ${atLeast} are needed`;
  return [
    `Staleness: ${staleReads} of ${reads} reads gave a value that had certainly been replaced; ${latest}. ` +
      `Had every read begun ${inMilliseconds(milliseconds)} earlier, these would be linearizable.`,
    ...worst.map((read) => staleReadInWords(read, history)),
    ...(unexplained === 0
      ? []
      : [`${unexplained} more reads gave a value that nobody had begun to write when they returned.`]),
    ...(unmeasured === 0
      ? []
      : [`${unmeasured} objects were not measured: a value was written twice there.`]),
  ];
}

function staleReadInWords(read: StaleRead, history: History): string {
  const { key, operation, value, versions, milliseconds, replacedBy } = read;
  const on = key === undefined ? "" : ` of key ${inWords(key)}`;
  return (
    `Operation ${operation}${on} (process ${history.processOf(operation)}) read ${inWords(value)}, ` +
    `${versions} ${versions === 1 ? "version" : "versions"} old: replaced by operation ${replacedBy}, ` +
    `which was there ${inMilliseconds(milliseconds)} before the read began.`
  );
}

function inMilliseconds(milliseconds: number): string {
  return `${milliseconds < 10 ? Number(milliseconds.toPrecision(3)) : Math.round(milliseconds)} ms`;
}

function asJson({ versions, worst, ...measures }: RegisterStaleness): Json {
  return { ...measures, versions: { ...versions }, worst: worst.map((read) => ({ ...read })) };
}
