/** Anything that is fingerprinted, by each renaming: first the low words, then the high words. */
export interface Fingerprinted {
  readonly words: Int32Array;
}

/**
 * Keeps one of all that are equal, by fingerprint: what states share is stored once, compared by identity,
 * and what was computed for it once is there for all states.
 */
export class Pool<Item extends Fingerprinted> {
  readonly #items = new Map<number, Item>();

  get size(): number {
    return this.#items.size;
  }

  /** The item of that fingerprint, made and kept if there is none yet; `make` is told its number. */
  get(words: Int32Array, make: (number: number) => Item): Item {
    // 53 of the 64 bits: as many as a number holds.
    const key = (words[0]! >>> 0) * 0x20_0000 + (words[words.length >> 1]! >>> 11);
    const known = this.#items.get(key);
    if (known !== undefined) return known;
    const made = make(this.#items.size);
    this.#items.set(key, made);
    return made;
  }
}
