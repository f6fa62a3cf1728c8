import { isJsonArray, type Json } from "./json.ts";
import { ValueArena, type SharedArena } from "./codecs/value-arena.ts";
import { NoValueNumber, ValueTable } from "./value-table.ts";

/** Where the values of a history come from: parsed already, or bytes parsed when asked for. */
export interface Values {
  /** The value of operation `index`; `null` when it has none. */
  get(index: number): Json;
  /** The distinct values, in which `numbers` and `pairs` have their numbers. */
  readonly table: ValueTable;
  /** The number of each operation's value: equal values, equal numbers. Made when first asked for. */
  numbers(): Int32Array;
  /** The values read as pairs [a, b]. Made when first asked for. */
  pairs(): PairNumbers;
  /** The values as JSON text in memory that threads share. */
  share(): SharedArena;
}

/** The numbers of both members of each value that is an array of two; `NoValueNumber` for any other value. */
export interface PairNumbers {
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/** Values that are in memory as they are. */
export class ParsedValues implements Values {
  readonly #values: Json[] = [];
  #table: ValueTable | undefined;
  #numbers: Int32Array | undefined;
  #pairs: PairNumbers | undefined;

  push(value: Json): void {
    this.#values.push(value);
  }

  get(index: number): Json {
    return this.#values[index] ?? null;
  }

  get table(): ValueTable {
    return (this.#table ??= new ValueTable([], this.#values.length));
  }

  numbers(): Int32Array {
    if (this.#numbers?.length === this.#values.length) return this.#numbers;
    const { table } = this;
    return (this.#numbers = Int32Array.from(this.#values, (value) => table.number(value)));
  }

  share(): SharedArena {
    const arena = new ValueArena();
    for (const value of this.#values) arena.appendJson(value);
    return arena.share();
  }

  pairs(): PairNumbers {
    const values = this.#values;
    if (this.#pairs?.first.length === values.length) return this.#pairs;
    const { table } = this;
    const first = new Int32Array(values.length).fill(NoValueNumber);
    const second = new Int32Array(values.length).fill(NoValueNumber);
    values.forEach((value, i) => {
      if (!isJsonArray(value) || value.length !== 2) return;
      first[i] = table.number(value[0] ?? null);
      second[i] = table.number(value[1] ?? null);
    });
    return (this.#pairs = { first, second });
  }
}
