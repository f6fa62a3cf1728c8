import type { Flaw, Items } from "./items.ts";
import { orderByKey } from "./sorting.ts";

/**
 * When the items of a queue are at its head. A block with calls that precede one another is certainly at
 * the head from its gap `lo` to its gap `hi`; no other block has a place strictly between. In stretched time these
 * gaps are left out, gap g of the others is 2 × its rank, and the odd time between the two belongs to that
 * block alone. Where there is no such block, stretched time is the gaps themselves.
 */
export interface Heads {
  /** By item, in stretched time: the block has a place in [first, last], unless `first` is greater. */
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly times: number;
  /** The last gap, by item, in which the block can begin to be at the head; not strictly inside another's stretch. */
  readonly latest: Int32Array;
  /** Of each gap the item that is certainly at the head then, without a place for others; −1. */
  readonly holder: Int32Array | undefined;
}

export function headsOf(items: Items): Heads | Flaw {
  const { of, count, present, seen, removeFrom } = items;
  const { gaps } = of;
  const latest = latestAtHead(items);
  if (seen.length === 0) return { first: removeFrom, last: latest, times: gaps, latest, holder: undefined };
  const stretched = present.filter((one) => latest[one]! < removeFrom[one]!);
  const holder = new Int32Array(gaps).fill(-1);
  let previous = -1;
  for (const one of orderByKey(latest, gaps, stretched)) {
    if (previous >= 0 && latest[one]! < removeFrom[previous]!) return conflict(items, [previous, one]);
    for (let gap = latest[one]! + 1; gap < removeFrom[one]!; gap++) holder[gap] = one;
    previous = one;
  }
  const time = new Int32Array(gaps);
  for (let gap = 0, rank = -1; gap < gaps; gap++) time[gap] = 2 * (holder[gap]! < 0 ? ++rank : rank);
  const first = new Int32Array(count);
  const last = new Int32Array(count);
  for (const one of present) {
    const lo = latest[one]!;
    const hi = removeFrom[one]!;
    if (lo < hi) first[one] = last[one] = time[lo]! + 1;
    else {
      const earliest = time[hi]! + (holder[hi]! < 0 ? 0 : 2);
      if (earliest > time[lo]!) return conflict(items, [holder[hi]!, one]);
      first[one] = earliest;
      last[one] = time[lo]!;
      if (holder[lo]! >= 0) latest[one] = latest[holder[lo]!]!;
    }
  }
  return { first, last, times: 2 * gaps + 2, latest, holder };
}

/** The last gap, by item, in which it can begin to be at the head. */
export function latestAtHead({ count, present, seenStart, seenPast, removePast }: Items): Int32Array {
  const latest = new Int32Array(count);
  for (const one of present) {
    latest[one] = removePast[one]! - 1;
    for (let k = seenStart[one]!; k < seenStart[one + 1]!; k++)
      latest[one] = Math.min(latest[one], seenPast[k]! - 1);
  }
  return latest;
}

function conflict(items: Items, involved: readonly number[]): Flaw {
  return { pattern: "out-of-order", calls: callsAbout(items, involved) };
}

/**
 * The calls that say when items were certainly inside and at the head: who added and removed them, and of
 * those who saw them the one that returned first and the one that began last.
 */
export function callsAbout(items: Items, involved: Iterable<number>): number[] {
  const { adder, remover, seen, seenStart, of } = items;
  const calls = new Set<number>();
  for (const one of involved) {
    calls.add(adder[one]!).add(remover[one]!);
    let first = -1;
    let last = -1;
    for (let k = seenStart[one]!; k < seenStart[one + 1]!; k++) {
      const call = seen[k]!;
      if (first < 0 || of.past[call]! < of.past[first]!) first = call;
      if (last < 0 || of.from[call]! > of.from[last]!) last = call;
    }
    calls.add(first).add(last);
  }
  return [...calls].filter((call) => call >= 0);
}
