import { isDelimiter } from "./edn-reader.ts";

/** Deeper values, and longer ones, are left to the reader. */
const ScratchBytes = 1 << 16;
const ScratchDepth = 32;

/**
 * Copies the EDN that most histories consist of (nil, booleans, small integers, plain strings, vectors, and
 * micro-operations headed by keywords) to JSON text, byte by byte, without building a value. Of anything
 * else it makes nothing; the reader takes that.
 */
export class EdnTranscoder {
  /** The JSON text of the last value taken, in `[0, length)`. */
  readonly text: Buffer = Buffer.allocUnsafeSlow(ScratchBytes);
  length = 0;

  /** Whether the last value taken is an array of arrays, as transactions are, or one without elements. */
  get isTransaction(): boolean {
    return this.text[0] === 0x5b && (this.text[1] === 0x5b || this.text[1] === 0x5d);
  }

  readonly #close = new Uint8Array(ScratchDepth + 1);
  readonly #items = new Int32Array(ScratchDepth + 1);
  /** At each depth: how many items are vectors with a keyword as head. */
  readonly #headed = new Int32Array(ScratchDepth + 1);

  /** Where the value at `start` ends; −1 when it is not of the simple kind, or not complete. */
  take(bytes: Buffer, start: number, end: number): number {
    const text = this.text;
    let at = start;
    let out = 0;
    let depth = 0;
    for (;;) {
      if (out > ScratchBytes - 64) return -1;
      const byte = at < end ? (bytes[at] ?? 0) : 0;
      if (depth > 0) {
        if (byte === 0x20 || byte === 0x2c) {
          at++;
          continue;
        }
        if (byte === this.#close[depth]) {
          const headed = this.#headed[depth] ?? 0;
          if (headed > 0 && headed !== this.#items[depth]) return -1;
          text[out++] = 0x5d;
          at++;
          if (--depth === 0) break;
          continue;
        }
        if ((this.#items[depth] ?? 0) > 0) text[out++] = 0x2c;
        this.#items[depth]!++;
      }
      if (byte === 0x5b || byte === 0x28) {
        if (++depth > ScratchDepth) return -1;
        this.#close[depth] = byte === 0x5b ? 0x5d : 0x29;
        this.#items[depth] = 0;
        this.#headed[depth] = 0;
        text[out++] = 0x5b;
        at++;
        continue;
      }
      const head = depth > 1 && this.#items[depth] === 1;
      const from = at;
      if (byte >= 0x30 && byte <= 0x39) {
        do text[out++] = bytes[at++] ?? 0;
        while (at < end && isDigit(bytes[at] ?? 0) && at - from < 15);
        if (byte === 0x30 && at - from > 1) return -1;
      } else if (byte === 0x2d && isDigit(bytes[at + 1] ?? 0) && bytes[at + 1] !== 0x30) {
        do text[out++] = bytes[at++] ?? 0;
        while (at < end && isDigit(bytes[at] ?? 0) && at - from < 16);
      } else if (byte === 0x3a && head && depth === 2) {
        text[out++] = 0x22;
        at++;
        while (at < end && isPlainName(bytes[at] ?? 0) && at - from < 48) text[out++] = bytes[at++] ?? 0;
        if (at - from < 2) return -1;
        text[out++] = 0x22;
        this.#headed[depth - 1]!++;
      } else if (byte === 0x22 && !head) {
        text[out++] = 0x22;
        at++;
        for (;;) {
          const character = at < end ? (bytes[at] ?? 0) : 0;
          if (character < 0x20 || character === 0x5c || out > ScratchBytes - 64) return -1;
          text[out++] = character;
          at++;
          if (character === 0x22) break;
        }
        // After a string anything may follow at once.
        if (depth === 0) break;
        continue;
      } else {
        const word = wordAt(bytes, at, byte);
        if (word === undefined) return -1;
        for (let i = 0; i < word.json.length; i++) text[out++] = word.json[i] ?? 0;
        at += word.edn.length;
      }
      if (at >= end || !isDelimiter(bytes[at] ?? 0)) return -1;
      if (depth === 0) break;
    }
    this.length = out;
    return at;
  }
}

interface Word {
  readonly edn: Buffer;
  readonly json: Buffer;
}

const Nil: Word = { edn: Buffer.from("nil"), json: Buffer.from("null") };
const True: Word = { edn: Buffer.from("true"), json: Buffer.from("true") };
const False: Word = { edn: Buffer.from("false"), json: Buffer.from("false") };

function wordAt(bytes: Buffer, at: number, first: number): Word | undefined {
  const word = first === 0x6e ? Nil : first === 0x74 ? True : first === 0x66 ? False : undefined;
  if (word === undefined) return undefined;
  for (let i = 0; i < word.edn.length; i++) if (bytes[at + i] !== word.edn[i]) return undefined;
  return word;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Letters, digits, `-` and `_`: names that read the same everywhere. */
function isPlainName(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    isDigit(byte) ||
    byte === 0x2d ||
    byte === 0x5f
  );
}
