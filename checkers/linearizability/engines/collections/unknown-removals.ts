import { NoCall, withTakers, type Flaw, type Items } from "./items.ts";
import { orderByKey } from "./sorting.ts";

type Decided = Int32Array | Flaw | undefined;

const none = new Int32Array(0);

/**
 * Decides items some of which calls of unknown outcome may have taken, where it is not known in general which.
 * `due` gives, for each of `Items.left`, a gap by which it must be gone in any linearization; `decide` decides
 * items that nobody takes any more.
 *
 * An order found after some of the items were given to takers is an order. There is none if the takers cannot
 * meet the deadlines, or if there is none even when every item left inside has a taker of its own, as early as
 * the first. Otherwise it stays open.
 */
export function decideWithTakers(items: Items, due: Int32Array, decide: (items: Items) => Decided): Decided {
  const told = toldTakers(items);
  const takers = takersByDeadline(items, due);
  const guesses = [told.length > 0 ? told : undefined, takers];
  if (told.length > 0 && takers !== undefined) guesses.push(joined(takers, told));
  for (const guess of guesses) {
    const decided = guess && decide(given(items, guess));
    if (decided instanceof Int32Array) return decided;
  }
  const refuted = refutedAnyhow(items, decide);
  return refuted ?? (takers === undefined ? { pattern: "out-of-order", calls: [] } : undefined);
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
export function given(items: Items, takers: readonly (readonly [item: number, call: number])[]): Items {
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

/** The first ones, and those of the others that are about other items and other calls. */
function joined(
  first: readonly (readonly [number, number])[],
  others: readonly (readonly [number, number])[],
): (readonly [number, number])[] {
  const items = new Set(first.map(([one]) => one));
  const calls = new Set(first.map(([, call]) => call));
  return [...first, ...others.filter(([one, call]) => !items.has(one) && !calls.has(call))];
}

/** The earliest takers for the items due first; `undefined` if these are not enough. */
export function takersByDeadline(
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
