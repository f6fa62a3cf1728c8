import { isJsonObject, type Json } from "../../json.ts";
import { brief } from "../../schema/schemas.ts";
import { Fault } from "../decoder.ts";

/** An integer of 64 bits; a number where a double holds it. */
type Integer = number | bigint;

/**
 * The start and commit timestamps of transactions: hybrid logical clocks, of a physical part and a counter. Entry
 * 2t is the start of transaction t, entry 2t + 1 its commit: the numbers of its events.
 */
export class Timestamps {
  readonly #physical: Integer[] = [];
  readonly #logical: Integer[] = [];

  /** Adds a timestamp `{"p": …, "l": …}`, whose parts may be texts; `name` and `at` are for the fault if it is none. */
  add(timestamp: Json | undefined, name: string, code: string, at: number): void {
    const parts = timestamp !== undefined && isJsonObject(timestamp) ? timestamp : {};
    const physical = integerOf(parts["p"]);
    const logical = integerOf(parts["l"] ?? 0);
    if (physical === undefined || logical === undefined)
      throw new Fault(at, code, `a timestamp ${name} of 64-bit integers p and l`, brief(timestamp ?? null));
    this.#physical.push(physical);
    this.#logical.push(logical);
  }

  /** Whether entry a is before b (−1), after it (1), or neither (0). */
  compare(a: number, b: number): number {
    return sign(this.#physical[a]!, this.#physical[b]!) || sign(this.#logical[a]!, this.#logical[b]!);
  }

  /**
   * The events in order: at equal timestamps commits come before starts, and transactions that took no time between
   * them, one after the other.
   */
  order(): Int32Array {
    const physical = ordered(this.#physical);
    const logical = ordered(this.#logical);
    const events = Int32Array.from({ length: physical.length }, (_, event) => event);
    const rank = Uint8Array.from(events, (event) => {
      const instant = this.compare(event, event ^ 1) === 0;
      return instant ? 1 : (event & 1) === 0 ? 2 : 0;
    });
    return events.toSorted(
      (a, b) => physical[a]! - physical[b]! || logical[a]! - logical[b]! || rank[a]! - rank[b]! || a - b,
    );
  }
}

function sign(a: Integer, b: Integer): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Doubles in the same order. */
function ordered(integers: readonly Integer[]): Float64Array {
  if (integers.every((integer) => typeof integer === "number")) return Float64Array.from(integers);
  const all = BigInt64Array.from(integers, BigInt);
  const rank = new Map<bigint, number>();
  for (const each of all.toSorted()) if (!rank.has(each)) rank.set(each, rank.size);
  return Float64Array.from(all, (each) => rank.get(each)!);
}

/** An integer as a number or, as some write it, as a text. */
function integerOf(value: Json | undefined): Integer | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : asWritten(value);
  const digits = typeof value === "string" ? value : digitsOf(value);
  if (digits === undefined || !/^-?\d{1,20}$/.test(digits)) return undefined;
  const exact = BigInt(digits);
  if (BigInt.asIntN(64, exact) !== exact) return undefined;
  const number = Number(exact);
  return Number.isSafeInteger(number) ? number : exact;
}

/** The integer that a double beyond 2⁵³ was written as. */
function asWritten(value: number): Integer | undefined {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? BigInt(String(value)) : undefined;
}

/** The digits of an integer that no double is printed as. */
export function digitsOf(value: Json | undefined): string | undefined {
  const digits = value !== undefined && isJsonObject(value) ? value["#int"] : undefined;
  return typeof digits === "string" ? digits : undefined;
}
