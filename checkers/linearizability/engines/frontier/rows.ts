/**
 * Configurations as rows of numbers, one after the other: the columns below, then a bit for each slot that
 * says "placed", then a bit for each slot that says "owed".
 */

/** The value that the register holds. */
export const State = 0;
/** The event at which the last plain write was placed; −1: none was. */
export const LastWrite = 1;
/** The multiset of unknown calls used; and of those that count as used by the last plain write. */
export const Used = 2;
export const Settled = 3;
/** How it was reached. */
export const Trail = 4;
/** Within one event: the value that a block placed before the last plain write has come to; and a mark. */
export const Block = 5;
export const Mark = 6;
export const Columns = 7;

const Gone = -1;
const End = -1;

/** A list of rows, found by a key that need not be unique. */
export class Rows {
  readonly stride: number;
  data: Int32Array;
  size = 0;
  /** Rows that were not taken out. */
  live = 0;
  #next = new Int32Array(16);
  #heads = new Int32Array(64).fill(End);
  /** The heads of lists that are not empty. */
  readonly #used: number[] = [];
  #usedCount = 0;

  constructor(words: number) {
    this.stride = Columns + 2 * words;
    this.data = new Int32Array(16 * this.stride);
  }

  /** 32-bit words held. */
  get words(): number {
    return this.data.length + this.#next.length + this.#heads.length;
  }

  clear(): void {
    for (let i = 0; i < this.#usedCount; i++) this.#heads[this.#used[i]!] = End;
    this.#usedCount = 0;
    this.size = 0;
    this.live = 0;
  }

  isGone(row: number): boolean {
    return this.data[row * this.stride] === Gone;
  }

  /** The last row under a key's hash, then each one before; −1: no more. */
  first(key: number): number {
    return this.#heads[key & (this.#heads.length - 1)]!;
  }

  next(row: number): number {
    return this.#next[row]!;
  }

  add(row: Int32Array, key: number): void {
    const number = this.size++;
    if (number === this.#next.length) this.#grow();
    this.write(number, row);
    const head = key & (this.#heads.length - 1);
    if (this.#heads[head] === End) this.#used[this.#usedCount++] = head;
    this.#next[number] = this.#heads[head]!;
    this.#heads[head] = number;
    this.live++;
  }

  read(row: number, into: Int32Array): void {
    const { data, stride } = this;
    const offset = row * stride;
    for (let i = 0; i < stride; i++) into[i] = data[offset + i]!;
  }

  write(row: number, from: Int32Array): void {
    const { data, stride } = this;
    const offset = row * stride;
    for (let i = 0; i < stride; i++) data[offset + i] = from[i]!;
  }

  /** Takes a row out. */
  take(row: number): void {
    this.data[row * this.stride] = Gone;
    this.live--;
  }

  /** Drops the rows that were taken out, keeping order; forgets the keys. */
  compact(): void {
    const { data, stride, size } = this;
    const { live } = this;
    this.clear();
    if (live === size) {
      this.size = this.live = size;
      return;
    }
    let kept = 0;
    for (let row = 0; row < size; row++) {
      if (data[row * stride] === Gone) continue;
      if (kept !== row) data.copyWithin(kept * stride, row * stride, (row + 1) * stride);
      kept++;
    }
    this.size = kept;
    this.live = kept;
  }

  #grow(): void {
    const data = new Int32Array(2 * this.data.length);
    data.set(this.data);
    this.data = data;
    const next = new Int32Array(2 * this.#next.length);
    next.set(this.#next);
    this.#next = next;
  }
}

export function copyRow(from: Int32Array, to: Int32Array): void {
  for (let i = 0; i < from.length; i++) to[i] = from[i]!;
}
