/**
 * How many intervals lie over each of a row of places, where intervals are only ever taken away, and places
 * that few are left over are handed out, each once: a tree of least counts.
 */
export class Layers {
  readonly #capacity: number;
  /** Least count of the places below a node, less what its ancestors add. */
  readonly #least: Int32Array;
  readonly #added: Int32Array;
  readonly #most: number;

  /** `counts`: of each place; a place is handed out when no more than `most` intervals are left. */
  constructor(counts: Int32Array, most: number) {
    this.#most = most;
    let capacity = 1;
    while (capacity < counts.length) capacity *= 2;
    this.#capacity = capacity;
    this.#least = new Int32Array(2 * capacity).fill(HandedOut);
    this.#added = new Int32Array(2 * capacity);
    this.#least.set(counts, capacity);
    for (let node = capacity - 1; node > 0; node--)
      this.#least[node] = Math.min(this.#least[2 * node]!, this.#least[2 * node + 1]!);
  }

  /** Takes away an interval over the places [from, past). */
  take(from: number, past: number): void {
    if (from >= past) return;
    const least = this.#least;
    const added = this.#added;
    let left = from + this.#capacity;
    let right = past - 1 + this.#capacity;
    const [first, last] = [left, right];
    for (; left <= right; left >>= 1, right >>= 1) {
      if ((left & 1) === 1) {
        least[left]!--;
        added[left++]!--;
      }
      if ((right & 1) === 0) {
        least[right]!--;
        added[right--]!--;
      }
    }
    this.#pull(first);
    this.#pull(last);
  }

  /** A place over which few enough intervals are left; −1 when there is none. Handed out once. */
  next(): number {
    const least = this.#least;
    if (least[1]! > this.#most) return -1;
    let node = 1;
    let most = this.#most;
    while (node < this.#capacity) {
      most -= this.#added[node]!;
      node = least[2 * node]! <= most ? 2 * node : 2 * node + 1;
    }
    least[node] = HandedOut;
    this.#pull(node);
    return node - this.#capacity;
  }

  #pull(from: number): void {
    const least = this.#least;
    for (let node = from >> 1; node > 0; node >>= 1) {
      const [a, b] = [least[2 * node]!, least[2 * node + 1]!];
      least[node] = (a < b ? a : b) + this.#added[node]!;
    }
  }
}

/** More than there ever are, also when a few million are taken away. */
const HandedOut = 0x3fffffff;
