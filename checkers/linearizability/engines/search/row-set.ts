/** A set of rows of numbers, numbered in order of arrival: open addressing over flat arrays, no objects. */
export class RowSet {
  readonly #width: number;
  #rows: Int32Array;
  #slots: Int32Array;
  #size = 0;

  constructor(width: number) {
    this.#width = width;
    this.#rows = new Int32Array(width * 16);
    this.#slots = new Int32Array(64).fill(-1);
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

  /** Copies a row of the set. */
  read(number: number, into: Int32Array): void {
    const start = number * this.#width;
    for (let i = 0; i < this.#width; i++) into[i] = this.#rows[start + i]!;
  }

  /** The number of `row`; −1 when it is not there. */
  find(row: Int32Array): number {
    const mask = this.#slots.length - 1;
    let slot = hashRow(row, 0, this.#width) & mask;
    for (let found = this.#slots[slot]!; found !== -1; found = this.#slots[slot]!) {
      if (this.#equals(found, row)) return found;
      slot = (slot + 1) & mask;
    }
    return -1;
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
    const start = number * this.#width;
    for (let i = 0; i < this.#width; i++) this.#rows[start + i] = row[i]!;
    this.#slots[slot] = number;
    return -1 - number;
  }

  /** Takes all rows out. The tables keep their size unless they are far too large for what was in them. */
  clear(): void {
    const needed = Math.max(1024, 4 * this.#size);
    if (this.#slots.length > 16 * needed) {
      this.#slots = new Int32Array(64).fill(-1);
      this.#rows = new Int32Array(this.#width * 16);
    } else if (this.#size * 8 < this.#slots.length) {
      const mask = this.#slots.length - 1;
      for (let number = this.#size - 1; number >= 0; number--) {
        let slot = hashRow(this.#rows, number * this.#width, this.#width) & mask;
        while (this.#slots[slot] !== number) slot = (slot + 1) & mask;
        this.#slots[slot] = -1;
      }
    } else this.#slots.fill(-1);
    this.#size = 0;
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
