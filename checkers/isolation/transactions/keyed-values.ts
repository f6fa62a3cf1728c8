import type { History } from "../../../histories/history.ts";
import { isJsonArray, sameValue, type Json } from "../../../histories/json.ts";

/** The value of an event: without its key, where values are pairs of a key and a value. */
export type ValueOf = (event: number) => Json;

/**
 * Whether the values of all operations are pairs of the key of a register and a value, as Jepsen's independent workloads write them: a
 * read, too, is asked with a pair, and no completion names another key than its invocation. Completions alone do not tell.
 */
export function hasKeyedValues(
  history: History,
  events: Int32Array,
  isSingle: (event: number) => boolean,
): boolean {
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
