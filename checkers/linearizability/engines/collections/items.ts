import type { Pattern } from "../engine.ts";
import { Add, Empty, Miss, Nothing, Remove, See, Take, type CollectionCalls } from "./collection-calls.ts";
import { startsOf } from "./sorting.ts";

/** In place of a call: nobody does it. */
export const NoCall = -1;
/** In place of the call that adds an item: it was inside at first. */
const AtFirst = -2;

/** Calls that contradict one another. */
export interface Flaw {
  readonly pattern: Pattern;
  /** Positions; `NoCall` and `AtFirst` are left out. */
  readonly calls: readonly number[];
  readonly against?: number;
  /** Items left inside that would have to be gone by some gap, for the first call in the way to have its place. */
  readonly blocked?: { readonly by: readonly number[]; readonly gap: number };
}

/**
 * The items of a collection each of which is added at most once, with when they can have been added and
 * removed. What is never removed is taken out in the last gap, after all known calls. The gaps are narrowed
 * to what the calls about the item itself allow: it was added before anyone saw or removed it, and removed
 * after anyone saw it. An item that only a call of unknown outcome can have added is there if somebody
 * saw it, and else it never was: it would only have been in the way.
 */
export interface Items {
  readonly of: CollectionCalls;
  /** How many items there are, some of which may not be `present`. */
  readonly count: number;
  /** The items that are added at some time, initial ones first, in order. */
  readonly present: Int32Array;
  readonly adder: Int32Array;
  readonly remover: Int32Array;
  readonly addFrom: Int32Array;
  readonly addPast: Int32Array;
  readonly removeFrom: Int32Array;
  readonly removePast: Int32Array;
  /** Calls that saw an item, in order of items, then of `from`; those of item i from `seenStart[i]` on. */
  readonly seen: Int32Array;
  readonly seenStart: Int32Array;
  /** By place in `seen`. */
  readonly seenFrom: Int32Array;
  readonly seenPast: Int32Array;
  readonly empties: Int32Array;
  readonly misses: Int32Array;
  /** Calls that may have taken an item nobody knows, in order of `from`. */
  readonly takes: Int32Array;
  /** The present items that no call is known to have removed. */
  readonly left: Int32Array;
}

/** Reads the items; a flaw where calls about one item contradict one another; `undefined`: not of this class. */
export function readItems(of: CollectionCalls): Items | Flaw | undefined {
  const { kind, item, from, past, length, itemCount, gaps, until } = of;
  const { end } = of.calls;
  const adder = new Int32Array(itemCount).fill(NoCall);
  const remover = new Int32Array(itemCount).fill(NoCall);
  const sightings = new Int32Array(itemCount);
  let seenCount = 0;
  const addFrom = new Int32Array(itemCount);
  for (const [gap, one] of of.initial.entries()) {
    if (adder[one] !== NoCall) return undefined;
    adder[one] = AtFirst;
    addFrom[one] = gap;
  }
  const empties: number[] = [];
  const misses: number[] = [];
  const takes: number[] = [];
  let flaw: Flaw | undefined;
  for (let i = 0; i < length; i++) {
    const one = item[i]!;
    switch (kind[i]) {
      case Nothing:
        break;
      case Add:
        if (adder[one] !== NoCall) return undefined;
        adder[one] = i;
        break;
      case Remove: {
        const other = remover[one]!;
        if (other === NoCall) remover[one] = i;
        else if (end[i]! <= until) {
          // A call of unknown outcome would have removed it in vain.
          if (end[other]! <= until) flaw ??= { pattern: "removed-twice", calls: [other, i], against: other };
          remover[one] = i;
        }
        break;
      }
      case See:
        sightings[one]!++;
        seenCount++;
        break;
      case Take:
        takes.push(i);
        break;
      case Miss:
        misses.push(i);
        break;
      case Empty:
        empties.push(i);
        break;
      default:
        return undefined;
    }
  }
  const withAdder = ({ pattern, calls, against }: Flaw): Flaw => {
    const adding = adder[item[calls[0]!]!]!;
    return {
      pattern,
      calls: [adding, ...calls].filter((call) => call >= 0),
      ...(against === undefined ? {} : { against }),
    };
  };
  if (flaw !== undefined) return withAdder(flaw);

  const seen = new Int32Array(seenCount);
  const seenFrom = new Int32Array(seenCount);
  const seenPast = new Int32Array(seenCount);
  const seenStart = new Int32Array(itemCount + 1);
  if (seenCount > 0) {
    const sights = new Int32Array(seenCount);
    for (let i = 0, k = 0; i < length; i++) if (kind[i] === See) sights[k++] = i;
    seenStart.set(startsOf(item, itemCount, sights));
    const next = seenStart.slice();
    for (const call of sights) seen[next[item[call]!]!++] = call;
  }

  const addPast = new Int32Array(itemCount);
  const removeFrom = new Int32Array(itemCount);
  const removePast = new Int32Array(itemCount);
  const present = new Int32Array(itemCount);
  const left: number[] = [];
  let presentCount = 0;
  const settle = (one: number): void => {
    const adding = adder[one]!;
    const removing = remover[one]!;
    const removed = removing !== NoCall && end[removing]! <= until;
    const sights = sightings[one]!;
    if (adding === NoCall) {
      if (removed) flaw ??= { pattern: "never-written", calls: [removing] };
      else if (sights > 0) flaw ??= { pattern: "never-written", calls: [seen[seenStart[one]!]!] };
      return;
    }
    if (adding >= 0 && end[adding]! > until && !removed && sights === 0) {
      adder[one] = NoCall;
      return;
    }
    present[presentCount++] = one;
    if (removing === NoCall) left.push(one);
    const earliest = adding === AtFirst ? addFrom[one]! : from[adding]!;
    let added = adding === AtFirst ? earliest + 1 : past[adding]!;
    let gone = removing === NoCall ? gaps - 1 : Math.max(from[removing]!, earliest);
    const latest = removing === NoCall ? gaps : past[removing]!;
    if (latest <= earliest) flaw ??= { pattern: "read-before-written", calls: [removing] };
    if (latest < added) added = latest;
    for (let k = seenStart[one]!; k < seenStart[one + 1]!; k++) {
      const sight = seen[k]!;
      const first = Math.max(from[sight]!, earliest);
      const last = Math.min(past[sight]!, latest);
      seenFrom[k] = first;
      seenPast[k] = last;
      if (past[sight]! <= earliest) flaw ??= { pattern: "read-before-written", calls: [sight] };
      else if (latest <= first)
        flaw ??= { pattern: "unexpected", calls: [removing, sight], against: removing };
      if (first > gone) gone = first;
      if (last < added) added = last;
    }
    addFrom[one] = earliest;
    addPast[one] = added;
    removeFrom[one] = gone;
    removePast[one] = latest;
  };
  for (let one = 0; one < itemCount; one++) settle(one);
  if (flaw !== undefined) return withAdder(flaw);
  return {
    of,
    count: itemCount,
    present: present.subarray(0, presentCount),
    adder,
    remover,
    addFrom,
    addPast,
    removeFrom,
    removePast,
    seen,
    seenStart,
    seenFrom,
    seenPast,
    empties: Int32Array.from(empties),
    misses: Int32Array.from(misses),
    takes: Int32Array.from(takes),
    left: Int32Array.from(left),
  };
}

/** Whether something is certainly inside in each gap. */
export function certainlyInside({ of, present, addPast, removeFrom }: Items): Uint8Array {
  const change = new Int32Array(of.gaps + 1);
  for (const one of present) {
    if (addPast[one]! >= removeFrom[one]!) continue;
    change[addPast[one]!]!++;
    change[removeFrom[one]!]!--;
  }
  const inside = new Uint8Array(of.gaps);
  for (let gap = 0, count = 0; gap < of.gaps; gap++) {
    count += change[gap]!;
    inside[gap] = count > 0 ? 1 : 0;
  }
  return inside;
}

/** The same items with calls of unknown outcome taking some of those left inside, from `from` on. */
export function withTakers(items: Items, takers: readonly (readonly [item: number, call: number])[]): Items {
  const { of } = items;
  const remover = items.remover.slice();
  const removeFrom = items.removeFrom.slice();
  for (const [one, call] of takers) {
    remover[one] = call;
    let gone = Math.max(of.from[call]!, items.addFrom[one]!);
    for (let k = items.seenStart[one]!; k < items.seenStart[one + 1]!; k++)
      gone = Math.max(gone, items.seenFrom[k]!);
    removeFrom[one] = gone;
  }
  return { ...items, remover, removeFrom };
}

/**
 * The gap from `from` to before `past` in which the fewest of some items are in the way, all of them left
 * inside; and which these are. `inside` tells from which gap to before which an item is in the way.
 */
export function blockedIn(
  { of, remover }: Items,
  among: Int32Array,
  inside: (item: number) => readonly [from: number, past: number],
  windows: readonly (readonly [from: number, past: number])[],
): Flaw["blocked"] {
  const known = new Int32Array(of.gaps + 1);
  const left = new Int32Array(of.gaps + 1);
  for (const one of among) {
    const [from, past] = inside(one);
    if (from >= past) continue;
    const cover = remover[one] === NoCall ? left : known;
    cover[from]!++;
    cover[past]!--;
  }
  for (let gap = 0; gap < of.gaps; gap++) {
    known[gap + 1]! += known[gap]!;
    left[gap + 1]! += left[gap]!;
  }
  for (const [from, past] of windows) {
    let best = -1;
    for (let gap = from; gap < past && gap < of.gaps; gap++)
      if (known[gap] === 0 && left[gap]! > 0 && (best < 0 || left[gap]! <= left[best]!)) best = gap;
    if (best < 0) continue;
    const by = among.filter((one) => {
      const [first, last] = inside(one);
      return remover[one] === NoCall && first <= best && best < last;
    });
    return { by: [...by], gap: best };
  }
  return undefined;
}
