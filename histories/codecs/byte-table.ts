/** Numbers by byte string: finds the number of a name or key without making a string of its bytes. */
export class ByteTable {
  /** Entry by hash, plus one; 0: free. */
  #slots = new Int32Array(256);
  #count = 0;
  #pool: Buffer = Buffer.allocUnsafeSlow(1024);
  #used = 0;
  readonly #start: number[] = [];
  readonly #length: number[] = [];
  readonly #number: number[] = [];

  /** The number entered for `bytes[start, end)`; −1: none. */
  find(bytes: Buffer, start: number, end: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash(bytes, start, end) & mask; ; slot = (slot + 1) & mask) {
      const entry = (this.#slots[slot] ?? 0) - 1;
      if (entry < 0) return -1;
      if (this.#equals(entry, bytes, start, end)) return this.#number[entry] ?? -1;
    }
  }

  add(bytes: Buffer, start: number, end: number, number: number): void {
    if (2 * this.#count >= this.#slots.length) this.#rehash();
    const length = end - start;
    if (this.#used + length > this.#pool.length) {
      const pool = Buffer.allocUnsafeSlow(Math.max(2 * this.#pool.length, this.#used + length));
      this.#pool.copy(pool, 0, 0, this.#used);
      this.#pool = pool;
    }
    bytes.copy(this.#pool, this.#used, start, end);
    this.#start.push(this.#used);
    this.#length.push(length);
    this.#number.push(number);
    this.#used += length;
    this.#place(this.#count++);
  }

  #equals(entry: number, bytes: Buffer, start: number, end: number): boolean {
    const length = end - start;
    if (this.#length[entry] !== length) return false;
    const from = this.#start[entry] ?? 0;
    for (let i = 0; i < length; i++) if (this.#pool[from + i] !== bytes[start + i]) return false;
    return true;
  }

  #place(entry: number): void {
    const from = this.#start[entry] ?? 0;
    const mask = this.#slots.length - 1;
    let slot = hash(this.#pool, from, from + (this.#length[entry] ?? 0)) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = entry + 1;
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    for (let entry = 0; entry < this.#count; entry++) this.#place(entry);
  }
}

/** FNV-1a, its high bits folded in. */
function hash(bytes: Buffer, start: number, end: number): number {
  let h = 0x811c9dc5;
  for (let i = start; i < end; i++) h = Math.imul(h ^ (bytes[i] ?? 0), 0x01000193);
  return h ^ (h >>> 15);
}
