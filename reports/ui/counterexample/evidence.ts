import { isJsonArray, isJsonObject, type Json } from "../../../histories/json.ts";

/**
 * What a checker of linearizability leaves behind when an operation fits nowhere. Read member by member from
 * plain data: a member that is missing or of another shape is left out, and the page shows the rest.
 */
export interface Nonlinearizable {
  readonly model: string;
  /** Index of the operation that could not be placed. */
  readonly operation: number | undefined;
  /** The longest partial linearizations. */
  readonly paths: readonly Path[];
  /** Results that the operation could have had instead. */
  readonly allowed: readonly string[];
  /** Operations in flight together with it. */
  readonly window: readonly number[];
  /** Indices of the events of a small history that fails as well. */
  readonly shrunk: readonly number[];
  readonly verified: boolean;
}

export interface Path {
  /** How many operations were placed before those of `order`. */
  readonly before: number;
  /** Indices of operations, in the order in which they may have taken effect. */
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

export function readNonlinearizable(block: unknown): Nonlinearizable | undefined {
  const evidence = isJsonObject(block) ? block["evidence"] : undefined;
  if (!isJsonObject(evidence) || evidence["kind"] !== "nonlinearizable") return undefined;
  const { model, operation } = evidence;
  return {
    model: typeof model === "string" ? model : text(model ?? null),
    operation: typeof operation === "number" ? operation : undefined,
    paths: objects(evidence["paths"]).map(readPath),
    allowed: (isJsonArray(evidence["allowed"]) ? evidence["allowed"] : []).map((value) =>
      JSON.stringify(value),
    ),
    window: numbers(evidence["window"]),
    shrunk: numbers(evidence["shrunk"]),
    verified: evidence["verified"] === true,
  };
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

function numbers(value: Json | undefined): number[] {
  return isJsonArray(value) ? value.filter((item) => typeof item === "number") : [];
}

function objects(value: Json | undefined): Readonly<Record<string, Json>>[] {
  return isJsonArray(value) ? value.filter((item) => isJsonObject(item)) : [];
}
