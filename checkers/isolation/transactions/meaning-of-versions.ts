import type { History } from "../../../histories/history.ts";
import { isJsonArray, sameValue, type Json } from "../../../histories/json.ts";
import { Invoke, Ok } from "../../../histories/operation.ts";
import { NoVersion, Read, Write } from "../transactions.ts";
import { kindOf } from "./grammar.ts";
import type { ValueOf } from "./keyed-values.ts";
import { pairShape, type VersionShape } from "./versioned-value.ts";

/**
 * What values of a shape that may tell versions are in a history: values with their versions; or data, as a whole, though what nobody
 * wrote as a whole may be a version after all; or `either`, where nothing tells.
 */
export type Meaning = "versions" | "data" | "either";

/** How many values there are of the shape, with a version and with null in its place, and how many others but null. */
interface Count {
  told: number;
  untold: number;
  other: number;
}

/**
 * What values of a shape are in a history. They tell versions only if nothing else can be meant: no client asked to write a value
 * with a version, so that whatever has one has it from the system; and either all that they asked to write has null for the version, or nothing
 * has the shape. Pairs are versions only if moreover all that was read is a pair and, where clients did not ask for pairs, all that was
 * written was answered by one. Completions alone do not say what was asked for.
 */
export function meaningOf(
  history: History,
  events: Int32Array,
  valueOf: ValueOf,
  shape: VersionShape,
): Meaning {
  const asked: Count = { told: 0, untold: 0, other: 0 };
  const read: Count = { told: 0, untold: 0, other: 0 };
  const answered: Count = { told: 0, untold: 0, other: 0 };
  const count = (counts: Count, value: Json): void => {
    const found = shape(value);
    if (found !== undefined) counts[found.version === NoVersion ? "untold" : "told"]++;
    else if (value !== null) counts.other++;
  };
  for (const event of events) {
    const f = history.f(event);
    const { argument, result } = toldBy(history, event, valueOf);
    for (const value of askedBy(f, argument, shape)) count(asked, value);
    for (const value of readBy(f, result)) count(read, value);
    if (!isWrite(f) || result === undefined || result === null) continue;
    const own = shape(result);
    const isAnswer = own !== undefined && sameValue(own.value, shape(argument)?.value ?? argument);
    count(answered, isAnswer ? result : true);
  }
  if (asked.told > 0) return history.completionsOnly ? "either" : "data";
  const isPair = shape === pairShape;
  if (asked.untold > 0) return asked.other + (isPair ? read.other : 0) === 0 ? "versions" : "data";
  return !isPair || (read.other + answered.other === 0 && answered.told > 0) ? "versions" : "data";
}

/** What an operation was asked, and what came out if it is known; where only completions were recorded, these say both. */
function toldBy(
  history: History,
  event: number,
  valueOf: ValueOf,
): { readonly argument: Json; readonly result: Json | undefined } {
  const { type } = history.columns;
  const completion = type[event] === Invoke ? history.completion(event) : event;
  const result = completion >= 0 && type[completion] === Ok ? valueOf(completion) : undefined;
  const own = valueOf(event);
  return { argument: own ?? result ?? null, result };
}

function isWrite(f: string): boolean {
  return f === "write" || f === "w" || f === "cas";
}

/** The values that an operation was to write, or to compare with. */
function askedBy(f: string, argument: Json, shape: VersionShape): readonly Json[] {
  if (f === "write" || f === "w") return [argument];
  if (f === "cas") {
    const change = withoutVersion(argument, shape);
    // The two values of a change are no pair.
    return change === argument && isJsonArray(change) ? change : [argument];
  }
  return isMicroOperations(argument) ? valuesWith(argument, Write) : [];
}

/** The values that an operation read. */
function readBy(f: string, result: Json | undefined): readonly Json[] {
  if (result === undefined) return [];
  if (f === "read" || f === "r") return [result];
  return isMicroOperations(result) ? valuesWith(result, Read) : [];
}

/** What a compare-and-set changes, without the null that stands for a version; anything else as it is. */
export function withoutVersion(argument: Json, shape: VersionShape): Json {
  const found = shape(argument);
  return found?.version === NoVersion && isJsonArray(found.value) && found.value.length === 2
    ? found.value
    : argument;
}

function isMicroOperations(value: Json): value is readonly (readonly Json[])[] {
  return isJsonArray(value) && value.every((micro) => isJsonArray(micro));
}

/** Values of micro-operations of a kind. */
function valuesWith(operations: readonly (readonly Json[])[], kind: number): Json[] {
  return operations.flatMap(([head = null, , value = null]) => (kindOf(head) === kind ? [value] : []));
}
