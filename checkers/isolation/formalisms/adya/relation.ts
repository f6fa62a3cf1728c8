/** A relation on 0 … size − 1: bit b of `rows[a]` says that a is related to b. For at most 31 elements. */
export class Relation {
  readonly rows: number[];

  constructor(size: number) {
    this.rows = Array.from({ length: size }, () => 0);
  }

  add(a: number, b: number): void {
    this.rows[a]! |= 1 << b;
  }

  has(a: number, b: number): boolean {
    return ((this.rows[a]! >> b) & 1) === 1;
  }

  or(...others: readonly Relation[]): Relation {
    const union = new Relation(this.rows.length);
    for (const { rows } of [this, ...others])
      for (let a = 0; a < rows.length; a++) union.rows[a]! |= rows[a]!;
    return union;
  }

  /** `this ; other`. */
  compose(other: Relation): Relation {
    const composed = new Relation(this.rows.length);
    this.rows.forEach((row, a) => {
      for (let b = 0; b < this.rows.length; b++) if ((row >> b) & 1) composed.rows[a]! |= other.rows[b]!;
    });
    return composed;
  }

  /** `this ; other?`. */
  maybeCompose(other: Relation): Relation {
    return this.or(this.compose(other));
  }

  /** `this+`. */
  closure(): Relation {
    const closed = this.or();
    const { rows } = closed;
    for (let via = 0; via < rows.length; via++)
      for (let a = 0; a < rows.length; a++) if ((rows[a]! >> via) & 1) rows[a]! |= rows[via]!;
    return closed;
  }

  irreflexive(): boolean {
    return this.rows.every((row, a) => ((row >> a) & 1) === 0);
  }

  acyclic(): boolean {
    return this.closure().irreflexive();
  }
}
