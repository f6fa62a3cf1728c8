import { canonical, type Json } from "./json.ts";

/** The number of null in every table. */
export const NullValue = 0;
/** No value. */
export const NoValueNumber = -1;

/** Beyond this, a double holds an integer but its text may be another's. */
const LargestInteger = 999_999_999_999_999;
const MostDigits = 15;
const LargestDirect = 1 << 26;
const BlockSpan = 2 ** 32;
const ExtraBlock = 1 << 16;
/** Characters of one value, and of all, that are kept parsed. */
const LongestKept = 4096;
const MostKept = 1 << 25;

const IntegerKind = 0;
const TextKind = 1;

/**
 * The distinct values of a history, numbered in order of first appearance: two values have the same number
 * exactly when they are the same value (`canonical`). Null is number 0.
 *
 * Nothing is allocated for null and integers, which are found by their digits: small ones at their own
 * place in an array, so that neighbours stay neighbours, others by hashing. Any other value is found by its
 * bytes; only bytes that were not seen before, and are not obviously canonical, are ever parsed.
 */
export class ValueTable {
  /** Of each number: the integer, or the text that the value was first met in. */
  #content = new Float64Array(64);
  #kind = new Uint8Array(64);
  #count = 1;

  /** Integer → its number; 0: none. Index 0 is the integer 0. */
  readonly #direct: Int32Array;
  /** Numbers of the other integers, by hash; 0: free. */
  #integers = new Int32Array(64);
  #integerCount = 0;

  // Texts: distinct byte strings, several of which may mean one value.
  readonly #blocks: readonly Buffer[];
  readonly #extra: Buffer[] = [];
  #extraUsed = 0;
  #textAt = new Float64Array(64);
  #textLength = new Uint32Array(64);
  #textHash = new Int32Array(64);
  #textNumber = new Int32Array(64);
  #textCount = 0;
  /** Text by hash, plus one; 0: free. */
  #texts = new Int32Array(128);

  readonly #kept: (Json | undefined)[] = [];
  #keptCharacters = 0;

  /** `blocks` hold the bytes that `numberOf` is asked about; `expected` is about how many values there are. */
  constructor(blocks: readonly Buffer[] = [], expected = 0) {
    this.#blocks = blocks;
    this.#direct = new Int32Array(Math.min(LargestDirect, 64 + 2 * expected));
    this.#kind[NullValue] = TextKind;
  }

  /** How many numbers there are. */
  get count(): number {
    return this.#count;
  }

  get(number: number): Json {
    if (number === NullValue) return null;
    if (!(number > 0 && number < this.#count)) throw new RangeError(`no value ${number}`);
    if (this.#kind[number] === IntegerKind) return this.#content[number]!;
    const kept = this.#kept[number];
    if (kept !== undefined) return kept;
    const text = this.#content[number]!;
    const at = this.#textAt[text]!;
    const start = at % BlockSpan;
    const length = this.#textLength[text]!;
    const bytes = this.#block((at - start) / BlockSpan);
    const value: unknown = JSON.parse(bytes.toString("utf8", start, start + length));
    // What has a number is JSON.
    const json = value as Json;
    if (length <= LongestKept && this.#keptCharacters + length <= MostKept) {
      this.#keptCharacters += length;
      this.#kept[number] = json;
    }
    return json;
  }

  /** The number of a value, a new one if it has none yet. */
  number(value: Json): number {
    if (value === null) return NullValue;
    if (isSmallInteger(value)) return this.#integer(value);
    const text = canonical(value);
    const length = Buffer.byteLength(text);
    const block = this.#room(length);
    const start = this.#extraUsed;
    block.write(text, start, length, "utf8");
    const hash = hashOf(block, start, start + length);
    const known = this.#find(hash, block, start, length);
    if (known >= 0) return known;
    this.#extraUsed += length;
    const number = this.#newText();
    this.#enter(hash, ExtraBlock + this.#extra.length - 1, start, length, number);
    return number;
  }

  /** The number of the value whose JSON text is `bytes[start, end)`; `bytes` is block `block`. */
  numberOf(bytes: Buffer, block: number, start: number, end: number): number {
    const first = bytes[start]!;
    if (first === 0x6e) return NullValue;
    // Digits, maybe after a minus.
    let at = first === 0x2d ? start + 1 : start;
    if (end - at <= MostDigits) {
      let integer = 0;
      for (; at < end; at++) {
        const digit = bytes[at]! - 0x30;
        if (digit < 0 || digit > 9) break;
        integer = integer * 10 + digit;
      }
      if (at === end) return this.#integer(first === 0x2d ? -integer : integer);
    }
    const hash = hashOf(bytes, start, end);
    const known = this.#find(hash, bytes, start, end - start);
    if (known >= 0) return known;
    let number: number;
    if (isPlainlyCanonical(bytes, start, end)) number = this.#newText();
    else {
      const text = bytes.toString("utf8", start, end);
      const value: unknown = JSON.parse(text);
      // Arenas hold nothing but JSON.
      const json = value as Json;
      number = canonical(json) === text ? this.#newText() : this.number(json);
    }
    this.#enter(hash, block, start, end - start, number);
    return number;
  }

  #integer(value: number): number {
    if (value >= 0 && value < this.#direct.length) {
      const known = this.#direct[value]!;
      if (known !== 0) return known;
      return (this.#direct[value] = this.#new(IntegerKind, value + 0));
    }
    const mask = this.#integers.length - 1;
    let slot = hashInteger(value) & mask;
    for (;;) {
      const number = this.#integers[slot]!;
      if (number === 0) break;
      if (this.#content[number] === value) return number;
      slot = (slot + 1) & mask;
    }
    const number = this.#new(IntegerKind, value + 0);
    this.#integers[slot] = number;
    if (2 * ++this.#integerCount > this.#integers.length) this.#rehashIntegers();
    return number;
  }

  #new(kind: number, content: number): number {
    const number = this.#count++;
    if (number === this.#kind.length) {
      this.#kind = enlarged(this.#kind, new Uint8Array(2 * number));
      this.#content = enlarged(this.#content, new Float64Array(2 * number));
    }
    this.#kind[number] = kind;
    this.#content[number] = content;
    return number;
  }

  /** A number for the text that is entered next. */
  #newText(): number {
    return this.#new(TextKind, this.#textCount);
  }

  #find(hash: number, bytes: Buffer, start: number, length: number): number {
    const mask = this.#texts.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const text = this.#texts[slot]! - 1;
      if (text < 0) return NoValueNumber;
      if (this.#textHash[text] !== hash || this.#textLength[text] !== length) continue;
      const at = this.#textAt[text]!;
      const from = at % BlockSpan;
      const block = this.#block((at - from) / BlockSpan);
      let i = 0;
      while (i < length && block[from + i] === bytes[start + i]) i++;
      if (i === length) return this.#textNumber[text]!;
    }
  }

  #enter(hash: number, block: number, start: number, length: number, number: number): void {
    const text = this.#textCount++;
    if (text === this.#textLength.length) {
      this.#textAt = enlarged(this.#textAt, new Float64Array(2 * text));
      this.#textLength = enlarged(this.#textLength, new Uint32Array(2 * text));
      this.#textHash = enlarged(this.#textHash, new Int32Array(2 * text));
      this.#textNumber = enlarged(this.#textNumber, new Int32Array(2 * text));
    }
    this.#textAt[text] = block * BlockSpan + start;
    this.#textLength[text] = length;
    this.#textHash[text] = hash;
    this.#textNumber[text] = number;
    if (2 * this.#textCount > this.#texts.length) this.#rehashTexts();
    else this.#place(text);
  }

  #place(text: number): void {
    const mask = this.#texts.length - 1;
    let slot = this.#textHash[text]! & mask;
    while (this.#texts[slot] !== 0) slot = (slot + 1) & mask;
    this.#texts[slot] = text + 1;
  }

  #rehashTexts(): void {
    this.#texts = new Int32Array(2 * this.#texts.length);
    for (let text = 0; text < this.#textCount; text++) this.#place(text);
  }

  #rehashIntegers(): void {
    const old = this.#integers;
    this.#integers = new Int32Array(2 * old.length);
    const mask = this.#integers.length - 1;
    for (const number of old) {
      if (number === 0) continue;
      let slot = hashInteger(this.#content[number]!) & mask;
      while (this.#integers[slot] !== 0) slot = (slot + 1) & mask;
      this.#integers[slot] = number;
    }
  }

  #block(block: number): Buffer {
    const bytes = block < ExtraBlock ? this.#blocks[block] : this.#extra[block - ExtraBlock];
    if (bytes === undefined) throw new RangeError(`no block ${block}`);
    return bytes;
  }

  /** A block of our own with room for so many bytes at `#extraUsed`. */
  #room(length: number): Buffer {
    const last = this.#extra.at(-1);
    if (last !== undefined && this.#extraUsed + length <= last.length) return last;
    const size = Math.min(1 << 22, Math.max(1 << 12, 2 * (last?.length ?? 0)));
    const block = Buffer.allocUnsafeSlow(Math.max(size, length));
    this.#extra.push(block);
    this.#extraUsed = 0;
    return block;
  }
}

function isSmallInteger(value: Json): value is number {
  return typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= LargestInteger;
}

/**
 * Whether a text is certainly the canonical one of its value: short integers, words and strings without
 * escapes, and arrays of these without blanks. Of the others only parsing tells.
 */
function isPlainlyCanonical(bytes: Buffer, start: number, end: number): boolean {
  let digits = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x30 && byte <= 0x39) {
      if (++digits > MostDigits) return false;
      continue;
    }
    if (byte === 0x22) {
      for (at++; bytes[at] !== 0x22; at++) if (bytes[at] === 0x5c || at >= end) return false;
    } else if (byte === 0x2d) {
      if (bytes[at + 1] === 0x30) return false;
    } else if (byte === 0x65) {
      // The e of true and false, not that of an exponent.
      if (digits > 0) return false;
    } else if (byte !== 0x5b && byte !== 0x5d && byte !== 0x2c && (byte < 0x61 || byte > 0x7a)) return false;
    digits = 0;
  }
  return true;
}

/** FNV-1a, its high bits folded in. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let h = 0x811c9dc5;
  for (let i = start; i < end; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193);
  return h ^ (h >>> 15);
}

function hashInteger(value: number): number {
  const high = Math.floor(value / BlockSpan);
  let hash = Math.imul(value | 0, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

function enlarged<Column extends { set(from: Column): void }>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
