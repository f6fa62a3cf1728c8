import type { Json } from "./json.ts";

/** Where the values of a history come from: parsed already, or bytes parsed when asked for. */
export interface Values {
  /** The value of operation `index`; `null` when it has none. */
  get(index: number): Json;
}

/** Values that are in memory as they are. */
export class ParsedValues implements Values {
  readonly #values: Json[] = [];

  push(value: Json): void {
    this.#values.push(value);
  }

  get(index: number): Json {
    return this.#values[index] ?? null;
  }
}
