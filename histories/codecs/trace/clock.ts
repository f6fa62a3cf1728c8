import { InputError, type Place } from "../../errors.ts";

/** A vector clock: counts of events, whole numbers from 0 on; those that are 0 are left out. */
export function clockOf(value: Readonly<Record<string, unknown>>, place: Place): Record<string, number> {
  const clock: Record<string, number> = {};
  for (const [node, count] of Object.entries(value)) {
    if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 0)
      throw new InputError("E_TRACE", {
        place,
        expected: `a whole number from 0 on as the count of ${node}`,
        found: JSON.stringify(count) ?? String(count),
      });
    if (count > 0) clock[node] = count;
  }
  return clock;
}
