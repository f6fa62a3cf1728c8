/** Below the begin of any call. */
const Nowhere = -3;

/**
 * Blocks in order of `first` whose `last` rises as time goes on, and the question that decides
 * linearizability: which other block B has first(A) < last(B) and first(B) < last(A), so that each of A
 * and B must come before the other? A tree over the blocks holds the greatest `last` of each subtree.
 *
 * As long as no two blocks conflict, the moment first(A) lies in the forward zone of at most one block that
 * began earlier, and of the later ones the first in order with last(B) > first(A) conflicts if any does.
 * So two walks in the tree suffice.
 */
export class ZoneTree {
  readonly first: Int32Array;
  readonly #size: number;
  readonly #greatest: Int32Array;
  #count = 0;

  /** Room for so many blocks; `first` may be given where all are known, and else is kept here. */
  constructor(capacity: number, first: Int32Array = new Int32Array(capacity)) {
    this.first = first;
    this.#size = 2 ** Math.ceil(Math.log2(Math.max(2, capacity)));
    this.#greatest = new Int32Array(2 * this.#size).fill(Nowhere);
  }

  get count(): number {
    return this.#count;
  }

  last(block: number): number {
    return this.#greatest[this.#size + block]!;
  }

  /** Enters a block that returned first at `first`, later than all before; its number. */
  open(first: number, last: number): number {
    const block = this.#count++;
    this.first[block] = first;
    this.raise(block, last);
    return block;
  }

  /** Notes that a call of the block began at `last`. */
  raise(block: number, last: number): void {
    const greatest = this.#greatest;
    for (let node = this.#size + block; node >= 1 && greatest[node]! < last; node >>>= 1)
      greatest[node] = last;
  }

  /** A block with which this one would conflict if its last begin were `last`; −1: none. */
  conflict(block: number, last: number = this.last(block)): number {
    const first = this.first[block]!;
    const earlier = this.#before(block, first);
    if (earlier >= 0 && this.first[earlier]! < last) return earlier;
    if (last <= first) return -1;
    const later = this.#after(block, first);
    return later >= 0 && this.first[later]! < last ? later : -1;
  }

  /** The last block before this one whose `last` is after `time`. */
  #before(block: number, time: number): number {
    const greatest = this.#greatest;
    for (let node = this.#size + block; node > 1; node >>>= 1) {
      if ((node & 1) === 0 || greatest[node - 1]! <= time) continue;
      for (node--; node < this.#size;) node = greatest[2 * node + 1]! > time ? 2 * node + 1 : 2 * node;
      return node - this.#size;
    }
    return -1;
  }

  /** The first block after this one whose `last` is after `time`. */
  #after(block: number, time: number): number {
    const greatest = this.#greatest;
    for (let node = this.#size + block; node > 1; node >>>= 1) {
      if ((node & 1) === 1 || greatest[node + 1]! <= time) continue;
      for (node++; node < this.#size;) node = greatest[2 * node]! > time ? 2 * node : 2 * node + 1;
      return node - this.#size;
    }
    return -1;
  }
}
