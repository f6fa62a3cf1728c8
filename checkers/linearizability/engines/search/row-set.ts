/** A set of rows of numbers, numbered in order of arrival: open addressing over flat arrays, no objects. */
export class RowSet {
  readonly #width: number;
  #rows: Int32Array;
  #slots: Int32Array;
  #size = 0;

  constructor(width: number) {
    this.#width = width;
    this.#rows = new Int32Array(width * 256);
    this.#slots = new Int32Array(1024).fill(-1);
  }

  get size(): number {
    return this.#size;
  }

  /** 32-bit words held. */
  get words(): number {
    return this.#rows.length + this.#slots.length;
  }

  value(row: number, column: number): number {
    return this.#rows[row * this.#width + column]!;
  }

  /** The number of `row`; one below zero, −1−number, when it was not there before. */
  add(row: Int32Array): number {
    if (this.#size * 2 >= this.#slots.length) this.#growSlots();
    const mask = this.#slots.length - 1;
    let slot = hashRow(row, 0, this.#width) & mask;
    for (let found = this.#slots[slot]!; found !== -1; found = this.#slots[slot]!) {
      if (this.#equals(found, row)) return found;
      slot = (slot + 1) & mask;
    }
    const number = this.#size++;
    if (this.#size * this.#width > this.#rows.length) this.#growRows();
    this.#rows.set(row, number * this.#width);
    this.#slots[slot] = number;
    return -1 - number;
  }

  #equals(number: number, row: Int32Array): boolean {
    const start = number * this.#width;
    for (let i = 0; i < this.#width; i++) if (this.#rows[start + i] !== row[i]) return false;
    return true;
  }

  #growRows(): void {
    const rows = new Int32Array(this.#rows.length * 2);
    rows.set(this.#rows);
    this.#rows = rows;
  }

  #growSlots(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let number = 0; number < this.#size; number++) {
      let slot = hashRow(this.#rows, number * this.#width, this.#width) & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
    this.#slots = slots;
  }
}

function hashRow(row: Int32Array, start: number, width: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < width; i++) {
    hash = Math.imul(hash ^ row[start + i]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

/**
 * How many of each class of interchangeable unknown operations have taken effect, as one number: hash-consed
 * lists of classes, greatest first, so that equal multisets have equal numbers. 0 is the empty one.
 */
export class UsedSets {
  readonly #cells = new RowSet(2);
  readonly #row = new Int32Array(2);
  readonly #path: number[] = [];

  /** The multiset `used` with one more of `unknownClass`. */
  with(used: number, unknownClass: number): number {
    const path = this.#path;
    path.length = 0;
    let rest = used;
    while (rest !== 0 && this.#cells.value(rest - 1, 0) > unknownClass) {
      path.push(this.#cells.value(rest - 1, 0));
      rest = this.#cells.value(rest - 1, 1);
    }
    let result = this.#cell(unknownClass, rest);
    for (let i = path.length - 1; i >= 0; i--) result = this.#cell(path[i]!, result);
    return result;
  }

  #cell(head: number, rest: number): number {
    this.#row[0] = head;
    this.#row[1] = rest;
    const number = this.#cells.add(this.#row);
    return (number >= 0 ? number : -1 - number) + 1;
  }
}
