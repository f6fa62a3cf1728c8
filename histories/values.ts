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
  /** The values as JSON text, where it lies; block numbers are those that `table.numberOf` takes. */
  bytes(): ValueBytes;
  /** The values as JSON text in memory that threads share. */
  share(): SharedArena;
}

/** The JSON text of value i: `lengthOf[i]` bytes of `blocks[blockOf[i]]` from `offsetOf[i]` on. */
export interface ValueBytes {
  readonly blocks: readonly Buffer[];
  readonly blockOf: Uint16Array;
  readonly offsetOf: Uint32Array;
  readonly lengthOf: Uint32Array;
}

/** The numbers of both members of each value that is an array of two; `NoValueNumber` for any other value. */
export interface PairNumbers {
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/** Values that are in memory as they are. */
export class ParsedValues implements Values {
  readonly #values: Json[] = [];
  /** The values as text, as many as were asked for so far. */
  readonly #arena = new ValueArena();
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
    return (this.#table ??= new ValueTable(this.#arena.bytes().blocks, this.#values.length));
  }

  numbers(): Int32Array {
    if (this.#numbers?.length === this.#values.length) return this.#numbers;
    const { table } = this;
    return (this.#numbers = Int32Array.from(this.#values, (value) => table.number(value)));
  }

  bytes(): ValueBytes {
    const arena = this.#arena;
    for (let i = arena.length; i < this.#values.length; i++) arena.appendJson(this.#values[i] ?? null);
    return arena.bytes();
  }

  share(): SharedArena {
    this.bytes();
    return this.#arena.share();
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
