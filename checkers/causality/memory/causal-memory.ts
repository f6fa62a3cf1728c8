import type { History } from "../../../histories/history.ts";
import { inWords } from "../../../histories/json.ts";
import { confirmed } from "../../certificates/confirmed.ts";
import { verifyArbitration } from "../../certificates/arbitration.ts";
import type { Budget, Checker } from "../../checker.ts";
import type { NullReads } from "../../linearizability/linearizable.ts";
import { modelNamed } from "../../linearizability/models/catalogue.ts";
import { looksKeyed } from "../../linearizability/partition.ts";
import type { Anomaly, Certificate, Evidence, Verdict } from "../../verdict.ts";
import { accessesOf, type Accesses, type ReadingOfAccesses } from "./accesses.ts";
import { searchPatterns, type CausalCondition, type FoundPattern } from "./bad-patterns.ts";

/** The account of a convergent history: one order of all operations, by event, in which every read sees the last write that it knows. */
export interface ArbitrationCertificate extends Certificate {
  readonly kind: "arbitration";
  readonly order: readonly number[];
}

/** The pattern, by the names of Bouajjani and others; operations by event. */
export interface BadPatternEvidence extends Evidence {
  readonly kind: "bad-pattern";
  readonly condition: CausalCondition;
  readonly operations: readonly number[];
  /** From each operation to the next, each step in a session's order or from a write to its reader. */
  readonly ways: readonly (readonly number[])[];
}

export interface CausalMemoryOptions {
  /** What a completed read of null says: the initial value, or nothing. */
  readonly nullReads?: NullReads;
  /** Whether values are [key, value] pairs; left out: where that is unmistakable. */
  readonly keyed?: boolean;
}

const conditions: Readonly<Record<CausalCondition, { readonly name: string; readonly summary: string }>> = {
  CC: {
    name: "causal-consistency",
    summary: "each read can be explained by what came causally before it (CC; unique values)",
  },
  CCv: {
    name: "causal-convergence",
    summary: "causal, and all agree in the end on the order of concurrent writes (CCv; unique values)",
  },
  CM: {
    name: "causal-memory",
    summary: "each session has one order of all writes that explains all its reads (CM; unique values)",
  },
};

/**
 * Causal consistency of registers (`read` and `write` of a `key`), in one of its three forms, by the patterns that refute it
 * (Bouajjani, Enea, Guerraoui & Hamza 2017): causal consistency (CC), causal convergence (CCv), and causal memory (CM: Ahamad
 * et al. 1995). Exact where values tell who wrote them; otherwise unknown. Failed writes never happened; of those of
 * unknown outcome the ones that were read did.
 */
export function causalMemory(
  condition: CausalCondition,
  { nullReads, keyed: asked }: CausalMemoryOptions = {},
): Checker {
  const { name, summary } = conditions[condition];
  return {
    name,
    summary,
    check(history, budget = {}) {
      const keyed = asked ?? looksKeyed(history, modelNamed("register"));
      const nulls = nullReads === "unknown" ? "nothing" : "initial";
      const strict = judge(history, condition, { nulls, keyed }, budget);
      if (nullReads !== undefined || !history.foreign || strict.valid !== false) return strict;
      const lenient = judge(history, condition, { nulls: "nothing", keyed }, budget);
      if (lenient.valid === false) return lenient;
      return {
        ...strict,
        valid: "unknown",
        anomalies: [],
        reason:
          "it hangs on what a read of null says: the initial value, or nothing. Say which with --null-reads value or --null-reads unknown.",
      };
    },
  };
}

/** Larger certificates take the verifier too much memory. */
const mostVerified = 20_000_000;

function judge(
  history: History,
  condition: CausalCondition,
  reading: ReadingOfAccesses,
  budget: Budget,
): Verdict {
  const accesses = accessesOf(history, reading);
  const { count, sessions, keys, isWrite, from, ambiguous, others } = accesses;
  const writes = isWrite.reduce((sum, each) => sum + each, 0);
  const reads = count - writes;
  const base = {
    checker: conditions[condition].name,
    anomalies: [] as Anomaly[],
    statistics: { reads, writes, sessions },
    ...(reading.keyed
      ? { notes: ["The values are [key, value] pairs (--no-keyed to judge them as one object)."] }
      : {}),
  };
  const unknown = (reason: string): Verdict => ({ ...base, valid: "unknown", reason });
  if (others.length > 0)
    return unknown(`it judges reads and writes; the history has other functions: ${others.join(", ")}`);
  const result = searchPatterns(accesses, condition, budget);
  if ("gaveUp" in result) return unknown(result.gaveUp);
  if (result.found.length > 0)
    return {
      ...base,
      valid: false,
      anomalies: result.found.map((each) => anomalyOf(history, accesses, condition, each)),
    };
  if (ambiguous !== undefined) return unknown(ambiguous);
  if (!from.some((writer) => writer >= -1)) return unknown("no evidence: no read succeeded");
  if (sessions < 2) return unknown("no evidence: there is only one session");
  const verdict: Verdict = { ...base, valid: true };
  if (condition !== "CCv" || result.order === undefined) return verdict;
  const certificate: ArbitrationCertificate = {
    kind: "arbitration",
    order: Array.from(result.order, (access) => accesses.event[access]!),
  };
  // What it knows of each key it keeps for each write.
  if (writes * keys > mostVerified) return { ...verdict, certificate, verified: false };
  return confirmed(verdict, certificate, verifyArbitration(history, certificate, reading));
}

function anomalyOf(
  history: History,
  accesses: Accesses,
  condition: CausalCondition,
  { pattern, accesses: involved, ways, because = [] }: FoundPattern,
): Anomaly {
  const events = involved.map((access) => accesses.event[access]!);
  const steps = ways().map((way) => way.map((access) => accesses.event[access]!));
  const readEvents = because.filter((read) => read >= 0).map((read) => accesses.event[read]!);
  const evidence: BadPatternEvidence = { kind: "bad-pattern", condition, operations: events, ways: steps };
  return {
    type: pattern,
    operations: [...new Set([...events, ...steps.flat(), ...readEvents])].toSorted((a, b) => a - b),
    explanation: explain(history, accesses, { pattern, accesses: involved, ways, because }),
    evidence,
  };
}

function explain(
  history: History,
  accesses: Accesses,
  { pattern, accesses: involved, ways, because = [] }: FoundPattern,
): string {
  const { event, isWrite, failed } = accesses;
  const name = (access: number): string => {
    const index = event[access]!;
    const completion = history.completion(index);
    const value = history.value(isWrite[access] === 1 || completion < 0 ? index : completion);
    const keyNumber = history.columns.key[index] ?? -1;
    const key =
      keyNumber < 0
        ? ""
        : ` ${isWrite[access] === 1 ? "to" : "of"} ${inWords(history.keys[keyNumber] ?? null)}`;
    return `operation ${index} (process ${String(history.processOf(index))}, ${isWrite[access] === 1 ? "write" : "read"}${key}: ${inWords(value)})`;
  };
  const along = (way: readonly number[]): string =>
    way.length <= 2 || way.length > 8 ? "" : ` (by way of ${way.slice(1, -1).map(name).join("; ")})`;
  const circle = involved
    .map((access, i) => {
      const reader = because[i] ?? -1;
      const next = involved[(i + 1) % involved.length]!;
      return reader < 0
        ? name(access)
        : `${name(access)}, since ${name(reader)} knew of it and saw what operation ${event[next]!} wrote`;
    })
    .join("; ");
  const [read, between, writer] = involved;
  const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  switch (pattern) {
    case "ThinAirRead": {
      const failure = failed.get(read!);
      return failure === undefined
        ? `${capital(name(read!))} saw a value that nobody wrote.`
        : `${capital(name(read!))} saw the value of operation ${failure}, which failed.`;
    }
    case "WriteCOInitRead":
      return `${capital(name(read!))} saw the initial value, though ${name(between!)} came causally before it${along(ways()[0] ?? [])}.`;
    case "WriteHBInitRead":
      return `${capital(name(read!))} saw the initial value, though by what its session has read, ${name(between!)} came before it${along(ways()[0] ?? [])}.`;
    case "WriteCORead":
      return `${capital(name(read!))} saw what ${name(writer!)} wrote; but ${name(between!)} came causally after that${along(ways()[0] ?? [])} and before the read${along(ways()[1] ?? [])}.`;
    case "CyclicCO":
      return `Each of these came causally before the next, and the last before the first: ${involved.map(name).join("; ")}.`;
    case "CyclicCF":
      return `No order of all writes lets every read see the last write that it knows of: each of these would come before the next, and the last before the first: ${circle}.`;
    case "CyclicHB":
      return `No order of all writes explains what one session read: each of these would come before the next, and the last before the first: ${circle}.`;
  }
}
