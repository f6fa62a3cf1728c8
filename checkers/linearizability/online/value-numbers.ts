import { canonical, type Json } from "../../../histories/json.ts";

/** Integers below are their own numbers, shifted by one, so that a run of new values leaves no table behind. */
const FirstInterned = 2 ** 30;

/**
 * Numbers the values of one object, 0 the initial one. Nothing is kept of small whole numbers, which most
 * workloads write; other values are remembered.
 */
export class ValueNumbers {
  readonly #initial: string;
  readonly #interned = new Map<string, number>();

  constructor(initial: Json) {
    this.#initial = canonical(initial);
  }

  number(value: Json): number {
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < FirstInterned - 1)
      return this.#initial === String(value) ? 0 : value + 1;
    const text = canonical(value);
    if (text === this.#initial) return 0;
    let number = this.#interned.get(text);
    if (number === undefined) this.#interned.set(text, (number = FirstInterned + this.#interned.size));
    return number;
  }

  get size(): number {
    return this.#interned.size;
  }
}
