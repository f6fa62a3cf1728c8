import type { Transactions } from "../transactions.ts";
import { None } from "./writes.ts";

/** What each transaction saw of each list, without what it had appended itself: it is the same whenever it looks. */
export class ListViews {
  readonly #transactions: Transactions;
  /** Of each key, its first read in the transaction at hand; `None` or less than its first operation: nothing yet. */
  readonly #first: Int32Array;
  /** Of each read of a list: its length without own appends, if that is a prefix of the trace; else −1. */
  readonly #prefix: Int32Array;
  /** The same for those that are not: their elements. */
  readonly #elements = new Map<number, Int32Array>();

  constructor(transactions: Transactions) {
    this.#transactions = transactions;
    this.#first = new Int32Array(transactions.keys.length).fill(None);
    this.#prefix = new Int32Array(transactions.kind.length);
  }

  /**
   * Takes what read `i` of list `k` saw, `elements[first, first + length)`. Returns the first read of the list in the same transaction, which
   * began with operation `begin`, if that saw something else; else `None`.
   */
  take(k: number, i: number, begin: number, elements: Int32Array, first: number, length: number): number {
    const { traceFirst, traceElement } = this.#transactions;
    let isPrefix = elements === traceElement;
    if (!isPrefix) {
      const trace = traceFirst[k]!;
      let equal = 0;
      const most = Math.min(length, traceFirst[k + 1]! - trace);
      while (equal < most && elements[first + equal] === traceElement[trace + equal]) equal++;
      isPrefix = equal === length;
    }
    this.#prefix[i] = isPrefix ? length : -1;
    if (!isPrefix) this.#elements.set(i, elements.subarray(first, first + length));
    const before = this.#first[k]!;
    if (before >= begin) return this.#isSame(before, i) ? None : before;
    this.#first[k] = i;
    return None;
  }

  #isSame(a: number, b: number): boolean {
    if (this.#prefix[a] !== this.#prefix[b]) return false;
    if (this.#prefix[a]! >= 0) return true;
    const [viewA, viewB] = [this.#elements.get(a)!, this.#elements.get(b)!];
    return viewA.length === viewB.length && viewA.every((element, place) => element === viewB[place]);
  }
}
