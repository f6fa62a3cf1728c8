import type { History } from "../../../histories/history.ts";
import { InputError } from "../../../histories/errors.ts";
import { inWords, isJsonArray, sameValue, type Json } from "../../../histories/json.ts";

/** The value of an event: without its key, where values are pairs of a key and a value. */
export type ValueOf = (event: number) => Json;

/**
 * Whether values are pairs of the key of a register and a value, where somebody said so; throws an `InputError` if they are said to be, and
 * are not.
 */
export function areKeyed(
  history: History,
  events: Int32Array,
  isSingle: (event: number) => boolean,
  said: boolean | undefined,
): boolean {
  if (said === undefined) return hasKeyedValues(history, events, isSingle);
  if (!said) return false;
  for (const event of events) {
    const completion = history.completion(event);
    for (const each of completion < 0 ? [event] : [event, completion]) {
      const value = history.value(each);
      if ((isSingle(event) && keyOf(value) !== undefined) || (each === completion && value === null))
        continue;
      throw new InputError("E_KEYED", {
        expected: `a pair of a key and a value of a read, write or cas, as is said of all, in operation ${each}, ${history.f(each)} of process ${String(history.processOf(each))}`,
        found: inWords(value),
      });
    }
  }
  return true;
}

/**
 * Whether the values of all operations are pairs of the key of a register and a value, as Jepsen's independent workloads write them: a
 * read, too, is asked with a pair, and no completion names another key than its invocation. Completions alone do not tell.
 */
function hasKeyedValues(history: History, events: Int32Array, isSingle: (event: number) => boolean): boolean {
  if (history.keys.length > 0 || history.completionsOnly) return false;
  let reads = 0;
  for (const event of events) {
    if (!isSingle(event)) return false;
    const asked = keyOf(history.value(event));
    if (asked === undefined) return false;
    const completion = history.completion(event);
    const answer = completion < 0 ? null : history.value(completion);
    if (answer !== null) {
      const key = keyOf(answer);
      if (key === undefined || !sameValue(key, asked)) return false;
    }
    const f = history.f(event);
    if (f === "read" || f === "r") reads++;
  }
  return reads > 0;
}

function keyOf(value: Json): Json | undefined {
  return isJsonArray(value) && value.length === 2 ? (value[0] ?? undefined) : undefined;
}

/** The values of a history, without their keys if they have them. */
export function valuesOf(history: History, keyed: boolean): ValueOf {
  if (!keyed) return (event) => history.value(event);
  return (event) => {
    const value = history.value(event);
    return isJsonArray(value) ? (value[1] ?? null) : value;
  };
}
