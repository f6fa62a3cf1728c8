import type { History } from "../history.ts";
import type { Json } from "../json.ts";
import { describeByte, Fault, type Decoder } from "./decoder.ts";
import { JsonScanner, Unfinished } from "./json-scanner.ts";

/** Where the reader of an array of records stands. */
type State = "start" | "stream" | "first" | "comma" | "element" | "closed";

/** A decoder of JSON that is one array of objects, or one object after another. */
export abstract class JsonRecordsDecoder implements Decoder {
  readonly #scanner = new JsonScanner();
  readonly #what: string;
  #state: State = "start";

  /** `what` names a record, with its article. */
  constructor(what: string) {
    this.#what = what;
  }

  decode(bytes: Buffer, start: number, end: number, last: boolean): number {
    let at = start;
    for (;;) {
      while (at < end && isBlank(bytes[at] ?? 0)) at++;
      if (at >= end) {
        if (last && this.#state !== "stream" && this.#state !== "closed") {
          const what = this.#what.replace(/^an? /, "");
          const expected = this.#state === "start" ? `${what}s` : 'the array\'s "]"';
          throw new Fault(at, "E_JSON", expected, "the end of the file");
        }
        return at;
      }
      const byte = bytes[at] ?? 0;
      switch (this.#state) {
        case "start":
          if (byte === 0x5b) at++;
          this.#state = byte === 0x5b ? "first" : "stream";
          break;
        case "first":
          this.#state = byte === 0x5d ? "closed" : "element";
          if (byte === 0x5d) at++;
          break;
        case "comma":
          if (byte !== 0x2c && byte !== 0x5d) throw unexpected(bytes, at, end, '"," or "]"');
          this.#state = byte === 0x2c ? "element" : "closed";
          at++;
          break;
        case "closed":
          throw unexpected(bytes, at, end, "the end of the file after the array");
        case "stream":
        case "element": {
          if (byte !== 0x7b) throw unexpected(bytes, at, end, `${this.#what} object`);
          const after = this.#scanner.scan(bytes, at, end);
          if (after === Unfinished) {
            if (last) throw new Fault(end, "E_JSON", `the rest of ${this.#what}`, "the end of the file");
            return at;
          }
          this.record(bytes, at, after, this.#scanner);
          at = after;
          if (this.#state === "element") this.#state = "comma";
          break;
        }
      }
    }
  }

  abstract build(): History;

  /** Takes the record `bytes[start, end)`, which the scanner has just scanned. */
  protected abstract record(bytes: Buffer, start: number, end: number, scanner: JsonScanner): void;
}

/**
 * The value `bytes[start, end)` that was scanned last. An integer that a double does not hold exactly is
 * `{"#int":"…"}`, as in EDN.
 */
export function parseScanned(
  bytes: Buffer,
  start: number,
  end: number,
  { largeIntegers }: JsonScanner,
): Json {
  let text = "";
  let from = start;
  for (let i = 0; i < largeIntegers.length; i += 2) {
    const numberStart = largeIntegers[i] ?? start;
    const numberEnd = largeIntegers[i + 1] ?? start;
    const digits = bytes.toString("latin1", numberStart, numberEnd);
    text += `${bytes.toString("utf8", from, numberStart)}{"#int":"${digits}"}`;
    from = numberEnd;
  }
  text += bytes.toString("utf8", from, end);
  const value: unknown = JSON.parse(text);
  // What was scanned is JSON.
  return value as Json;
}

function unexpected(bytes: Buffer, at: number, end: number, expected: string): Fault {
  return new Fault(at, "E_JSON", expected, describeByte(bytes, at, end, "the end"));
}

export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
