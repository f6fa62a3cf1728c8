import { InputError, type Place } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import { foundIn } from "./text.ts";

/** A vector clock: counts of events, whole numbers from 0 on; those that are 0 are left out. */
export function clockOf(value: JsonObject, place: Place): Readonly<Record<string, number>> {
  const counts: [string, number][] = [];
  for (const [node, count] of Object.entries(value)) {
    if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 0)
      throw new InputError("E_TRACE", {
        place,
        expected: `a whole number from 0 to ${Number.MAX_SAFE_INTEGER} as the count of ${node}`,
        found: foundIn(count),
      });
    if (count > 0) counts.push([node, count]);
  }
  return Object.fromEntries(counts);
}
