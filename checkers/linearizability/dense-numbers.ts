/** Gives numbers out of a large range small ones, in order of first appearance. */
export class DenseNumbers {
  /** By small number, the one that it stands for. */
  readonly original: number[] = [];
  /** Where the range is not much larger than what is expected: number → small one plus one. */
  readonly #direct: Int32Array | undefined;
  readonly #map = new Map<number, number>();

  /** Numbers come from [0, range); about `expected` different ones will come. */
  constructor(range: number, expected: number) {
    if (range <= 64 + 8 * expected) this.#direct = new Int32Array(range);
  }

  get count(): number {
    return this.original.length;
  }

  number(original: number): number {
    const direct = this.#direct;
    if (direct !== undefined && original < direct.length) {
      const known = direct[original]!;
      if (known !== 0) return known - 1;
      direct[original] = this.original.push(original);
      return this.original.length - 1;
    }
    let number = this.#map.get(original);
    if (number === undefined) this.#map.set(original, (number = this.original.push(original) - 1));
    return number;
  }
}
