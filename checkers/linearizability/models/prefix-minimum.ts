/** A growing list of numbers that tells the least of the sums of its first 1, 2, … numbers; each change in O(log n). */
export class PrefixMinimum {
  #length = 0;
  #capacity = 16;
  /** A binary tree in an array, the leaves from `#capacity` on: sums of the numbers below. */
  #sum = new Int32Array(32);
  /** Least sum of the first 1, 2, … numbers below. */
  #least = new Int32Array(32);

  get length(): number {
    return this.#length;
  }

  get sum(): number {
    return this.#sum[1]!;
  }

  /** Infinite when the list is empty. */
  get minimum(): number {
    return this.#length === 0 ? Infinity : this.#least[1]!;
  }

  push(number: number): void {
    if (this.#length === this.#capacity) this.#grow();
    this.#length++;
    this.add(this.#length - 1, number);
  }

  /** Adds to the number at a place, and so to every sum from there on. */
  add(place: number, difference: number): void {
    let node = this.#capacity + place;
    this.#sum[node]! += difference;
    this.#least[node] = this.#sum[node]!;
    for (node >>= 1; node > 0; node >>= 1) this.#join(node);
  }

  #join(node: number): void {
    const left = this.#sum[2 * node]!;
    this.#sum[node] = left + this.#sum[2 * node + 1]!;
    // Places not yet in use add nothing, so the sum there is that of the whole list, which counts anyhow.
    this.#least[node] = Math.min(this.#least[2 * node]!, left + this.#least[2 * node + 1]!);
  }

  #grow(): void {
    const numbers = this.#sum.subarray(this.#capacity);
    this.#capacity *= 2;
    this.#sum = new Int32Array(2 * this.#capacity);
    this.#sum.set(numbers, this.#capacity);
    this.#least = this.#sum.slice();
    for (let node = this.#capacity - 1; node > 0; node--) this.#join(node);
  }
}
