import type { Buffer } from "node:buffer";
import type { History } from "../../history.ts";
import { describeByte, Fault, type Decoder } from "../decoder.ts";

/** A decoder of formats whose records are lines; blank lines mean nothing. */
export abstract class LineDecoder implements Decoder {
  newlines = 0;

  decode(bytes: Buffer, start: number, end: number, last: boolean): number {
    let at = start;
    this.newlines = 0;
    for (;;) {
      let stop = at;
      while (stop < end && bytes[stop] !== 10) stop++;
      if (stop === end && !last) return at;
      let from = at;
      let to = stop;
      while (from < to && isBlank(bytes[from]!)) from++;
      while (from < to && isBlank(bytes[to - 1]!)) to--;
      if (from < to) this.line(bytes, from, to);
      if (stop === end) {
        this.end(end);
        return end;
      }
      at = stop + 1;
      this.newlines++;
    }
  }

  abstract build(): History;

  /** Takes the line `bytes[start, end)`, which has no blanks around it and is not empty. */
  protected abstract line(bytes: Buffer, start: number, end: number): void;

  /** The file ends at byte `at`. */
  protected end(_at: number): void {}
}

/** Where the integer at `at` ends; a fault where there is none. */
export function integerEnd(bytes: Buffer, at: number, end: number, code: string, what: string): number {
  let stop = bytes[at] === 0x2d ? at + 1 : at;
  const first = stop;
  while (stop < end && bytes[stop]! >= 0x30 && bytes[stop]! <= 0x39) stop++;
  if (stop === first)
    throw new Fault(stop, code, what, describeByte(bytes, stop, end, "the end of the line"));
  return stop;
}

/** Whether `bytes[start, end)`, an integer, is zero. */
export function isZero(bytes: Buffer, start: number, end: number): boolean {
  for (let at = bytes[start] === 0x2d ? start + 1 : start; at < end; at++)
    if (bytes[at] !== 0x30) return false;
  return true;
}

/** A name for the integer `bytes[start, end)`: a number where a double holds it, else its digits. */
export function integerName(bytes: Buffer, start: number, end: number): number | string {
  const negative = bytes[start] === 0x2d;
  const first = negative ? start + 1 : start;
  if (end - first > 15) {
    const exact = BigInt(bytes.toString("latin1", start, end));
    const number = Number(exact);
    return Number.isSafeInteger(number) ? number : exact.toString();
  }
  let number = 0;
  for (let at = first; at < end; at++) number = 10 * number + bytes[at]! - 0x30;
  return negative && number > 0 ? -number : number;
}

export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0d || byte === 0x09;
}
