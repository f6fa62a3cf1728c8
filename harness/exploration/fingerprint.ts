import { UsageError } from "../../histories/errors.ts";

/**
 * Fingerprints of plain data: 64 bits, as two 32-bit words, that are the same for data of the same content
 * whatever the order of the members of objects. Two different data share one with a chance of 1 in 2^64, so
 * an exploration of n states overlooks one with a chance of about n²/2^65: 1 in 36,000,000 for a million.
 */

/** Mixes a word so that each bit of it changes about half of the bits (the finalizer of MurmurHash3). */
export function mixed(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return h ^ (h >>> 16);
}

/** The low word of a pair of words and what comes after it in an order. */
export function joinedLow(low: number, high: number, next: number): number {
  return mixed(Math.imul(low, 0x9e37_79b1) + (high ^ Math.imul(next, 0x85eb_ca77)) + 0x1657_67b1);
}

export function joinedHigh(low: number, high: number, next: number): number {
  return mixed(Math.imul(high, 0xc2b2_ae3d) + (low ^ Math.imul(next, 0x27d4_eb2f)) + 0x2545_f491);
}

interface Words {
  readonly low: number;
  readonly high: number;
}

const asDouble = new Float64Array(1);
const asWords = new Uint32Array(asDouble.buffer);

// What kind of data it is: enters into the words, so that 1, "1", [1] and {} are told apart.
const kindOf = {
  undefined: 1,
  null: 2,
  false: 3,
  true: 4,
  integer: 5,
  double: 6,
  string: 7,
  array: 8,
  object: 9,
};

/**
 * Computes fingerprints, with every string renamed first: with names of nodes exchanged for one another, the
 * fingerprint is that of the data as they would be. Names stand where data have them as strings, as names of
 * members or as words in strings.
 */
export class Fingerprinter {
  /** Of what was fingerprinted last. */
  low = 0;
  high = 0;
  readonly #rename: (text: string) => string;
  readonly #strings = new Map<string, Words>();
  readonly #same: readonly string[];
  readonly #wordsOfSame: Words;

  /** @param same A list of names that stays as it is. */
  constructor(rename: (text: string) => string = (text) => text, same: readonly string[] = []) {
    this.#rename = (text) => text;
    this.#same = [];
    const { low, high } = this.of(same);
    this.#wordsOfSame = { low, high };
    this.#strings.clear();
    this.#rename = rename;
    this.#same = same;
  }

  /** Fingerprints `value`: its words are then in `low` and `high`. Throws a `TypeError` at what is no plain data. */
  of(value: unknown): this {
    switch (typeof value) {
      case "string": {
        const { low, high } = this.#string(value);
        this.low = low;
        this.high = high;
        return this;
      }
      case "number":
        return this.#number(value);
      case "boolean":
        return this.#kind(value ? kindOf.true : kindOf.false);
      case "undefined":
        return this.#kind(kindOf.undefined);
      case "object":
        if (value === null) return this.#kind(kindOf.null);
        if (Array.isArray(value)) return this.#array(value);
        return this.#object(value as Record<string, unknown>);
      default:
        throw new TypeError(`expected plain data, found a ${typeof value}`);
    }
  }

  #kind(kind: number): this {
    this.low = mixed(kind);
    this.high = mixed(kind + 0x5bd1_e995);
    return this;
  }

  #number(value: number): this {
    if ((value | 0) === value) {
      this.low = joinedLow(kindOf.integer, 0, value);
      this.high = joinedHigh(kindOf.integer, 0, value);
      return this;
    }
    asDouble[0] = value === 0 ? 0 : value;
    const [first, second] = [asWords[0]!, asWords[1]!];
    this.low = joinedLow(kindOf.double, first, second);
    this.high = joinedHigh(kindOf.double, first, second);
    return this;
  }

  #array(values: readonly unknown[]): this {
    if (isList(values, this.#same)) {
      this.low = this.#wordsOfSame.low;
      this.high = this.#wordsOfSame.high;
      return this;
    }
    let low = mixed(kindOf.array + values.length);
    let high = mixed(kindOf.array + Math.imul(values.length, 0x9e37_79b1));
    for (let i = 0; i < values.length; i++) {
      this.of(values[i]);
      const before = low;
      low = joinedLow(low, high, this.low);
      high = joinedHigh(before, high, this.high);
    }
    this.low = low;
    this.high = high;
    return this;
  }

  /** The members' words are added up, so that their order does not matter. */
  #object(value: Record<string, unknown>): this {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      throw new TypeError(`expected plain data, found a ${value.constructor.name}`);
    }
    let low = kindOf.object;
    let high = kindOf.object;
    for (const name in value) {
      this.of(value[name]);
      const words = this.#string(name);
      low = (low + joinedLow(words.low, this.low, this.high)) | 0;
      high = (high + joinedHigh(this.high, words.high, this.low)) | 0;
    }
    this.low = mixed(low);
    this.high = mixed(high ^ 0x3c6e_f372);
    return this;
  }

  #string(text: string): Words {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    const renamed = this.#rename(text);
    let low = kindOf.string;
    let high = renamed.length;
    for (let i = 0; i < renamed.length; i++) {
      const before = low;
      low = joinedLow(low, high, renamed.charCodeAt(i));
      high = joinedHigh(before, high, renamed.charCodeAt(i));
    }
    const words = { low, high };
    this.#strings.set(text, words);
    return words;
  }
}

/**
 * Whether these are the texts of a list, in its order. Throws a `UsageError` at another order: what says of no name what it
 * does not of the others, and what says something, could not be told apart.
 */
export function isList(values: readonly unknown[], list: readonly string[]): boolean {
  if (list.length === 0 || values.length !== list.length) return false;
  let same = true;
  for (let i = 0; i < list.length; i++) {
    const value = values[i];
    if (value === list[i]) continue;
    if (typeof value !== "string" || !list.includes(value)) return false;
    same = false;
  }
  if (same || new Set(values).size < list.length) return same;
  throw new UsageError(
    `All nodes are listed in the order ${values.join(", ")}, so that they are not symmetric: such a list is taken for that of all, and has to be in the order of their names.`,
  );
}

/** A copy of plain data that shares nothing with it. */
export function copied<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    for (let i = 0; i < value.length; i++) copy.push(copied(value[i]));
    return copy as Value;
  }
  const copy: Record<string, unknown> = {};
  for (const name in value) copy[name] = copied(value[name]);
  return copy as Value;
}
