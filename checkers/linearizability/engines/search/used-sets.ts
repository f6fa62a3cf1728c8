import { Numbers } from "./numbers.ts";
import { RowSet } from "./row-set.ts";

/** The multiset in which no unknown call is used. */
export const NoneUsed = 0;

/**
 * How many of each class of interchangeable unknown calls have taken effect, as one number: hash-consed
 * lists of classes, greatest first, so that equal multisets have equal numbers.
 */
export class UsedSets {
  readonly #cells = new RowSet(2);
  readonly #row = new Int32Array(2);
  readonly #path: number[] = [];
  readonly #totals = new Numbers();
  /** Which classes are in, by their last five bits: tells most of what is no subset. */
  readonly #masks = new Numbers();

  constructor() {
    this.#totals.push(0);
    this.#masks.push(0);
  }

  /** 32-bit words held. */
  get words(): number {
    return this.#cells.words + this.#totals.words + this.#masks.words;
  }

  /** How many multisets there are. */
  get size(): number {
    return this.#totals.length;
  }

  /** How many calls are used. */
  total(used: number): number {
    return this.#totals.get(used);
  }

  /** The multiset `used` with one more of `unknownClass`. */
  with(used: number, unknownClass: number): number {
    const path = this.#path;
    path.length = 0;
    let rest = used;
    while (rest !== NoneUsed && this.#head(rest) > unknownClass) {
      path.push(this.#head(rest));
      rest = this.#rest(rest);
    }
    let result = this.#cell(unknownClass, rest);
    for (let i = path.length - 1; i >= 0; i--) result = this.#cell(path[i]!, result);
    return result;
  }

  /** How many of a class are used. */
  count(used: number, unknownClass: number): number {
    let count = 0;
    for (let rest = used; rest !== NoneUsed && this.#head(rest) >= unknownClass; rest = this.#rest(rest))
      if (this.#head(rest) === unknownClass) count++;
    return count;
  }

  /** The classes of a multiset, each as often as it is used. */
  members(used: number): number[] {
    const members: number[] = [];
    for (let rest = used; rest !== NoneUsed; rest = this.#rest(rest)) members.push(this.#head(rest));
    return members;
  }

  /** Forgets all multisets but that in which no unknown call is used. */
  clear(): void {
    this.#cells.clear();
    this.#totals.truncate(1);
    this.#masks.truncate(1);
  }

  /** Whether `some` is a part of `all`. */
  isPart(some: number, all: number): boolean {
    if (some === all) return true;
    if (this.#totals.get(some) >= this.#totals.get(all)) return false;
    if ((this.#masks.get(some) & ~this.#masks.get(all)) !== 0) return false;
    while (some !== NoneUsed) {
      if (all === NoneUsed) return false;
      const wanted = this.#head(some);
      const head = this.#head(all);
      if (head < wanted) return false;
      if (head === wanted) some = this.#rest(some);
      all = this.#rest(all);
    }
    return true;
  }

  #head(used: number): number {
    return this.#cells.value(used - 1, 0);
  }

  #rest(used: number): number {
    return this.#cells.value(used - 1, 1);
  }

  #cell(head: number, rest: number): number {
    this.#row[0] = head;
    this.#row[1] = rest;
    const number = this.#cells.add(this.#row);
    if (number >= 0) return number + 1;
    this.#totals.push(this.#totals.get(rest) + 1);
    this.#masks.push(this.#masks.get(rest) | (1 << (head & 31)));
    return -number;
  }
}
