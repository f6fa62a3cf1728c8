import type { Json } from "../../../histories/json.ts";
import { NullValue } from "../../../histories/value-table.ts";
import type { Alphabet } from "../alphabet.ts";
import type { Calls } from "../calls.ts";
import { DenseNumbers } from "../dense-numbers.ts";
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

/** The meaning of an action has not been asked for yet. */
const NotAsked = 255;

/** Reads the calls of a register. The model is asked once for each action that has no direct meaning. */
export function readRegisterCalls(calls: Calls, structure: RegisterStructure): RegisterCalls {
  const { alphabet, length, action: actions } = calls;
  const { values } = alphabet;
  const kind = new Uint8Array(length);
  const seen = new Int32Array(length).fill(NoValue);
  const written = new Int32Array(length).fill(NoValue);
  const initial = values.number(structure.initial);
  const dense = new DenseNumbers(values.count, length);
  dense.number(initial);
  const direct = alphabet.functions.map((f) =>
    structure.direct !== undefined && Object.hasOwn(structure.direct, f) ? structure.direct[f] : undefined,
  );
  const isRead = Uint8Array.from(direct, (does) => (does === "read" ? 1 : 0));
  const isWrite = Uint8Array.from(direct, (does) => (does === "write" ? 1 : 0));
  let meanings: Meanings | undefined;
  for (let i = 0; i < length; i++) {
    const action = actions[i]!;
    const f = alphabet.f(action);
    if (isWrite[f] === 1 && alphabet.argument(action) > NullValue) {
      kind[i] = Write;
      written[i] = dense.number(alphabet.argument(action));
    } else if (isRead[f] === 1 && alphabet.result(action) > NullValue) {
      kind[i] = Read;
      seen[i] = dense.number(alphabet.result(action));
    } else {
      meanings ??= new Meanings(alphabet, structure, dense);
      meanings.ask(action);
      kind[i] = meanings.kind[action]!;
      seen[i] = meanings.seen[action]!;
      written[i] = meanings.written[action]!;
    }
  }
  return {
    calls,
    kind,
    seen,
    written,
    valueCount: dense.count,
    value: (number) => values.get(dense.original[number] ?? NullValue),
  };
}

/** What the actions mean that the model had to be asked about. */
class Meanings {
  readonly kind: Uint8Array;
  readonly seen: Int32Array;
  readonly written: Int32Array;
  readonly #alphabet: Alphabet;
  readonly #structure: RegisterStructure;
  readonly #dense: DenseNumbers;

  constructor(alphabet: Alphabet, structure: RegisterStructure, dense: DenseNumbers) {
    this.kind = new Uint8Array(alphabet.size).fill(NotAsked);
    this.seen = new Int32Array(alphabet.size).fill(NoValue);
    this.written = new Int32Array(alphabet.size).fill(NoValue);
    this.#alphabet = alphabet;
    this.#structure = structure;
    this.#dense = dense;
  }

  ask(action: number): void {
    if (this.kind[action] !== NotAsked) return;
    const { input, output } = this.#alphabet.get(action);
    const meaning = this.#structure.meaning(input, output);
    switch (meaning.does) {
      case "nothing":
        this.kind[action] = Nothing;
        break;
      case "read":
      case "differ":
        this.kind[action] = meaning.does === "read" ? Read : Differ;
        this.seen[action] = this.#number(meaning.value);
        break;
      case "write":
        this.kind[action] = Write;
        this.written[action] = this.#number(meaning.value);
        break;
      case "cas":
        this.kind[action] = Cas;
        this.seen[action] = this.#number(meaning.from);
        this.written[action] = this.#number(meaning.to);
        break;
    }
  }

  #number(value: Json): number {
    return this.#dense.number(this.#alphabet.values.number(value));
  }
}
