import { UsageError } from "../../../histories/errors.ts";
import type { History } from "../../../histories/history.ts";
import { inWords, type Json } from "../../../histories/json.ts";
import { verifyReadsFrom, type ReadsFromCertificate } from "../../certificates/reads-from.ts";
import type { Checker } from "../../checker.ts";
import type { Anomaly, Evidence, Verdict } from "../../verdict.ts";
import { Alphabet } from "../alphabet.ts";
import { readCalls, type Calls } from "../calls.ts";
import { readRegisterCalls } from "../engines/register-calls.ts";
import { NoWriter } from "../engines/zones/writes-of-values.ts";
import type { NullReads } from "../linearizable.ts";
import { tellOperation, type Model } from "../model.ts";
import { modelNamed } from "../models/catalogue.ts";
import { ModelHistory } from "../partition.ts";
import { judgeReads, type JudgedRead } from "./readable.ts";

/** Reads that are explained; the others are only counted. */
const MostAnomalies = 32;

export interface RegisterConditionOptions {
  /** A register of the catalogue by name, or a model with the structure of one; `cas-register` unless given. */
  readonly model?: string | Model;
  readonly keyed?: boolean;
  readonly initial?: Json;
  readonly nullReads?: NullReads;
}

/** A read that breaks a condition on reads. Operations are named by the index of their invocation. */
export interface ImpossibleRead extends Evidence {
  readonly kind: "impossible-read";
  readonly key?: Json;
  readonly read: number;
  readonly value: Json;
  /** The last write that certainly came before; absent when there was none. */
  readonly overwriter?: number;
}

/** A condition under which each read is judged by itself. */
export interface RegisterCondition {
  readonly name: "regular" | "safe";
  readonly summary: string;
  allows(read: JudgedRead): boolean;
}

/** The checker of a condition. */
export function registerChecker(condition: RegisterCondition, options: RegisterConditionOptions): Checker {
  const { model: named = "cas-register", initial, keyed = false, nullReads } = options;
  const model = typeof named === "string" ? modelNamed(named, initial) : named;
  if (model.structure?.kind !== "register")
    throw new UsageError(`Checker ${condition.name} is about registers, not about a ${model.name}.`);
  const lenient = model.nullsUnknown?.() ?? model;
  return {
    name: condition.name,
    summary: condition.summary,
    check(history) {
      if (nullReads === "unknown") return judge(condition, history, lenient, keyed);
      const strict = judge(condition, history, model, keyed);
      if (nullReads === "value" || !history.foreign || strict.valid !== false || lenient === model)
        return strict;
      const relaxed = judge(condition, history, lenient, keyed);
      if (relaxed.valid === false) return relaxed;
      return {
        ...strict,
        valid: "unknown",
        anomalies: [],
        reason:
          "it hangs on what a read of null says: that the register held null, or that nothing was learnt. " +
          "Say which with --null-reads value or --null-reads unknown.",
      };
    },
  };
}

function judge(condition: RegisterCondition, history: History, model: Model, keyed: boolean): Verdict {
  const { structure } = model;
  if (structure?.kind !== "register") throw new Error("not a register");
  const source = new ModelHistory(history, model, keyed);
  const anomalies: Anomaly[] = [];
  const reads: (readonly [number, number])[] = [];
  let operations = 0;
  let judged = 0;
  let overlapped = 0;
  let impossible = 0;
  for (const { key, operations: indices } of source.partitions()) {
    const calls = readCalls(source, { operations: indices }, new Alphabet(model));
    const registers = readRegisterCalls(calls, structure);
    operations += calls.length;
    for (const one of judgeReads(registers)) {
      judged++;
      if (one.overlapped) overlapped++;
      if (condition.allows(one)) {
        if (one.write !== NoWriter)
          reads.push([calls.event[one.read]!, one.write === calls.length ? -1 : calls.event[one.write]!]);
      } else if (++impossible <= MostAnomalies)
        anomalies.push(
          anomaly(condition, source, key, calls, one, registers.value(registers.seen[one.read]!)),
        );
    }
  }
  const base = {
    checker: condition.name,
    model: model.name,
    anomalies,
    statistics: { operations, reads: judged, overlapped, impossible },
    ...(impossible > MostAnomalies
      ? {
          notes: [
            `${impossible - MostAnomalies} more reads are impossible; the first ${MostAnomalies} are explained.`,
          ],
        }
      : {}),
  };
  if (impossible > 0) return { ...base, valid: false };
  if (judged === 0) return { ...base, valid: "unknown", reason: "no evidence: nothing was read" };
  if (history.completionsOnly)
    return {
      ...base,
      valid: "unknown",
      reason: "no real-time order was recorded: the history has completions only",
    };
  const certificate: ReadsFromCertificate = { kind: "reads-from", condition: condition.name, reads };
  const problem = verifyReadsFrom(history, certificate, { model, keyed });
  return problem === undefined
    ? { ...base, valid: true, certificate, verified: true }
    : { ...base, valid: "unknown", certificate, verified: false, reason: `internal: certificate did not verify (${problem})` }; // prettier-ignore
}

function anomaly(
  { name }: RegisterCondition,
  source: ModelHistory,
  key: Json | undefined,
  calls: Calls,
  { read, written, overwriter }: JudgedRead,
  value: Json,
): Anomaly {
  const { history, model } = source;
  const tell = (call: number): string => {
    const { input, output } = calls.alphabet.get(calls.action[call]!);
    return `${history.processOf(calls.event[call]!)} ${tellOperation(model, input, output)}`;
  };
  const on = key === undefined ? "" : ` on key ${inWords(key)}`;
  const last = overwriter < 0 ? undefined : calls.event[overwriter]!;
  const because = !written
    ? "nobody had begun to write that value when it returned"
    : `that had been overwritten: process ${tell(overwriter)}, begun after every write of that value had returned, and acknowledged before the read began`;
  const evidence: ImpossibleRead = {
    kind: "impossible-read",
    ...(key === undefined ? {} : { key }),
    read: calls.event[read]!,
    value,
    ...(last === undefined ? {} : { overwriter: last }),
  };
  return {
    type: `not-${name}`,
    operations: [...(last === undefined ? [] : [last]), calls.event[read]!].toSorted((a, b) => a - b),
    explanation: `Process ${tell(read)}${on}, but ${because}.${name === "safe" ? " No write was in flight together with it." : ""}`,
    evidence,
  };
}
