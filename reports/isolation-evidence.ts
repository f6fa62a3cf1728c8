import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../histories/json.ts";

/** A transaction of a contradiction. */
export interface TransactionCard {
  readonly name: string;
  /** Index of its invocation; −1: the initial transaction. */
  readonly operation: number;
  readonly process: Json;
  /** Micro-operations: name, key, value. */
  readonly operations: readonly MicroOperation[];
}

export interface MicroOperation {
  readonly f: string;
  readonly key: Json;
  readonly value: Json;
  readonly relevant: boolean;
}

/** Why one transaction came before another. */
export interface CycleEdge {
  readonly from: number;
  readonly to: number;
  /** `ww`, `wr`, `rw`, `so`, `rt`, or one of a predicate. */
  readonly kind: string;
  readonly key: Json | undefined;
  readonly because: string;
  readonly reasons: readonly CycleEdge[];
}

/**
 * What a check of isolation leaves behind for an anomaly. Read member by member from plain data: a member that is missing or of
 * another shape is left out, and the page shows the rest.
 */
export interface IsolationAnomaly {
  readonly kind: "dependency-cycle" | "no-order" | "transactions";
  readonly heading: string | undefined;
  /** The weakest levels that it breaks. */
  readonly levels: readonly string[];
  readonly alsoKnownAs: readonly string[];
  readonly transactions: readonly TransactionCard[];
  /** Empty where it is no cycle. */
  readonly cycle: readonly CycleEdge[];
  /** Invocations of a smallest set of transactions that breaks the level. */
  readonly shrunk: readonly number[];
  readonly verified: boolean | undefined;
  /** Whether by every order of the writes of these transactions, and not edge by edge. */
  readonly byOrders: boolean;
  /** Why the proof was not derived anew; "" if it was, or nothing says so. */
  readonly unverified: string;
  readonly formalism: { readonly name: string; readonly sentences: readonly string[] } | undefined;
}

/** The evidence of an anomaly, where it is of isolation. */
export function readIsolationAnomaly(evidence: unknown): IsolationAnomaly | undefined {
  if (!isJsonObject(evidence)) return undefined;
  const { kind, heading, verified, formalism } = evidence;
  if (kind !== "dependency-cycle" && kind !== "no-order" && kind !== "transactions") return undefined;
  return {
    kind,
    heading: typeof heading === "string" ? heading : undefined,
    levels: strings(evidence["levels"]),
    alsoKnownAs: strings(evidence["alsoKnownAs"]),
    transactions: objects(evidence["transactions"]).map(readTransaction),
    cycle: objects(evidence["cycle"]).map((edge) => readEdge(edge)),
    shrunk: numbers(evidence["shrunk"]),
    verified: typeof verified === "boolean" ? verified : undefined,
    byOrders: evidence["verifiedBy"] === "orders",
    unverified: text(evidence["unverified"] ?? ""),
    formalism: isJsonObject(formalism)
      ? { name: text(formalism["name"]), sentences: strings(formalism["sentences"]) }
      : undefined,
  };
}

/** What came of the proof when separate code derived it anew, in a sentence; "" where nothing says so. */
export function proofSentence({ verified, byOrders, unverified }: IsolationAnomaly): string {
  if (verified === true && !byOrders) return "Proof derived anew by separate code.";
  const why = unverified === "" ? "" : `: ${unverified}`;
  if (verified === true)
    return `Proof derived anew by separate code from every order of these writes, not edge by edge${why}.`;
  return verified === undefined && unverified === ""
    ? ""
    : `Proof not derived anew by separate code${why || ": it gave up"}.`;
}

/** What a check of isolation says of every level it looked at. */
export interface IsolationLevels {
  /** Name → "held", "broken" or "unknown", weakest names first. */
  readonly levels: readonly (readonly [name: string, valid: boolean | "unknown"])[];
  readonly strongest: readonly string[];
  readonly weakestViolated: readonly string[];
  /** Names as they were asked for. */
  readonly asked: readonly (readonly [name: string, valid: boolean | "unknown"])[];
}

/** The details of a verdict, where it is of isolation. */
export function readIsolationLevels(details: unknown): IsolationLevels | undefined {
  if (!isJsonObject(details) || !isJsonObject(details["levels"])) return undefined;
  return {
    levels: validities(details["levels"]),
    strongest: strings(details["strongest"]),
    weakestViolated: strings(details["weakestViolated"]),
    asked: validities(details["asked"]),
  };
}

function validities(value: Json | undefined): (readonly [string, boolean | "unknown"])[] {
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, valid]): (readonly [string, boolean | "unknown"])[] =>
    typeof valid === "boolean" || valid === "unknown" ? [[name, valid]] : [],
  );
}

function readTransaction(transaction: JsonObject): TransactionCard {
  const relevant = new Set(numbers(transaction["relevant"]));
  const { operations, operation } = transaction;
  return {
    name: text(transaction["name"]),
    operation: typeof operation === "number" ? operation : -1,
    process: transaction["process"] ?? null,
    operations: (isJsonArray(operations) ? operations : []).map((micro, i) => ({
      f: isJsonArray(micro) ? text(micro[0]) : "",
      key: isJsonArray(micro) ? (micro[1] ?? null) : null,
      value: isJsonArray(micro) ? (micro[2] ?? null) : micro,
      relevant: relevant.has(i),
    })),
  };
}

/** Reasons of reasons are read so deep. */
const Deepest = 4;

function readEdge(edge: JsonObject, deep = 0): CycleEdge {
  const { from, to, key } = edge;
  return {
    from: typeof from === "number" ? from : -1,
    to: typeof to === "number" ? to : -1,
    kind: text(edge["kind"]),
    key,
    because: text(edge["because"]),
    reasons: deep >= Deepest ? [] : objects(edge["reasons"]).map((reason) => readEdge(reason, deep + 1)),
  };
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function strings(value: Json | undefined): string[] {
  return isJsonArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function numbers(value: Json | undefined): number[] {
  return isJsonArray(value) ? value.filter((item): item is number => typeof item === "number") : [];
}

function objects(value: Json | undefined): JsonObject[] {
  return isJsonArray(value) ? value.filter((item) => isJsonObject(item)) : [];
}
