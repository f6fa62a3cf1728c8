/** The latest version by key and value, in one open table of typed arrays. */
export class ValueIndex {
  readonly #key: Int32Array;
  readonly #value: Int32Array;
  readonly #version: Int32Array;
  readonly #mask: number;

  /** With room for so many pairs. */
  constructor(pairs: number) {
    const size = 2 ** Math.ceil(Math.log2(2 * pairs + 2));
    this.#mask = size - 1;
    this.#key = new Int32Array(size).fill(-1);
    this.#value = new Int32Array(size);
    this.#version = new Int32Array(size);
  }

  set(key: number, value: number, version: number): void {
    const slot = this.#slot(key, value);
    this.#key[slot] = key;
    this.#value[slot] = value;
    this.#version[slot] = version;
  }

  /** −1 if there is none. */
  get(key: number, value: number): number {
    const slot = this.#slot(key, value);
    return this.#key[slot] === -1 ? -1 : this.#version[slot]!;
  }

  #slot(key: number, value: number): number {
    let hash = Math.imul(key, 0x9e3779b1) ^ Math.imul(value, 0x85ebca6b);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & this.#mask;
    while (this.#key[slot] !== -1 && (this.#key[slot] !== key || this.#value[slot] !== value))
      slot = (slot + 1) & this.#mask;
    return slot;
  }
}
