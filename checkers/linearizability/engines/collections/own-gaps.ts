import type { Items } from "./items.ts";

/** No gap, or no item. */
export const Nowhere = -1;

/** The gaps over which a single interval lies. */
export class OwnGaps {
  /** By place in `seen`: the greatest `past` of the sightings of the same item up to it. */
  readonly longest: Int32Array;
  /** Sums of the items whose intervals lie over a gap, as differences in a binary indexed tree. */
  readonly #sums: Float64Array;
  readonly #first: Int32Array;
  readonly #following: Int32Array;
  readonly #items: Items;

  constructor(items: Items) {
    const { of, count, present, addPast, removeFrom, seen, seenStart, seenPast } = items;
    this.#items = items;
    this.#sums = new Float64Array(of.gaps + 2);
    for (const one of present) {
      if (addPast[one]! >= removeFrom[one]!) continue;
      this.#change(addPast[one]!, removeFrom[one]!, one + 1);
    }
    this.#first = new Int32Array(count).fill(Nowhere);
    this.#following = new Int32Array(of.gaps).fill(Nowhere);
    this.longest = new Int32Array(seen.length);
    for (const one of present) {
      let longest = 0;
      for (let k = seenStart[one]!; k < seenStart[one + 1]!; k++)
        this.longest[k] = longest = Math.max(longest, seenPast[k]!);
    }
  }

  /** The item whose interval alone lies over the gap; `Nowhere` if none does. At most one must. */
  ownerOf(gap: number): number {
    let sum = 0;
    for (let at = gap + 1; at > 0; at &= at - 1) sum += this.#sums[at]!;
    return sum === 0 ? Nowhere : sum - 1;
  }

  keep(one: number, gap: number): void {
    this.#following[gap] = this.#first[one]!;
    this.#first[one] = gap;
  }

  /** The interval of an item goes. */
  release(one: number, open: (gap: number) => void): void {
    const { addPast, removeFrom } = this.#items;
    if (addPast[one]! < removeFrom[one]!) this.#change(addPast[one]!, removeFrom[one]!, -one - 1);
    for (let gap = this.#first[one]!; gap !== Nowhere; gap = this.#following[gap]!) open(gap);
  }

  #change(from: number, past: number, difference: number): void {
    for (let at = from + 1; at < this.#sums.length; at += at & -at) this.#sums[at]! += difference;
    for (let at = past + 1; at < this.#sums.length; at += at & -at) this.#sums[at]! -= difference;
  }
}
