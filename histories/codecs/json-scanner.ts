import { describeByte, Fault } from "./decoder.ts";
import { maximumDepth } from "./limits.ts";

/** `scan` met the end of the bytes inside the value. */
export const Unfinished = -1;

const Quote = 0x22;
const Backslash = 0x5c;

/** Names of one object are compared pairwise up to this many, by a set above. */
const FewNames = 16;

/**
 * Walks over one JSON value without building it, exactly by the grammar of RFC 8259 and stricter in three
 * things, so that nothing of a value is lost when it is parsed later: an object has no name twice, a number
 * is finite, and nesting has a limit. Integers that no double prints as, and which would be
 * rounded, are noted.
 */
export class JsonScanner {
  /** Start and end of each integer that would be rounded, in the value scanned last. */
  readonly largeIntegers: number[] = [];
  /**
   * Of the object scanned last, four entries a member: start and end of the name, quotes included; start of the value,
   * maybe with blanks before it; and its end.
   */
  readonly members: number[] = [];

  /** Per open container: whether it is an object, and where its names begin in `#names`. */
  readonly #isObject = new Uint8Array(maximumDepth + 1);
  readonly #firstName = new Int32Array(maximumDepth + 1);
  /** Start and end of the names of the open objects. */
  readonly #names: number[] = [];
  readonly #nameSets = new Map<number, Set<string>>();
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  #sawEscape = false;
  readonly #oneLine: boolean;

  /** With `oneLine`, a newline is no blank: values lie within a line. */
  constructor(options: { readonly oneLine?: boolean } = {}) {
    this.#oneLine = options.oneLine ?? false;
  }

  /**
   * Scans the value at `at` (blanks before it are skipped) and returns where it ends; `Unfinished` when
   * the bytes end first. Throws a `Fault` at the first byte that is not JSON.
   */
  scan(bytes: Buffer, at: number, end: number): number {
    this.#bytes = bytes;
    this.#end = end;
    if (this.largeIntegers.length > 0) this.largeIntegers.length = 0;
    if (this.members.length > 0) this.members.length = 0;
    if (this.#names.length > 0) this.#names.length = 0;
    if (this.#nameSets.size > 0) this.#nameSets.clear();
    let depth = 0;
    for (;;) {
      at = this.#blanks(at);
      if (at >= end) return Unfinished;
      const byte = bytes[at] ?? 0;
      if (byte === Quote) at = this.#string(at);
      else if (byte === 0x5b || byte === 0x7b) {
        if (++depth > maximumDepth) throw this.#tooDeep(at);
        const isObject = byte === 0x7b;
        this.#isObject[depth] = isObject ? 1 : 0;
        this.#firstName[depth] = this.#names.length;
        at = this.#blanks(at + 1);
        if (at >= end) return Unfinished;
        if (bytes[at] !== (isObject ? 0x7d : 0x5d)) {
          if (isObject) at = this.#name(at, depth);
          if (at === Unfinished) return Unfinished;
          continue;
        }
        depth--;
        at++;
      } else if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) at = this.#number(at);
      else if (byte === 0x6e) at = this.#word(at, "null");
      else if (byte === 0x74) at = this.#word(at, "true");
      else if (byte === 0x66) at = this.#word(at, "false");
      else throw this.#fault(at, "a JSON value");
      if (at === Unfinished) return Unfinished;

      // A value has ended: close what it closes, or go on to its sibling.
      for (;;) {
        if (depth === 0) return at;
        const isObject = this.#isObject[depth] === 1;
        if (depth === 1 && isObject) this.members.push(at);
        at = this.#blanks(at);
        if (at >= end) return Unfinished;
        const next = bytes[at] ?? 0;
        if (next === 0x2c) {
          at++;
          if (isObject) {
            at = this.#blanks(at);
            at = this.#name(at, depth);
            if (at === Unfinished) return Unfinished;
          }
          break;
        }
        if (next !== (isObject ? 0x7d : 0x5d)) throw this.#fault(at, isObject ? '"," or "}"' : '"," or "]"');
        if (isObject) this.#closeObject(depth);
        depth--;
        at++;
      }
    }
  }

  #blanks(at: number): number {
    const bytes = this.#bytes;
    while (at < this.#end) {
      const byte = bytes[at] ?? 0;
      if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09 && (byte !== 0x0a || this.#oneLine)) break;
      at++;
    }
    return at;
  }

  #string(at: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    for (let i = at + 1; i < end; i++) {
      const byte = bytes[i] ?? 0;
      if (byte === Quote) return i + 1;
      if (byte < 0x20) throw this.#fault(i, "a string without control characters");
      if (byte !== Backslash) continue;
      this.#sawEscape = true;
      if (++i >= end) return Unfinished;
      const escape = bytes[i] ?? 0;
      if (escape === 0x75) {
        for (let digit = 0; digit < 4; digit++) {
          if (++i >= end) return Unfinished;
          if (!isHexadecimal(bytes[i] ?? 0)) throw this.#fault(i, "four hexadecimal digits");
        }
      } else if (!isEscape(escape)) throw this.#fault(i, 'one of " \\ / b f n r t u after a backslash');
    }
    return Unfinished;
  }

  /** A name of the object at `depth`, with its colon. */
  #name(at: number, depth: number): number {
    if (at >= this.#end) return Unfinished;
    if (this.#bytes[at] !== Quote) throw this.#fault(at, "a name in quotes");
    this.#sawEscape = false;
    const end = this.#string(at);
    if (end === Unfinished) return Unfinished;
    this.#rememberName(at, end, depth);
    const colon = this.#blanks(end);
    if (colon >= this.#end) return Unfinished;
    if (this.#bytes[colon] !== 0x3a) throw this.#fault(colon, '":"');
    if (depth === 1) this.members.push(at, end, colon + 1);
    return colon + 1;
  }

  #rememberName(start: number, end: number, depth: number): void {
    const names = this.#names;
    const first = this.#firstName[depth] ?? 0;
    let set = this.#nameSets.get(depth);
    if (set === undefined && (this.#sawEscape || names.length - first >= 2 * FewNames)) {
      set = new Set();
      for (let i = first; i < names.length; i += 2) set.add(this.#text(names[i] ?? 0, names[i + 1] ?? 0));
      this.#nameSets.set(depth, set);
    }
    if (set !== undefined) {
      const name = this.#text(start, end);
      if (set.has(name)) throw this.#duplicate(start, end);
      set.add(name);
      return;
    }
    for (let i = first; i < names.length; i += 2) {
      const other = names[i] ?? 0;
      if ((names[i + 1] ?? 0) - other === end - start && this.#sameBytes(other, start, end - start)) {
        throw this.#duplicate(start, end);
      }
    }
    names.push(start, end);
  }

  #closeObject(depth: number): void {
    this.#names.length = this.#firstName[depth] ?? 0;
    if (this.#nameSets.size > 0) this.#nameSets.delete(depth);
  }

  #sameBytes(a: number, b: number, length: number): boolean {
    for (let i = 0; i < length; i++) if (this.#bytes[a + i] !== this.#bytes[b + i]) return false;
    return true;
  }

  #text(start: number, end: number): string {
    return String(JSON.parse(this.#bytes.toString("utf8", start, end)));
  }

  #number(at: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let i = bytes[at] === 0x2d ? at + 1 : at;
    if (i >= end) return Unfinished;
    if (bytes[i] === 0x30) i++;
    else i = this.#digits(i);
    if (i === Unfinished) return Unfinished;
    let integer = true;
    if (i < end && bytes[i] === 0x2e) {
      integer = false;
      i = this.#digits(i + 1);
      if (i === Unfinished) return Unfinished;
    }
    if (i < end && ((bytes[i] ?? 0) | 0x20) === 0x65) {
      integer = false;
      i++;
      if (i < end && (bytes[i] === 0x2b || bytes[i] === 0x2d)) i++;
      i = this.#digits(i);
      if (i === Unfinished) return Unfinished;
    }
    // Up to 8999999999999999 a double holds every integer.
    const short = i - at < 16 || (i - at === 16 && (bytes[at] ?? 0) <= 0x38);
    if (!short || !integer) this.#weighNumber(at, i, integer);
    return i;
  }

  #digits(at: number): number {
    const bytes = this.#bytes;
    let i = at;
    while (i < this.#end && (bytes[i] ?? 0) >= 0x30 && (bytes[i] ?? 0) <= 0x39) i++;
    if (i > at) return i;
    if (i >= this.#end) return Unfinished;
    throw this.#fault(i, "a digit");
  }

  #weighNumber(start: number, end: number, integer: boolean): void {
    const text = this.#bytes.toString("latin1", start, end);
    if (integer) {
      if (String(Number(text)) !== text) this.largeIntegers.push(start, end);
    } else if (!Number.isFinite(Number(text))) {
      throw new Fault(start, "E_JSON_NUMBER", "a number within the range of a double", text);
    }
  }

  #word(at: number, word: string): number {
    for (let i = 0; i < word.length; i++) {
      if (at + i >= this.#end) return Unfinished;
      if (this.#bytes[at + i] !== word.charCodeAt(i)) throw this.#fault(at + i, word);
    }
    return at + word.length;
  }

  #fault(at: number, expected: string): Fault {
    return new Fault(at, "E_JSON", expected, describeByte(this.#bytes, at, this.#end, "the end"));
  }

  #tooDeep(at: number): Fault {
    return new Fault(at, "E_LIMIT_DEPTH", `at most ${maximumDepth} levels of nesting`, "one more");
  }

  #duplicate(start: number, end: number): Fault {
    return new Fault(
      start,
      "E_JSON_DUPLICATE",
      "every name once in an object",
      `${this.#bytes.toString("utf8", start, end)} a second time`,
    );
  }
}

function isHexadecimal(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

function isEscape(byte: number): boolean {
  // " \ / b f n r t
  return (
    byte === 0x22 ||
    byte === 0x5c ||
    byte === 0x2f ||
    byte === 0x62 ||
    byte === 0x66 ||
    byte === 0x6e ||
    byte === 0x72 ||
    byte === 0x74
  );
}
