import { Append, Write, type Transactions } from "../transactions.ts";

/** No operation. */
export const None = -1;

/**
 * Who wrote what: of each micro-operation its transaction, and of each key and value the operations that wrote it there. The values of
 * one key lie together in memory, since they are asked for together.
 */
export class Writes {
  /** Transaction of each operation. */
  readonly owner: Int32Array;
  /** The write of the same transaction to the same key before, and after, each write; `None` if there is none. */
  readonly before: Int32Array;
  readonly after: Int32Array;
  /** The next operation, in order, that wrote the same value to the same key. */
  readonly same: Int32Array;

  readonly #value: Int32Array;
  /** The slots of key k are those from `#firstSlot[k]` to `#firstSlot[k + 1]`, a power of two of them. */
  readonly #firstSlot: Int32Array;
  /** The first operation with a value, plus one. */
  readonly #slots: Int32Array;

  constructor({ count, first, kind, key, value, keys }: Transactions) {
    const operations = kind.length;
    this.#value = value;
    this.owner = new Int32Array(operations);
    this.before = new Int32Array(operations).fill(None);
    this.after = new Int32Array(operations).fill(None);
    this.same = new Int32Array(operations).fill(None);

    const last = new Int32Array(keys.length).fill(None);
    const firstSlot = new Int32Array(keys.length + 1);
    for (let t = 0; t < count; t++) {
      const from = first[t]!;
      const to = first[t + 1]!;
      for (let i = from; i < to; i++) {
        this.owner[i] = t;
        if (kind[i] !== Write && kind[i] !== Append) continue;
        const k = key[i]!;
        firstSlot[k + 1]!++;
        const known = last[k]!;
        if (known >= from) {
          this.before[i] = known;
          this.after[known] = i;
        }
        last[k] = i;
      }
    }
    for (let k = 0; k < keys.length; k++) firstSlot[k + 1] = firstSlot[k]! + slotsFor(firstSlot[k + 1]!);
    this.#firstSlot = firstSlot;
    this.#slots = new Int32Array(firstSlot[keys.length]!);
    // Backwards, so that each is put before those that come after it.
    for (let i = operations - 1; i >= 0; i--) {
      if (kind[i] !== Write && kind[i] !== Append) continue;
      const slot = this.#slot(key[i]!, value[i]!);
      this.same[i] = this.#slots[slot]! - 1;
      this.#slots[slot] = i + 1;
    }
  }

  /** The first operation that wrote a value to a key; `None` if none did. */
  find(key: number, value: number): number {
    if (this.#firstSlot[key] === this.#firstSlot[key + 1]) return None;
    return this.#slots[this.#slot(key, value)]! - 1;
  }

  /** The last write of the same transaction to the same key. */
  finalOf(write: number): number {
    let final = write;
    while (this.after[final] !== None) final = this.after[final]!;
    return final;
  }

  #slot(key: number, value: number): number {
    const first = this.#firstSlot[key]!;
    const mask = this.#firstSlot[key + 1]! - first - 1;
    const slots = this.#slots;
    for (let at = Math.imul(value, 0x9e3779b1) >>> 7; ; at++) {
      const slot = first + (at & mask);
      const operation = slots[slot]! - 1;
      if (operation < 0 || this.#value[operation] === value) return slot;
    }
  }
}

/** Slots for so many writes: at least half of them stay free. */
function slotsFor(writes: number): number {
  return writes === 0 ? 0 : 2 ** Math.ceil(Math.log2(2 * writes));
}
