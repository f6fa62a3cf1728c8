import { inWords, isJsonArray, isJsonObject, type Json } from "../histories/json.ts";

/**
 * What a checker of linearizability leaves behind when an operation fits nowhere. Read member by member from
 * plain data: a member that is missing or of another shape is left out, and the page shows the rest.
 */
export interface Nonlinearizable {
  readonly model: string;
  readonly engine: string;
  /** What went wrong, where it has a name. */
  readonly pattern: string;
  /** Index of the operation that could not be placed, and of its completion. */
  readonly operation: number | undefined;
  readonly completion: number | undefined;
  /** The operation that stands against it. */
  readonly against: number | undefined;
  /** The longest partial linearizations of the operations of `shrunk`. */
  readonly paths: readonly Path[];
  /** The end of an order of what had happened before, and how many earlier operations it leaves out. */
  readonly surroundings: Path | undefined;
  readonly leftOut: number;
  /** Results that the operation could have had instead. */
  readonly allowed: readonly string[];
  readonly allowedComplete: boolean;
  readonly staleness: { readonly versions: number; readonly milliseconds: number } | undefined;
  /** Operations of unknown outcome that must have taken effect. */
  readonly needed: readonly number[];
  /** When values were certainly current, and items inside, from one event to another. */
  readonly current: readonly CurrentValue[];
  readonly inside: readonly CurrentValue[];
  /** Operations in flight together with it. */
  readonly window: readonly number[];
  /** Indices of the events of a small history that fails as well. */
  readonly shrunk: readonly number[];
  readonly verified: boolean;
  /** Whether others can verify it. */
  readonly refuted: boolean;
}

export interface CurrentValue {
  readonly value: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Operations in an order in which they may have taken effect, and what the model refused then. Told again here, not taken from the
 * checker: the page is compiled for browsers, where what the checker rests on has no types.
 */
export interface Path {
  /** How many operations were placed before those of `order`. */
  readonly before: number;
  readonly order: readonly number[];
  /** State of the model after each. */
  readonly states: readonly string[];
  readonly refused: readonly Refusal[];
}

export interface Refusal {
  readonly operation: number;
  readonly state: string;
  readonly reason: string;
}

/** The evidence of an anomaly, where it is of this kind. */
export function readNonlinearizable(evidence: unknown): Nonlinearizable | undefined {
  if (!isJsonObject(evidence) || evidence["kind"] !== "nonlinearizable") return undefined;
  const { model, surroundings, staleness } = evidence;
  return {
    model: typeof model === "string" ? model : text(model ?? null),
    engine: typeof evidence["engine"] === "string" ? evidence["engine"] : "",
    pattern: typeof evidence["pattern"] === "string" ? evidence["pattern"] : "",
    operation: number(evidence["operation"]),
    completion: number(evidence["completion"]),
    against: number(evidence["against"]),
    paths: objects(evidence["paths"]).map(readPath),
    surroundings: isJsonObject(surroundings) ? readPath(surroundings) : undefined,
    leftOut: isJsonObject(surroundings) ? (number(surroundings["leftOut"]) ?? 0) : 0,
    allowed: (isJsonArray(evidence["allowed"]) ? evidence["allowed"] : []).map(inWords),
    allowedComplete: evidence["allowedComplete"] === true,
    staleness: isJsonObject(staleness)
      ? { versions: number(staleness["versions"]) ?? 0, milliseconds: number(staleness["milliseconds"]) ?? 0 }
      : undefined,
    needed: numbers(evidence["needed"]),
    current: objects(evidence["current"]).flatMap(readCurrent),
    inside: objects(evidence["inside"]).flatMap(readCurrent),
    window: numbers(evidence["window"]),
    shrunk: numbers(evidence["shrunk"]),
    verified: evidence["verified"] === true,
    refuted: isJsonObject(evidence["refutation"]),
  };
}

function readCurrent(one: Readonly<Record<string, Json>>): CurrentValue[] {
  const from = number(one["from"]);
  const to = number(one["to"]);
  return from === undefined || to === undefined ? [] : [{ value: inWords(one["value"] ?? null), from, to }];
}

function readPath(path: Readonly<Record<string, Json>>): Path {
  return {
    before: typeof path["before"] === "number" ? path["before"] : 0,
    order: numbers(path["order"]),
    states: (isJsonArray(path["states"]) ? path["states"] : []).map(text),
    refused: objects(path["refused"]).map((refusal) => ({
      operation: typeof refusal["operation"] === "number" ? refusal["operation"] : -1,
      state: text(refusal["state"] ?? null),
      reason: typeof refusal["reason"] === "string" ? refusal["reason"] : "",
    })),
  };
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

function number(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function numbers(value: Json | undefined): number[] {
  return isJsonArray(value) ? value.filter((item) => typeof item === "number") : [];
}

function objects(value: Json | undefined): Readonly<Record<string, Json>>[] {
  return isJsonArray(value) ? value.filter((item) => isJsonObject(item)) : [];
}

/** What went wrong, as a short name: those of the evidence of linearizability, and any other as it is. */
export function patternWords(pattern: string): string {
  return patterns.get(pattern) ?? pattern.replaceAll("-", " ");
}

const patterns: ReadonlyMap<string, string> = new Map([
  ["never-written", "a value that nobody wrote"],
  ["read-before-written", "read before written"],
  ["two-values-current", "two values current at once"],
  ["not-empty", "found empty, but was not"],
  ["missing", "found missing, but was there"],
  ["unexpected", "found there, but was not"],
]);
