import { canonical, type Json } from "../../../histories/json.ts";
import type { Calls } from "../calls.ts";
import type { RegisterStructure } from "../structure.ts";

/** What a call does to a register. */
export const Nothing = 0;
export const Read = 1;
export const Write = 2;
export const Cas = 3;
export const Differ = 4;

/** No value. */
export const NoValue = -1;

/** The calls of one register in columns, by position in `calls`. */
export interface RegisterCalls {
  readonly calls: Calls;
  /** `Nothing`, `Read`, `Write`, `Cas` or `Differ`. */
  readonly kind: Uint8Array;
  /** Number of the value that it saw (`Read`, `Cas`) or did not see (`Differ`); `NoValue`: none. */
  readonly seen: Int32Array;
  /** Number of the value that it wrote (`Write`, `Cas`); `NoValue`: none. */
  readonly written: Int32Array;
  /** How many values there are; the initial one is number 0. */
  readonly valueCount: number;
  /** A value by its number. */
  value(number: number): Json;
}

/** Reads the calls of a register. */
export function readRegisterCalls(calls: Calls, structure: RegisterStructure): RegisterCalls {
  const { alphabet, length } = calls;
  const kind = new Uint8Array(length);
  const seen = new Int32Array(length).fill(NoValue);
  const written = new Int32Array(length).fill(NoValue);
  const values: Json[] = [];
  const numbers = new Map<string, number>();
  const number = (value: Json): number => {
    const text = canonical(value);
    let found = numbers.get(text);
    if (found === undefined) {
      numbers.set(text, (found = values.length));
      values.push(value);
    }
    return found;
  };
  number(structure.initial);
  for (let i = 0; i < length; i++) {
    const { input, output } = alphabet.get(calls.action[i]!);
    const meaning = structure.meaning(input, output);
    switch (meaning.does) {
      case "nothing":
        break;
      case "read":
      case "differ":
        kind[i] = meaning.does === "read" ? Read : Differ;
        seen[i] = number(meaning.value);
        break;
      case "write":
        kind[i] = Write;
        written[i] = number(meaning.value);
        break;
      case "cas":
        kind[i] = Cas;
        seen[i] = number(meaning.from);
        written[i] = number(meaning.to);
        break;
    }
  }
  return { calls, kind, seen, written, valueCount: values.length, value: (n) => values[n] ?? null };
}
