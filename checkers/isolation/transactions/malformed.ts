import { InputError } from "../../../histories/errors.ts";
import type { History } from "../../../histories/history.ts";
import { inWords, isJsonArray, isJsonObject, type Json } from "../../../histories/json.ts";
import { Delete, Insert, kindOf, ReadRows } from "./grammar.ts";
import { predicateOf } from "./predicate.ts";

const LongestFound = 200;

/** The error for an event whose value is no transaction: what its first bad micro-operation lacks. */
export function malformed(history: History, event: number): InputError {
  const value = history.value(event);
  const where = `in operation ${event}, ${history.f(event)} of process ${String(history.processOf(event))}`;
  if (!isJsonArray(value)) return error(`an array of micro-operations as the value ${where}`, value);
  const place = value.findIndex((micro) => faultOf(micro) !== undefined);
  const bad = value[place] ?? null;
  return error(`${faultOf(bad) ?? "a micro-operation"} as micro-operation ${place + 1} ${where}`, bad);
}

/** The error for a key that is a list here and a register there. */
export function mixedKey(history: History, event: number, key: Json, expected: string): InputError {
  return error(
    `${expected} of key ${inWords(key)}, as elsewhere in the history, in operation ${event}, ` +
      `${history.f(event)} of process ${String(history.processOf(event))}`,
    history.value(event),
  );
}

function faultOf(micro: Json): string | undefined {
  if (!isJsonArray(micro))
    return 'an array such as ["append", key, element], ["r", key, value] or ["w", key, value]';
  const [head = null, , , version = null] = micro;
  const kind = kindOf(head);
  if (kind < 0) return '"append", "r" or "w" (or, for rows, "insert", "delete" or "rp") at the head';
  if (kind === Insert && micro.length !== 3) return "a name, a key and a value";
  if (kind === Delete) return micro.length < 2 || micro.length > 3 ? "a name and a key" : undefined;
  if (kind === ReadRows) {
    if (predicateOf(micro[1] ?? null) === undefined)
      return 'a predicate: true, ["=", value] or ["mod", divisor, remainder]';
    return micro.length === 3 && isJsonObject(micro[2]) ? undefined : "a predicate and a map of rows";
  }
  if (micro.length < 3 || micro.length > 4) return "a name, a key, a value and at most a version";
  if (version !== null && !(typeof version === "number" && Number.isSafeInteger(version) && version >= 0))
    return "a version that is an integer of at least 0";
  return undefined;
}

function error(expected: string, found: Json): InputError {
  const text = inWords(found);
  return new InputError("E_MICRO_OPERATION", {
    expected,
    found: text.length > LongestFound ? `${text.slice(0, LongestFound)}…` : text,
  });
}
