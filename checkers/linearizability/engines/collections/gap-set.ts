/** A set of numbers in [0, size) with neighbours found in a few steps: a tree of words of 32 bits. */
export class GapSet {
  readonly size: number;
  readonly #levels: Int32Array[] = [];

  /** Empty, or with all numbers inside. */
  constructor(size: number, full: boolean) {
    this.size = size;
    let length = size;
    do {
      const words = new Int32Array((length + 31) >>> 5);
      if (full) {
        words.fill(-1);
        if ((length & 31) !== 0) words[words.length - 1] = (1 << (length & 31)) - 1;
      }
      this.#levels.push(words);
      length = words.length;
    } while (length > 1);
  }

  has(number: number): boolean {
    return ((this.#levels[0]![number >>> 5]! >>> (number & 31)) & 1) === 1;
  }

  add(number: number): void {
    let at = number;
    for (const words of this.#levels) {
      const word = words[at >>> 5]!;
      words[at >>> 5] = word | (1 << (at & 31));
      if (word !== 0) return;
      at >>>= 5;
    }
  }

  delete(number: number): void {
    let at = number;
    for (const words of this.#levels) {
      const word = (words[at >>> 5]! & ~(1 << (at & 31))) | 0;
      words[at >>> 5] = word;
      if (word !== 0) return;
      at >>>= 5;
    }
  }

  /** The least number that is not less; `size` when there is none. */
  next(number: number): number {
    let at = number;
    for (let level = 0; level < this.#levels.length; level++) {
      const words = this.#levels[level]!;
      if (at >>> 5 >= words.length) return this.size;
      const rest = words[at >>> 5]! & (-1 << (at & 31));
      if (rest !== 0) {
        at = (at & ~31) | (31 - Math.clz32(rest & -rest));
        while (level > 0) {
          const word = this.#levels[--level]![at]!;
          at = (at << 5) | (31 - Math.clz32(word & -word));
        }
        return at;
      }
      at = (at >>> 5) + 1;
    }
    return this.size;
  }

  /** The greatest number that is not greater; −1 when there is none. */
  previous(number: number): number {
    let at = number;
    for (let level = 0; level < this.#levels.length; level++) {
      if (at < 0) return -1;
      const rest = this.#levels[level]![at >>> 5]! & (-1 >>> (31 - (at & 31)));
      if (rest !== 0) {
        at = (at & ~31) | (31 - Math.clz32(rest));
        while (level > 0) at = (at << 5) | (31 - Math.clz32(this.#levels[--level]![at]!));
        return at;
      }
      at = (at >>> 5) - 1;
    }
    return -1;
  }

  /** Takes out all numbers strictly between two. */
  clearBetween(low: number, high: number): void {
    for (let number = this.next(low + 1); number < high; number = this.next(number + 1)) this.delete(number);
  }
}
