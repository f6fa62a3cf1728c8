/**
 * JSON as Go's `encoding/json` stream decoder reads it, with its error texts: the first value counts and
 * what follows it is ignored, numbers keep their literal text, members keep their order and repetitions.
 * A loop over an explicit stack, so that no nesting overflows the call stack.
 */
export type GoValue =
  | { readonly kind: "null" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "array"; readonly items: GoValue[] }
  | { readonly kind: "object"; readonly members: [name: string, value: GoValue][] };

/** What Go's decoder would have returned as its error. */
export class GoJsonError extends Error {}

const maximalDepth = 10_000;
const codes = {
  quote: 0x22,
  plus: 0x2b,
  comma: 0x2c,
  minus: 0x2d,
  dot: 0x2e,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

type Container = { readonly value: GoValue & { kind: "array" | "object" }; name: string };

export function parseGoJson(bytes: Uint8Array): GoValue {
  return new Parser(bytes).parse();
}

class Parser {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  parse(): GoValue {
    this.#skipSpace();
    if (this.#at >= this.#bytes.length) throw new GoJsonError("EOF");
    const open: Container[] = [];
    for (;;) {
      let value = this.#scalar();
      if (value.kind === "object" || value.kind === "array") {
        if (open.length >= maximalDepth) throw new GoJsonError("exceeded max depth");
        const container: Container = { value, name: "" };
        const closing = value.kind === "object" ? codes.closeBrace : codes.closeBracket;
        if (this.#peekPastSpace() === closing) {
          this.#at++;
        } else {
          if (value.kind === "object") container.name = this.#name();
          open.push(container);
          continue;
        }
      }
      for (;;) {
        const container = open.at(-1);
        if (container === undefined) return value;
        if (container.value.kind === "object") container.value.members.push([container.name, value]);
        else container.value.items.push(value);
        const next = this.#peekPastSpace();
        this.#at++;
        if (next === codes.comma) {
          if (container.value.kind === "object") container.name = this.#name();
          break;
        }
        if (container.value.kind === "object") {
          if (next !== codes.closeBrace) this.#refuse(next, "after object key:value pair");
        } else if (next !== codes.closeBracket) this.#refuse(next, "after array element");
        value = container.value;
        open.pop();
      }
    }
  }

  /** A scalar, or an empty container whose opening bracket has been read. */
  #scalar(): GoValue {
    const byte = this.#peekPastSpace();
    switch (byte) {
      case codes.openBrace:
        this.#at++;
        return { kind: "object", members: [] };
      case codes.openBracket:
        this.#at++;
        return { kind: "array", items: [] };
      case codes.quote:
        return { kind: "string", value: this.#string() };
      case 0x74:
        this.#literal("true");
        return { kind: "bool", value: true };
      case 0x66:
        this.#literal("false");
        return { kind: "bool", value: false };
      case 0x6e:
        this.#literal("null");
        return { kind: "null" };
      default:
        if (byte === codes.minus || isDigit(byte)) return { kind: "number", text: this.#number() };
        return this.#refuse(byte, "looking for beginning of value");
    }
  }

  #name(): string {
    const byte = this.#peekPastSpace();
    if (byte !== codes.quote) this.#refuse(byte, "looking for beginning of object key string");
    const name = this.#string();
    const next = this.#peekPastSpace();
    if (next !== codes.colon) this.#refuse(next, "after object key");
    this.#at++;
    return name;
  }

  #literal(word: string): void {
    for (let i = 0; i < word.length; i++, this.#at++) {
      const byte = this.#peek();
      if (byte !== word.charCodeAt(i)) this.#refuse(byte, `in literal ${word} (expecting '${word[i]}')`);
    }
  }

  #number(): string {
    const start = this.#at;
    if (this.#peek() === codes.minus) {
      this.#at++;
      if (!isDigit(this.#peek())) this.#refuse(this.#peek(), "in numeric literal");
    }
    if (this.#peek() === codes.zero) this.#at++;
    else this.#digits();
    if (this.#bytes[this.#at] === codes.dot) {
      this.#at++;
      if (!isDigit(this.#peek())) this.#refuse(this.#peek(), "after decimal point in numeric literal");
      this.#digits();
    }
    const byte = this.#bytes[this.#at];
    if (byte === 0x65 || byte === 0x45) {
      this.#at++;
      if (this.#peek() === codes.plus || this.#peek() === codes.minus) this.#at++;
      if (!isDigit(this.#peek())) this.#refuse(this.#peek(), "in exponent of numeric literal");
      this.#digits();
    }
    return Buffer.from(this.#bytes.subarray(start, this.#at)).toString("latin1");
  }

  #digits(): void {
    while (isDigit(this.#bytes[this.#at] ?? 0)) this.#at++;
  }

  #string(): string {
    const start = this.#at++;
    let escaped = false;
    for (;;) {
      const byte = this.#peek();
      if (byte < 0x20) this.#refuse(byte, "in string literal");
      this.#at++;
      if (byte === codes.quote) break;
      if (byte === codes.backslash) {
        escaped = true;
        this.#escape();
      }
    }
    // Bytes that are not UTF-8 and surrogates without a partner both become U+FFFD, as in Go.
    const text = Buffer.from(this.#bytes.subarray(start + 1, this.#at - 1)).toString("utf8");
    if (!escaped) return text;
    const unescaped: unknown = JSON.parse(`"${text}"`);
    return String(unescaped).replaceAll(/\p{Surrogate}/gu, "\ufffd");
  }

  #escape(): void {
    const byte = this.#peek();
    this.#at++;
    if (byte !== 0x75) {
      if (!'"\\/bfnrt'.includes(String.fromCharCode(byte))) this.#refuse(byte, "in string escape code");
      return;
    }
    for (let i = 0; i < 4; i++, this.#at++) {
      const digit = this.#peek();
      if (!/[0-9a-fA-F]/.test(String.fromCharCode(digit))) {
        this.#refuse(digit, "in \\u hexadecimal character escape");
      }
    }
  }

  #skipSpace(): void {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return;
      this.#at++;
    }
  }

  #peekPastSpace(): number {
    this.#skipSpace();
    return this.#peek();
  }

  #peek(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new GoJsonError("unexpected EOF");
    return byte;
  }

  #refuse(byte: number, context: string): never {
    throw new GoJsonError(`invalid character ${quoteByte(byte)} ${context}`);
  }
}

function isDigit(byte: number): boolean {
  return byte >= codes.zero && byte <= codes.nine;
}

const namedEscapes = new Map([
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0b, "\\v"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x27, "\\'"],
  [0x5c, "\\\\"],
]);

/** A byte between single quotes, as Go's `strconv.Quote` writes the character of that code point. */
function quoteByte(byte: number): string {
  const named = namedEscapes.get(byte);
  if (named !== undefined) return `'${named}'`;
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, "0")}'`;
  const unprintable = (byte >= 0x80 && byte <= 0xa0) || byte === 0xad;
  return unprintable ? `'\\u00${byte.toString(16)}'` : `'${String.fromCharCode(byte)}'`;
}
