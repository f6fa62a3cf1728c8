import { GapSet } from "./gap-set.ts";
import { callsAbout } from "./heads.ts";
import type { Flaw, Items } from "./items.ts";
import { blockedIn, certainlyInside } from "./items.ts";
import { coverOf } from "./not-empty.ts";
import { orderByKey } from "./sorting.ts";
import { matchTakers, neverDue } from "./takers.ts";
import { decideWithTakers, given, refutedAnyhow, SuffixMinimum } from "./unknown-removals.ts";

/**
 * A priority queue of distinct items, in n log n for sorting the priorities and linear otherwise; a bag is one in
 * which all priorities are equal. Of equal priorities any may go first.
 *
 * Items are looked at from the greatest priority down. A gap is free for an item if no item of greater
 * priority has to be inside all through it. The calls that see or remove an item need free gaps. So it
 * was inside at least from s, the last free gap of the one whose last free gap comes first (or the last gap of its
 * addition), to t, the first free gap of the one whose first free gap comes last; strictly between these it was
 * inside for certain, and these gaps are no longer free for lesser items. That much is necessary. And it is
 * enough: add each item in gap s and remove it in gap t (all in gap t, if t comes before s). Then nothing
 * is inside but what has to be, and within a gap first go the items that leave, the greatest first, then those
 * come that stay, the greatest last. A call that sees an item finds a free gap between s and t, or one of
 * these itself. Who finds the queue empty, or an item missing, needs a gap likewise.
 *
 * Of a bag, calls of unknown outcome that may have taken items left inside matter only to who found it
 * empty, which sets a deadline to the items (`matchTakers`). Of a priority queue the answer is given where it
 * is the same for no takers and for as many as there are items.
 */
export function decidePriorityQueue(
  items: Items,
  priority: ((item: number) => number) | undefined,
): Int32Array | Flaw | undefined {
  if (items.takes.length === 0) return new Ranking(items, priority).decide();
  const decide = (taken: Items): Int32Array | Flaw => new Ranking(taken, priority).decide();
  if (priority !== undefined)
    return decideWithTakers(items, dueOf(items, priority), "priority-inverted", decide);
  const { left, seenStart, misses } = items;
  if (misses.length > 0 || left.some((one) => seenStart[one + 1]! > seenStart[one]!))
    return decideWithTakers(items, neverDue(items), "not-empty", decide);
  const known = { ...items, present: items.present.filter((one) => items.remover[one]! >= 0) };
  const takings = matchTakers(items, neverDue(items), certainlyInside(known));
  if (takings === undefined) return refutedAnyhow(items, decide) ?? { pattern: "not-empty", calls: [] };
  return decide(given(items, takings.takers));
}

/**
 * The gap by which each item left inside has to be gone: when an item of less priority is removed, or someone
 * found nothing, who began when it was certainly inside.
 */
function dueOf(
  { of, present, left, empties, addPast, remover, removeFrom, removePast }: Items,
  priority: (item: number) => number,
): Int32Array {
  const { gaps, from, past } = of;
  const gone = new SuffixMinimum(gaps, gaps - 1);
  for (const call of empties) gone.put(from[call]!, past[call]! - 1);
  const { order, groups } = ranked(present, priority);
  const due = new Int32Array(left.length);
  const leftAt = new Map(Array.from(left, (one, k) => [one, k] as const));
  for (let group = groups.length - 2; group >= 0; group--) {
    for (let k = groups[group]!; k < groups[group + 1]!; k++) {
      const place = leftAt.get(order[k]!);
      if (place !== undefined) due[place] = Math.min(gaps - 1, gone.from(addPast[order[k]!]!));
    }
    for (let k = groups[group]!; k < groups[group + 1]!; k++) {
      const one = order[k]!;
      if (remover[one]! >= 0) gone.put(removeFrom[one]!, removePast[one]! - 1);
    }
  }
  return due;
}

class Ranking {
  readonly #items: Items;
  readonly #free: GapSet;
  readonly #addAt: Int32Array;
  readonly #removeAt: Int32Array;
  /** By place in `seen`. */
  readonly #seenAt: Int32Array;
  /** The items from the greatest priority down, and where each priority starts. */
  readonly #order: Int32Array;
  readonly #groups: readonly number[];

  constructor(items: Items, priority: ((item: number) => number) | undefined) {
    this.#items = items;

    this.#free = new GapSet(items.of.gaps, true);
    this.#addAt = new Int32Array(items.count);
    this.#removeAt = new Int32Array(items.count);
    this.#seenAt = new Int32Array(items.seen.length);
    const { order, groups } = ranked(items.present, priority);
    this.#order = order;
    this.#groups = groups;
  }

  decide(): Int32Array | Flaw {
    const free = this.#free;
    const { removePast } = this.#items;
    let failed = -1;
    let above = 0;
    for (let group = 0; group + 1 < this.#groups.length; group++) {
      const start = this.#groups[group]!;
      const end = this.#groups[group + 1]!;
      for (let k = start; k < end; k++) {
        const one = this.#order[k]!;
        // Without it less is in the way of others, so what fails then fails by itself; the first to fail tells most.
        if (!this.#place(one) && (failed < 0 || removePast[one]! < removePast[failed]!)) {
          failed = one;
          above = start;
        }
      }
      // Only now, for items of equal priority are not in each other's way.
      for (let k = start; k < end; k++) {
        const one = this.#order[k]!;
        free.clearBetween(this.#addAt[one]!, this.#removeAt[one]!);
      }
    }
    if (failed >= 0) return this.#inverted(failed, above);
    const { of, empties, misses } = this.#items;
    const emptyAt = new Int32Array(empties.length);
    for (let k = 0; k < empties.length; k++) {
      emptyAt[k] = free.next(of.from[empties[k]!]!);
      if (emptyAt[k]! >= of.past[empties[k]!]!) return this.#notEmpty();
    }
    const missAt = new Int32Array(misses.length);
    for (let k = 0; k < misses.length; k++) {
      const gap = this.#missed(misses[k]!);
      if (gap < 0) {
        const calls = [...callsAbout(this.#items, [of.item[misses[k]!]!]), misses[k]!];
        return { pattern: "missing", calls };
      }
      missAt[k] = gap;
    }
    return this.#ordered(emptyAt, missAt);
  }

  /** Finds the gaps of an item; false if a call about it has none. */
  #place(one: number): boolean {
    const { addFrom, addPast, removeFrom, removePast, seenStart, seenFrom, seenPast } = this.#items;
    const free = this.#free;
    const lastRemoval = free.previous(removePast[one]! - 1);
    let leaves = free.next(removeFrom[one]!);
    let comes = Math.min(addPast[one]! - 1, lastRemoval);
    if (leaves >= removePast[one]!) return false;
    for (let k = seenStart[one]!; k < seenStart[one + 1]!; k++) {
      const first = free.next(seenFrom[k]!);
      const last = free.previous(seenPast[k]! - 1);
      if (first >= seenPast[k]!) return false;
      leaves = Math.max(leaves, first);
      comes = Math.min(comes, last);
    }
    if (comes < addFrom[one]! || leaves >= removePast[one]!) return false;
    if (leaves < comes) comes = leaves;
    this.#addAt[one] = comes;
    this.#removeAt[one] = leaves;
    for (let k = seenStart[one]!; k < seenStart[one + 1]!; k++)
      this.#seenAt[k] = Math.min(leaves, free.next(Math.max(comes, seenFrom[k]!)));
    return true;
  }

  /** A gap in which an item can be found missing; −1. */
  #missed(call: number): number {
    const { of, adder } = this.#items;
    const one = of.item[call]!;
    const from = of.from[call]!;
    const last = of.past[call]! - 1;
    if (adder[one] === -1 || from <= this.#addAt[one]!) return from;
    if (last >= this.#removeAt[one]!) return last;
    return -1;
  }

  #ordered(emptyAt: Int32Array, missAt: Int32Array): Int32Array {
    const { of, present, adder, remover, seen, seenStart, empties, misses } = this.#items;
    const [addAt, removeAt, seenAt] = [this.#addAt, this.#removeAt, this.#seenAt];
    const calls = new Int32Array(2 * present.length + seen.length + empties.length + misses.length);
    const times = new Int32Array(calls.length);
    let placed = 0;
    const put = (call: number, time: number): void => {
      if (call < 0) return;
      calls[placed] = call;
      times[placed++] = time;
    };
    const Leaving = 0;
    const Gone = 1;
    const Coming = 2;
    for (const one of this.#order) {
      const [comes, leaves] = [addAt[one]!, removeAt[one]!];
      if (comes === leaves) put(adder[one]!, 3 * comes + Leaving);
      for (let k = seenStart[one]!; k < seenStart[one + 1]!; k++)
        if (seenAt[k]! > comes || comes === leaves) put(seen[k]!, 3 * seenAt[k]! + Leaving);
      put(remover[one]!, 3 * leaves + Leaving);
    }
    for (let k = 0; k < empties.length; k++) put(empties[k]!, 3 * emptyAt[k]! + Gone);
    for (let k = 0; k < misses.length; k++) put(misses[k]!, 3 * missAt[k]! + Gone);
    for (let k = this.#order.length - 1; k >= 0; k--) {
      const one = this.#order[k]!;
      const [comes, leaves] = [addAt[one]!, removeAt[one]!];
      if (comes === leaves) continue;
      put(adder[one]!, 3 * comes + Coming);
      for (let j = seenStart[one]!; j < seenStart[one + 1]!; j++)
        if (seenAt[j] === comes) put(seen[j]!, 3 * comes + Coming);
    }
    const byTime = orderByKey(times.subarray(0, placed), 3 * of.gaps);
    return byTime.map((k) => calls[k]!);
  }

  /** An item that no call about it found free of greater ones, which are those before `greater` in the order. */
  #inverted(one: number, greater: number): Flaw {
    const { removeFrom, removePast } = this.#items;
    const blocked =
      this.#items.left.length === 0
        ? undefined
        : blockedIn(
            this.#items,
            this.#order.subarray(0, greater),
            (other) => [this.#addAt[other]! + 1, this.#removeAt[other]!],
            [[removeFrom[one]!, removePast[one]!]],
          );
    return {
      pattern: "priority-inverted",
      ...this.#cover(one, greater),
      ...(blocked === undefined ? {} : { blocked }),
    };
  }

  #notEmpty(): Flaw {
    const { present, addPast, removeFrom } = this.#items;
    const stays = present.every(
      (one) => this.#addAt[one] === addPast[one]! - 1 && this.#removeAt[one] === removeFrom[one]!,
    );
    return stays ? coverOf(this.#items) : { pattern: "not-empty", calls: [] };
  }

  #cover(one: number, greater: number): { readonly calls: readonly number[] } {
    const items = this.#items;
    const { addPast, removeFrom, remover, removePast, of } = items;
    if (items.seenStart[one + 1]! > items.seenStart[one]! || remover[one]! < 0) return { calls: [] };
    const above = this.#order.subarray(0, greater);
    const own = remover[one]!;
    // Who removed it, as someone who found nothing of greater priority inside.
    const kept = above.filter((other) => addPast[other]! < removeFrom[other]!);
    const { calls } = chain(items, kept, Math.max(of.from[own]!, items.addFrom[one]!), removePast[one]!);
    return { calls: calls.length === 0 ? [] : [...callsAbout(items, [one]), ...calls] };
  }
}

/** The fewest items that are certainly inside from one gap to before another; none if they are not. */
function chain(
  items: Items,
  among: Int32Array,
  from: number,
  past: number,
): { readonly calls: readonly number[] } {
  const { of, addPast, removeFrom } = items;
  const inside = orderByKey(addPast, of.gaps + 1, among);
  const chosen: number[] = [];
  let gap = from;
  let best = -1;
  for (let k = 0; gap < past;) {
    for (; k < inside.length && addPast[inside[k]!]! <= gap; k++)
      if (best < 0 || removeFrom[inside[k]!]! > removeFrom[best]!) best = inside[k]!;
    if (best < 0 || removeFrom[best]! <= gap) return { calls: [] };
    chosen.push(best);
    gap = removeFrom[best]!;
  }
  return { calls: callsAbout(items, chosen) };
}

/** The items from the greatest priority down, with where each priority starts and the end. */
function ranked(
  present: Int32Array,
  priority: ((item: number) => number) | undefined,
): { readonly order: Int32Array; readonly groups: readonly number[] } {
  if (priority === undefined) return { order: present, groups: [0, present.length] };
  const priorities = Float64Array.from(present, priority);
  const distinct = distinctOf(priorities);
  const keys = Int32Array.from(priorities, (one) => distinct.length - 1 - placeOf(distinct, one));
  const byKey = orderByKey(keys, distinct.length);
  const groups = [0];
  for (let k = 1; k <= byKey.length; k++)
    if (k === byKey.length || keys[byKey[k]!] !== keys[byKey[k - 1]!]) groups.push(k);
  return { order: byKey.map((k) => present[k]!), groups };
}

function placeOf(sorted: Float64Array, one: number): number {
  let low = 0;
  for (let high = sorted.length - 1; low < high;) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < one) low = middle + 1;
    else high = middle;
  }
  return low;
}

function distinctOf(priorities: Float64Array): Float64Array {
  const sorted = priorities.toSorted();
  let count = 0;
  for (let i = 0; i < sorted.length; i++)
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[count++] = sorted[i]!;
  return sorted.subarray(0, count);
}
