/** A list of 32-bit numbers that grows. */
export class Numbers {
  #values: Int32Array;
  #length = 0;

  /** Room for so many at first. */
  constructor(room = 32) {
    this.#values = new Int32Array(room);
  }

  get length(): number {
    return this.#length;
  }

  /** 32-bit words held. */
  get words(): number {
    return this.#values.length;
  }

  get(at: number): number {
    return this.#values[at]!;
  }

  set(at: number, value: number): void {
    this.#values[at] = value;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const values = new Int32Array(this.#length * 2);
      values.set(this.#values);
      this.#values = values;
    }
    this.#values[this.#length++] = value;
  }

  /** Drops all from `length` on. */
  truncate(length: number): void {
    this.#length = length;
  }
}
