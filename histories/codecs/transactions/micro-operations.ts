import { Buffer } from "node:buffer";
import type { Json } from "../../json.ts";

/** Where a micro-operation begins. */
export const ReadHead = Buffer.from('["r",');
export const WriteHead = Buffer.from('["w",');
export const AppendHead = Buffer.from('["append",');

const Null = Buffer.from("null");
const TwoTo32 = 4_294_967_296;
const Million = 1_000_000;
/** The upper half from which on an integer has 18 digits or more. */
const EighteenDigits = 23_283_065;

/**
 * The JSON text of a transaction's micro-operations, written piece by piece without making a value of any:
 * `begin(ReadHead)`, the key, `comma()`, the value, `close()`; then the next. An integer that a double does not
 * hold exactly becomes `{"#int":"…"}`, as everywhere (see `edn-mapping.ts`), so that different ones stay different.
 */
export class MicroOperations {
  text: Buffer = Buffer.allocUnsafeSlow(1 << 12);
  length = 0;
  /** How many were begun since `clear`. */
  count = 0;
  readonly #digits = new Uint8Array(24);

  clear(): void {
    this.length = 0;
    this.count = 0;
  }

  begin(head: Buffer): void {
    this.#room(head.length + 1);
    this.text[this.length++] = this.count++ === 0 ? 0x5b : 0x2c;
    this.#copy(head);
  }

  comma(): void {
    this.#room(1);
    this.text[this.length++] = 0x2c;
  }

  close(): void {
    this.#room(1);
    this.text[this.length++] = 0x5d;
  }

  null(): void {
    this.#room(4);
    this.#copy(Null);
  }

  openList(): void {
    this.#room(1);
    this.text[this.length++] = 0x5b;
  }

  /** Ends the array of micro-operations. */
  end(): void {
    this.#room(2);
    if (this.count === 0) this.text[this.length++] = 0x5b;
    this.text[this.length++] = 0x5d;
  }

  /** The integer whose decimal digits, maybe after a minus, are `bytes[start, end)`. */
  integer(bytes: Buffer, start: number, end: number): void {
    const first = bytes[start] === 0x2d ? start + 1 : start;
    const digits = end - first;
    if (digits > 15 || (bytes[first] === 0x30 && (digits > 1 || first > start))) {
      this.json(integerJson(bytes.toString("latin1", start, end)));
      return;
    }
    this.#room(end - start);
    for (let at = start; at < end; at++) this.text[this.length++] = bytes[at]!;
  }

  /** The integer 2³² · high + low; both are unsigned. */
  unsigned(high: number, low: number): void {
    this.#write(high, low, false, false);
  }

  /** The signed integer with these two halves in two's complement. */
  signed(high: number, low: number): void {
    this.#signed(high, low, false);
  }

  /** The same as a string of digits, so that it is another value than the number. */
  signedText(high: number, low: number): void {
    this.#signed(high, low, true);
  }

  value(value: Json): void {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0)
      this.#write(Math.floor(value / TwoTo32), value % TwoTo32, false, false);
    else if (value === null) this.null();
    else this.json(JSON.stringify(value));
  }

  /** Any JSON text. */
  json(text: string): void {
    const size = Buffer.byteLength(text);
    this.#room(size);
    this.length += this.text.write(text, this.length, size, "utf8");
  }

  #signed(high: number, low: number, quoted: boolean): void {
    if (high < 0x80000000) this.#write(high, low, false, quoted);
    else if (low === 0) this.#write((TwoTo32 - high) % TwoTo32, 0, true, quoted);
    else this.#write(TwoTo32 - 1 - high, TwoTo32 - low, true, quoted);
  }

  #write(high: number, low: number, negative: boolean, quoted: boolean): void {
    this.#room(40);
    const wide = !quoted && high >= 0x200000 && !isPrintedSo(high, low);
    if (wide) this.#ascii('{"#int":"');
    else if (quoted) this.text[this.length++] = 0x22;
    if (negative) this.text[this.length++] = 0x2d;
    const digits = this.#digits;
    let count = 0;
    // Six digits at a time, so that no product leaves the range in which doubles are exact.
    while (high > 0) {
      const carried = (high % Million) * TwoTo32 + low;
      high = Math.floor(high / Million);
      low = Math.floor(carried / Million);
      let group = carried % Million;
      for (let i = 0; i < 6; i++) {
        digits[count++] = 0x30 + (group % 10);
        group = Math.floor(group / 10);
      }
    }
    do {
      digits[count++] = 0x30 + (low % 10);
      low = Math.floor(low / 10);
    } while (low > 0);
    while (count > 1 && digits[count - 1] === 0x30) count--;
    while (count > 0) this.text[this.length++] = digits[--count]!;
    if (wide) this.#ascii('"}');
    else if (quoted) this.text[this.length++] = 0x22;
  }

  #ascii(text: string): void {
    for (let i = 0; i < text.length; i++) this.text[this.length++] = text.charCodeAt(i);
  }

  #copy(bytes: Buffer): void {
    for (let i = 0; i < bytes.length; i++) this.text[this.length++] = bytes[i]!;
  }

  #room(size: number): void {
    if (this.length + size <= this.text.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.text.length, this.length + size));
    this.text.copy(larger, 0, 0, this.length);
    this.text = larger;
  }
}

/** The JSON text of the integer with these decimal digits. */
export function integerJson(digits: string): string {
  const text = BigInt(digits).toString();
  return String(Number(text)) === text ? text : `{"#int":"${text}"}`;
}

/** Whether the double nearest to 2³² · high + low, beyond 2⁵³, is printed with the same digits. */
function isPrintedSo(high: number, low: number): boolean {
  // A double has at most 17 digits that are not zeros at the end; so many integers are known by their last digit.
  const lastDigit = ((high % 10) * 6 + (low % 10)) % 10;
  if (high >= EighteenDigits && lastDigit !== 0) return false;
  return String(high * TwoTo32 + low) === ((BigInt(high) << 32n) | BigInt(low)).toString();
}
