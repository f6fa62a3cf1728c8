import { callsAbout } from "./heads.ts";
import type { Flaw, Items } from "./items.ts";
import { orderByKey } from "./sorting.ts";

/**
 * A call that found nothing, and the fewest items of which one was certainly inside in each gap in which it can
 * have happened. From the first gap on, the item that stays longest of those already inside comes next.
 */
export function coverOf(items: Items): Flaw {
  const { of, empties, present, addPast, removeFrom } = items;
  const { from, past, gaps } = of;
  const inside = orderByKey(
    addPast,
    gaps + 1,
    present.filter((one) => addPast[one]! < removeFrom[one]!),
  );
  // Of each gap the item that stays longest among those inside by then.
  const longest = new Int32Array(gaps).fill(-1);
  for (let gap = 0, k = 0, best = -1; gap < gaps; gap++) {
    for (; k < inside.length && addPast[inside[k]!]! <= gap; k++)
      if (best < 0 || removeFrom[inside[k]!]! > removeFrom[best]!) best = inside[k]!;
    longest[gap] = best >= 0 && removeFrom[best]! > gap ? best : -1;
  }
  for (const call of empties.toSorted((a, b) => past[a]! - past[b]!)) {
    const chain: number[] = [];
    let gap = from[call]!;
    while (gap < past[call]! && longest[gap]! >= 0) {
      chain.push(longest[gap]!);
      gap = removeFrom[longest[gap]!]!;
    }
    if (gap < past[call]!) continue;
    const calls = [...callsAbout(items, chain), call];
    return { pattern: "not-empty", calls, against: callsAbout(items, [chain.at(-1)!])[0] ?? call };
  }
  throw new Error("each of these calls has a gap in which nothing is certainly inside");
}
