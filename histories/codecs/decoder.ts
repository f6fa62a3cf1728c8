import { InputError, type Place } from "../errors.ts";
import type { History } from "../history.ts";

/**
 * Turns the bytes of one format into a history, record by record. A decoder never waits and never reads:
 * it is handed a window of bytes, takes the records that are complete in it, and says where the first
 * incomplete one begins; it is handed those bytes again with more behind them.
 */
export interface Decoder {
  /**
   * Takes records from `bytes[start, end)` and returns where the first that is not complete begins; with
   * `last`, no more bytes follow. What lies outside of the range means nothing.
   */
  decode(bytes: Buffer, start: number, end: number, last: boolean): number;
  build(): History;
  /** How many newlines the last `decode` took, where the decoder knows; counted again otherwise. */
  readonly newlines?: number;
  /** Whether the decoder itself judges an end of the file in the middle of a character. */
  readonly takesTornEnd?: boolean;
  /** Whether the format is no text, so that nothing is expected of its bytes, and places are counted in them. */
  readonly binary?: boolean;
}

/** What is wrong at byte `at` of the window; `Input` turns it into an `InputError` with line and column. */
export class Fault extends Error {
  readonly at: number;
  readonly code: string;
  readonly expected: string;
  readonly found: string;

  constructor(at: number, code: string, expected: string, found: string) {
    super(`expected ${expected}, found ${found}`);
    this.at = at;
    this.code = code;
    this.expected = expected;
    this.found = found;
  }
}

/** Thrown by scanners that reach the end of the window inside a record. */
export class Incomplete extends Error {}

/** Counts lines and columns of what has passed through the window. */
export class Places {
  readonly file: string | undefined;
  /** Whether places are told as numbers of bytes. */
  binary = false;
  /** Bytes that have passed. */
  #passed = 0;
  /** Line and column (both 0-based, in characters) of byte `#origin`. */
  #line = 0;
  #column = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #origin = 0;

  constructor(file: string | undefined) {
    this.file = file;
  }

  /** Names the window that offsets are in from now on; `origin` is the first byte not yet passed. */
  open(bytes: Buffer, origin: number): void {
    this.#bytes = bytes;
    this.#origin = origin;
  }

  /** The bytes before `at` are done with; `newlines` of them are newlines. */
  pass(at: number, newlines?: number): void {
    this.#passed += at - this.#origin;
    if (!this.binary) {
      const passed = newlines ?? countNewlines(this.#bytes, this.#origin, at);
      this.#column = this.#columnAt(at, passed);
      this.#line += passed;
    }
    this.#origin = at;
  }

  /** The place of byte `at` of the window. */
  at(at: number): Place {
    const file = this.file === undefined ? {} : { file: this.file };
    if (this.binary) return { ...file, offset: this.#passed + at - this.#origin };
    const newlines = countNewlines(this.#bytes, this.#origin, at);
    return {
      ...file,
      line: this.#line + newlines + 1,
      column: this.#columnAt(at, newlines) + 1,
    };
  }

  inputError(fault: Fault): InputError {
    return new InputError(fault.code, {
      place: this.at(fault.at),
      expected: fault.expected,
      found: fault.found,
    });
  }

  #columnAt(at: number, newlines: number): number {
    let from = this.#origin;
    if (newlines > 0) from = this.#bytes.lastIndexOf(10, at - 1) + 1;
    let column = newlines > 0 ? 0 : this.#column;
    // A character begins at every byte that does not continue one.
    for (let i = from; i < at; i++) if (((this.#bytes[i] ?? 0) & 0xc0) !== 0x80) column++;
    return column;
  }
}

/** The place of one record, worked out only if somebody asks for it. */
export class RecordPlace implements Place {
  declare readonly file?: string;
  declare readonly line: number;
  #start = 0;
  readonly #places: Places;

  constructor(places: Places) {
    this.#places = places;
    // Own accessors, so that `{ ...place }` reads them.
    Object.defineProperties(this, {
      file: { enumerable: true, get: () => places.file },
      line: { enumerable: true, get: () => this.#places.at(this.#start).line },
    });
  }

  moveTo(start: number): this {
    this.#start = start;
    return this;
  }
}

export function countNewlines(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) if (bytes[i] === 10) count++;
  return count;
}

/** What stands at byte `at`, in words. */
export function describeByte(bytes: Buffer, at: number, end: number, endName: string): string {
  if (at >= end) return endName;
  const byte = bytes[at] ?? 0;
  if (byte === 10) return "the end of the line";
  if (byte < 0x20 || byte === 0x7f)
    return `control character U+${byte.toString(16).padStart(4, "0").toUpperCase()}`;
  const character = bytes.toString("utf8", at, Math.min(end, at + 4)).codePointAt(0) ?? 0xfffd;
  return JSON.stringify(String.fromCodePoint(character));
}
