/** A relation on 0 … size − 1 as rows of bits, of any size. */
export class Relation {
  readonly size: number;
  readonly #words: number;
  readonly #bits: Int32Array;

  constructor(size: number, bits?: Int32Array) {
    this.size = size;
    this.#words = (size + 31) >>> 5;
    this.#bits = bits ?? new Int32Array(size * this.#words);
  }

  add(a: number, b: number): void {
    this.#bits[a * this.#words + (b >>> 5)]! |= 1 << (b & 31);
  }

  has(a: number, b: number): boolean {
    return ((this.#bits[a * this.#words + (b >>> 5)]! >>> (b & 31)) & 1) === 1;
  }

  copy(): Relation {
    return new Relation(this.size, this.#bits.slice());
  }

  or(...others: readonly Relation[]): Relation {
    const union = this.copy();
    for (const other of others)
      for (let i = 0; i < union.#bits.length; i++) union.#bits[i]! |= other.#bits[i]!;
    return union;
  }

  /** `this ; other`. */
  compose(other: Relation): Relation {
    const composed = new Relation(this.size);
    for (let a = 0; a < this.size; a++)
      for (let b = 0; b < this.size; b++) if (this.has(a, b)) composed.#addRow(a, other, b);
    return composed;
  }

  /** `this ; other?`. */
  maybeCompose(other: Relation): Relation {
    return this.or(this.compose(other));
  }

  /** `this+`. */
  closure(): Relation {
    const closed = this.copy();
    for (let via = 0; via < this.size; via++)
      for (let a = 0; a < this.size; a++) if (closed.has(a, via)) closed.#addRow(a, closed, via);
    return closed;
  }

  isIrreflexive(): boolean {
    for (let a = 0; a < this.size; a++) if (this.has(a, a)) return false;
    return true;
  }

  isAcyclic(): boolean {
    return this.closure().isIrreflexive();
  }

  #addRow(a: number, other: Relation, b: number): void {
    for (let word = 0; word < this.#words; word++)
      this.#bits[a * this.#words + word]! |= other.#bits[b * this.#words + word]!;
  }
}
