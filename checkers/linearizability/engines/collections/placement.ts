import { orderByKey } from "./sorting.ts";

/** Calls with the gaps they are placed in; of equal gaps in the order given. */
export class Placement {
  readonly #calls: Int32Array;
  readonly #gaps: Int32Array;
  #count = 0;

  constructor(most: number) {
    this.#calls = new Int32Array(most);
    this.#gaps = new Int32Array(most);
  }

  put(call: number, gap: number): void {
    this.#calls[this.#count] = call;
    this.#gaps[this.#count++] = gap;
  }

  get count(): number {
    return this.#count;
  }

  /** Forgets what was placed after there were so many. */
  cut(count: number): void {
    this.#count = count;
  }

  inOrder(gaps: number): Int32Array {
    return orderByKey(this.#gaps.subarray(0, this.#count), gaps).map((k) => this.#calls[k]!);
  }
}
