import { isUtf8 } from "node:buffer";
import { InputError } from "../errors.ts";
import type { History } from "../history.ts";
import { Fault, type Decoder, type Places } from "./decoder.ts";
import { maximumRecordBytes } from "./limits.ts";
import { incompleteTail, invalidUtf8 } from "./utf8.ts";

/**
 * Carries chunks of bytes to a decoder through a window that holds the record now being read, however
 * the chunks cut it. Lets nothing but UTF-8 through (unless the format is no text), and no record above
 * `maximumRecordBytes`.
 */
export class Input {
  readonly #decoder: Decoder;
  readonly #places: Places;
  #window = Buffer.allocUnsafeSlow(1 << 16);
  /** The window's bytes in use, of which those before `#valid` are known to be UTF-8. */
  #start = 0;
  #valid = 0;
  #end = 0;
  #first = true;
  readonly #binary: boolean;
  /** How long an incomplete record must have grown before it is tried again, so that trying stays linear. */
  #tryAt = 0;

  constructor(decoder: Decoder, places: Places) {
    this.#decoder = decoder;
    this.#places = places;
    this.#binary = decoder.binary === true;
    this.#places.binary = this.#binary;
    if (this.#binary) this.#first = false;
  }

  push(chunk: Uint8Array): void {
    this.#append(chunk);
    if (this.#first) {
      if (this.#end < 3) return;
      this.#first = false;
      this.#skipByteOrderMark();
    }
    // A character cut by the end of the chunk waits for its other bytes.
    this.#validate(
      this.#binary ? this.#end : this.#end - incompleteTail(this.#window, this.#start, this.#end),
    );
    if (this.#end - this.#start < this.#tryAt) return;
    this.#decode(this.#valid, false);
    const rest = this.#end - this.#start;
    if (rest > maximumRecordBytes) this.#tooLong();
    this.#tryAt = Math.min(2 * rest, maximumRecordBytes + 1);
  }

  /** No more bytes follow. */
  end(): void {
    if (this.#first) this.#skipByteOrderMark();
    if (this.#decoder.takesTornEnd !== true) this.#validate(this.#end);
    this.#decode(this.#end, true);
  }

  finish(): History {
    this.end();
    try {
      return this.#decoder.build();
    } catch (error) {
      if (error instanceof Fault) throw this.#places.inputError(error);
      throw error;
    }
  }

  #append(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#window.length) {
      const used = this.#end - this.#start;
      const needed = used + chunk.length;
      const room =
        needed <= this.#window.length
          ? this.#window
          : Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#window.length));
      this.#window.copy(room, 0, this.#start, this.#end);
      this.#window = room;
      this.#valid -= this.#start;
      this.#end = used;
      this.#start = 0;
    }
    this.#window.set(chunk, this.#end);
    this.#end += chunk.length;
    this.#places.open(this.#window, this.#start);
  }

  #skipByteOrderMark(): void {
    const [a, b, c] = this.#window.subarray(this.#start, this.#end);
    if (a !== 0xef || b !== 0xbb || c !== 0xbf) return;
    this.#start += 3;
    this.#valid = this.#start;
    this.#places.open(this.#window, this.#start);
  }

  #decode(end: number, last: boolean): void {
    try {
      const next = this.#decoder.decode(this.#window, this.#start, end, last);
      this.#places.pass(next, this.#decoder.newlines);
      this.#start = next;
    } catch (error) {
      if (error instanceof Fault) throw this.#places.inputError(error);
      throw error;
    }
  }

  #validate(end: number): void {
    if (end <= this.#valid) return;
    if (!this.#binary && !isUtf8(this.#window.subarray(this.#valid, end))) {
      throw this.#places.inputError(invalidUtf8(this.#window, this.#valid, end));
    }
    this.#valid = end;
  }

  #tooLong(): never {
    throw new InputError("E_LIMIT_RECORD", {
      place: this.#places.at(this.#start),
      expected: `a line or operation of at most ${maximumRecordBytes / 2 ** 20} MiB`,
      found: "a longer one",
    });
  }
}
