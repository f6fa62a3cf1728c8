import { StringDecoder } from "node:string_decoder";

/** Cuts a stream of bytes into lines of at most `limit` bytes each. */
export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  readonly #limit: number;
  #rest = "";

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The lines that `chunk` ends; throws a `RangeError` when a line grows beyond the limit. */
  push(chunk: Buffer): string[] {
    const lines = (this.#rest + this.#decoder.write(chunk)).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > this.#limit || lines.some((line) => line.length > this.#limit)) {
      throw new RangeError(`a line of more than ${this.#limit} bytes`);
    }
    return lines.filter((line) => line.trim() !== "");
  }
}
