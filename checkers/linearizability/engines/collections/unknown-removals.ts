import type { Pattern } from "../engine.ts";
import { NoCall, withTakers, type Flaw, type Items } from "./items.ts";
import { orderByKey } from "./sorting.ts";

type Decided = Int32Array | Flaw | undefined;
type Takers = readonly (readonly [item: number, call: number])[];

/** How often who took what is guessed anew, each time with one more call in mind that was in the way. */
const MostGuesses = 24;

/** Calls and gaps, of all attempts together, when every way to have taken items is tried. */
const MostInSets = 2_000_000;

const none = new Int32Array(0);

/**
 * Decides items some of which calls of unknown outcome may have taken, where it is not known in general which.
 * `due` gives, for each of `Items.left`, a gap by which it must be gone in any linearization; `decide` decides
 * items that nobody takes any more; `pattern` is what it is called when the deadlines cannot be met.
 *
 * An order found after some of the items were given to takers is an order. There is none if the takers cannot
 * meet the deadlines, or if there is none even when every item left inside has a taker of its own, as early as
 * the first. Otherwise it stays open.
 */
export function decideWithTakers(
  items: Items,
  due: Int32Array,
  pattern: Pattern,
  decide: (items: Items) => Decided,
): Decided {
  const told = toldTakers(items);
  const attempt = (guess: Takers | undefined): Decided => guess && decide(given(items, guess));
  if (told.length > 0) {
    const decided = attempt(told);
    if (decided instanceof Int32Array) return decided;
  }
  const isPossible = takersByDeadline(items, due) !== undefined;
  let deadlines = due;
  for (let tries = 0; tries < MostGuesses; tries++) {
    const decided = attempt(completed(items, deadlines, told) ?? completed(items, deadlines, []));
    if (decided instanceof Int32Array) return decided;
    if (decided?.blocked === undefined) break;
    const { by, gap } = decided.blocked;
    const blocking = new Set(by);
    deadlines = deadlines.map((before, k) => (blocking.has(items.left[k]!) ? Math.min(before, gap) : before));
  }
  const refuted = refutedAnyhow(items, decide);
  if (refuted !== undefined || !isPossible) return refuted ?? { pattern, calls: [] };
  const tried = anySet(items, due, decide);
  return tried === "none" ? { pattern, calls: [] } : tried;
}

/**
 * Tries who can have taken what, where that is little. It is never worse to have taken more items, since an item may
 * be taken last of all; so every set of as many items as there are takers is tried. Items are given to takers one by
 * one, and what none of the rest can help, even all taken as early as the first taker, is not gone into.
 */
function anySet(
  items: Items,
  due: Int32Array,
  decide: (items: Items) => Decided,
): Int32Array | "none" | undefined {
  const { takes, left, of } = items;
  const size = Math.min(takes.length, left.length);
  const cost = of.length + of.gaps;
  if (binomial(left.length, size) * cost > MostInSets) return undefined;
  const byDue = Array.from(orderByKey(due, of.gaps), (k) => left[k]!);
  let spent = 0;
  let isOpen = false;
  /** Given the takers of the first items of a set. */
  const extended = (set: readonly number[], takers: readonly number[]): Int32Array | undefined => {
    if ((spent += cost) > MostInSets) {
      isOpen = true;
      return undefined;
    }
    const decided = decide(
      given(
        items,
        set.map((one, k) => [one, takers[k] ?? takes[0]!] as const),
      ),
    );
    if (decided === undefined) isOpen = true;
    if (!(decided instanceof Int32Array)) return undefined;
    if (takers.length === set.length) return decided;
    let before = -1;
    for (const taker of takes) {
      // Whoever began in the same gap can take the same.
      if (takers.includes(taker) || of.from[taker] === before) continue;
      before = of.from[taker]!;
      const order = extended(set, [...takers, taker]);
      if (order !== undefined) return order;
    }
    return undefined;
  };
  for (const set of subsets(byDue, size)) {
    const order = extended(set, []);
    if (order !== undefined) return order;
  }
  return isOpen ? undefined : "none";
}

function binomial(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result *= (n - k + i) / i;
  return result;
}

/** The subsets of that size, each in the order of the elements. */
function* subsets(elements: readonly number[], size: number): Generator<readonly number[]> {
  const at = Array.from({ length: size }, (_, i) => i);
  for (;;) {
    yield at.map((i) => elements[i]!);
    let last = size - 1;
    while (last >= 0 && at[last] === elements.length - size + last) last--;
    if (last < 0) return;
    at[last]!++;
    for (let i = last + 1; i < size; i++) at[i] = at[i - 1]! + 1;
  }
}

/** The flaw that remains even if each item left inside can be taken as soon as the first taker began. */
export function refutedAnyhow(items: Items, decide: (items: Items) => Decided): Flaw | undefined {
  const { takes, left } = items;
  const decided = decide(
    given(
      items,
      Array.from(left, (one) => [one, takes[0]!] as const),
    ),
  );
  if (decided === undefined || decided instanceof Int32Array) return undefined;
  return { ...decided, calls: [...new Set([...decided.calls, ...takes])] };
}

/** The items when these have been taken, and no others. */
export function given(items: Items, takers: Takers): Items {
  const taken = new Set(takers.map(([one]) => one));
  const left = items.left.filter((one) => !taken.has(one));
  return { ...withTakers(items, takers), takes: none, left };
}

/** What calls still in flight turned out to have taken later: a good guess. */
function toldTakers({ of, takes, remover, adder }: Items): (readonly [number, number])[] {
  const takers: (readonly [number, number])[] = [];
  const taken = new Set<number>();
  for (const call of takes) {
    const one = of.item[call]!;
    if (one < 0 || adder[one] === NoCall || remover[one] !== NoCall || taken.has(one)) continue;
    taken.add(one);
    takers.push([one, call]);
  }
  return takers;
}

/**
 * What was told of items that are due; for the other items that are due the earliest other takers; and what
 * else was told of calls that are left.
 */
function completed(items: Items, due: Int32Array, told: Takers): Takers | undefined {
  const { of, left, takes } = items;
  const dueBy = new Int32Array(items.count).fill(of.gaps - 1);
  left.forEach((one, k) => (dueBy[one] = due[k]!));
  const certain = told.filter(([one, call]) => dueBy[one]! < of.gaps - 1 && of.from[call]! <= dueBy[one]!);
  const taken = new Set(certain.map(([one]) => one));
  const busy = new Set(certain.map(([, call]) => call));
  const open = left.filter((one) => !taken.has(one));
  const others = takersByDeadline(
    { ...items, left: open, takes: takes.filter((call) => !busy.has(call)) },
    due.filter((_, k) => !taken.has(left[k]!)),
  );
  if (others === undefined) return undefined;
  for (const [, call] of others) busy.add(call);
  for (const [one] of others) taken.add(one);
  return [...certain, ...others, ...told.filter(([one, call]) => !taken.has(one) && !busy.has(call))];
}

/** The earliest takers for the items due first; `undefined` if these are not enough. */
function takersByDeadline(
  { of, left, takes }: Items,
  due: Int32Array,
): (readonly [item: number, call: number])[] | undefined {
  const takers: (readonly [number, number])[] = [];
  for (const k of orderByKey(due, of.gaps)) {
    if (due[k] === of.gaps - 1) break;
    const call = takes[takers.length];
    if (call === undefined || of.from[call]! > due[k]!) return undefined;
    takers.push([left[k]!, call]);
  }
  return takers;
}

/** Numbers at keys, of which the least at keys from some key on is asked for: a binary indexed tree. */
export class SuffixMinimum {
  readonly #least: Int32Array;

  constructor(keys: number, most: number) {
    this.#least = new Int32Array(keys + 1).fill(most);
  }

  put(key: number, number: number): void {
    const least = this.#least;
    for (let at = least.length - 1 - key; at < least.length; at += at & -at)
      if (number < least[at]!) least[at] = number;
  }

  from(key: number): number {
    const least = this.#least;
    let result = least[0]!;
    for (let at = least.length - 1 - key; at > 0; at &= at - 1) if (least[at]! < result) result = least[at]!;
    return result;
  }
}
