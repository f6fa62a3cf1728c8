import { canonical, type Json } from "../../../histories/json.ts";

/** Integers below are their own numbers, shifted by one, so that a run of new values leaves no table behind. */
const FirstInterned = 2 ** 30;
/** Values remembered before it pays to look for those that can be forgotten. */
const Few = 256;

/**
 * Numbers the values of one object, 0 the initial one. Nothing is kept of small whole numbers, which most
 * workloads write; other values are remembered until they are forgotten, and then can have another number.
 */
export class ValueNumbers {
  readonly #initial: Json;
  readonly #initialText: string;
  readonly #interned = new Map<string, number>();
  /** The values by their number from the first interned one. */
  readonly #values: (Json | undefined)[] = [];
  readonly #free: number[] = [];
  #most = Few;

  constructor(initial: Json) {
    this.#initial = initial;
    this.#initialText = canonical(initial);
  }

  get size(): number {
    return this.#interned.size;
  }

  /** Whether so many are remembered that it pays to forget. */
  get isCrowded(): boolean {
    return this.#interned.size > this.#most;
  }

  number(value: Json): number {
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < FirstInterned - 1)
      return this.#initialText === String(value) ? 0 : value + 1;
    const text = canonical(value);
    if (text === this.#initialText) return 0;
    let number = this.#interned.get(text);
    if (number === undefined) {
      number = this.#free.pop() ?? FirstInterned + this.#values.length;
      this.#interned.set(text, number);
      this.#values[number - FirstInterned] = value;
    }
    return number;
  }

  /** The value that has a number. */
  value(number: number): Json {
    if (number === 0) return this.#initial;
    if (number < FirstInterned) return number - 1;
    const value = this.#values[number - FirstInterned];
    if (value === undefined) throw new RangeError(`no value has number ${number}`);
    return value;
  }

  /** Forgets all values but those with these numbers. */
  keep(numbers: ReadonlySet<number>): void {
    for (const [text, number] of this.#interned) {
      if (numbers.has(number)) continue;
      this.#interned.delete(text);
      this.#values[number - FirstInterned] = undefined;
      this.#free.push(number);
    }
    this.#most = Math.max(Few, 2 * this.#interned.size);
  }
}
