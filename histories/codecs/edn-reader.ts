import { canonical, isJsonArray, type Json } from "../json.ts";
import { describeByte, Fault, Incomplete } from "./decoder.ts";
import { atomOf, characterOf, escapedCharacter } from "./edn-atoms.ts";
import { escapeTag, headsOf, isKeywordName, isTagName, keywordOf, unescaped } from "./edn-mapping.ts";
import { maximumDepth } from "./limits.ts";

/**
 * Reads EDN values from bytes into JSON; `edn-mapping.ts` tells how one stands for the other. Throws
 * `Incomplete` when the bytes end inside a value, a `Fault` at what is not EDN.
 */
export class EdnReader {
  /** The next byte to be read. */
  at = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  #depth = 0;

  open(bytes: Buffer, at: number, end: number): void {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
    this.#depth = 0;
  }

  /** Skips blanks, commas, comments and discarded values; returns the byte it stops at, −1 at the end. */
  blank(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    while (this.at < end) {
      const byte = bytes[this.at] ?? 0;
      if (isBlank(byte)) this.at++;
      else if (byte === 0x3b) {
        const newline = bytes.indexOf(10, this.at);
        if (newline < 0 || newline >= end) return -1;
        this.at = newline + 1;
      } else if (byte === 0x23 && bytes[this.at + 1] === 0x5f && this.at + 1 < end) {
        this.#enter();
        this.at += 2;
        this.value();
        this.#depth--;
      } else return byte;
    }
    return -1;
  }

  value(): Json {
    const byte = this.blank();
    switch (byte) {
      case -1:
        throw new Incomplete();
      case 0x28:
        return this.#sequence(0x29);
      case 0x5b:
        return this.#sequence(0x5d);
      case 0x7b:
        return this.#map("");
      case 0x22:
        return this.#string();
      case 0x5c:
        return { "#char": this.#character() };
      case 0x3a:
        return { "#keyword": this.keyword() };
      case 0x23:
        return this.#dispatch();
      case 0x5e:
        throw this.#fault(this.at, "a value without metadata");
      default:
        return this.#atom();
    }
  }

  /** The name of the keyword at `at`. */
  keyword(): string {
    const start = this.at;
    this.at++;
    const name = this.#token();
    if (isKeywordName(name)) return name;
    throw new Fault(start, "E_EDN", "a keyword", JSON.stringify(`:${name}`));
  }

  /** The tag at `at`, a `#` and a name. */
  tag(): string {
    const start = this.at;
    this.at++;
    const name = this.#token();
    if (isTagName(name)) return name;
    throw new Fault(start, "E_EDN", "a set, a tag or a discarded value", JSON.stringify(`#${name}`));
  }

  #sequence(close: number): Json {
    this.#enter();
    this.at++;
    const items: Json[] = [];
    while (!this.#closes(close)) items.push(this.value());
    this.#depth--;
    return markHeads(items);
  }

  #map(namespace: string): Json {
    this.#enter();
    this.at++;
    const entries: [Json, Json][] = [];
    const seen = new Set<string>();
    while (!this.#closes(0x7d)) {
      const start = this.at;
      const key = this.value();
      if (this.#closes(0x7d)) throw this.#fault(this.at - 1, "a value for the map's last key");
      const value = this.value();
      const qualified = namespace === "" ? key : qualify(key, namespace);
      const text = canonical(qualified);
      if (seen.has(text))
        throw new Fault(start, "E_EDN_DUPLICATE", "every key once in a map", `${text} a second time`);
      seen.add(text);
      entries.push([qualified, value]);
    }
    this.#depth--;
    const names = entries.map(([key]) => keywordOf(key));
    if (names.every((name) => name !== undefined)) {
      return Object.fromEntries(entries.map(([, value], i) => [names[i] ?? "", value]));
    }
    return { "#map": sorted(entries, ([key]) => canonical(key)) };
  }

  #set(): Json {
    this.#enter();
    this.at += 2;
    const items: Json[] = [];
    const seen = new Set<string>();
    while (!this.#closes(0x7d)) {
      const start = this.at;
      const item = this.value();
      const text = canonical(item);
      if (seen.has(text))
        throw new Fault(start, "E_EDN_DUPLICATE", "every element once in a set", `${text} a second time`);
      seen.add(text);
      items.push(item);
    }
    this.#depth--;
    return { "#set": sorted(items, canonical) };
  }

  #dispatch(): Json {
    if (this.at + 1 >= this.#end) throw new Incomplete();
    const start = this.at;
    switch (this.#bytes[this.at + 1] ?? 0) {
      case 0x7b:
        return this.#set();
      case 0x23: {
        this.at += 2;
        const name = this.#token();
        if (name === "Inf" || name === "-Inf" || name === "NaN") return { "#double": name };
        throw new Fault(start, "E_EDN", "##Inf, ##-Inf or ##NaN", JSON.stringify(`##${name}`));
      }
      case 0x3a: {
        this.at++;
        const namespace = this.keyword();
        if (this.blank() === 0x7b) return this.#map(namespace);
        if (this.at >= this.#end) throw new Incomplete();
        throw this.#fault(this.at, "a map after its namespace");
      }
      default: {
        const tag = this.tag();
        this.#enter();
        const value = this.value();
        this.#depth--;
        if (tag === escapeTag && typeof value === "string") {
          const json = unescaped(value);
          if (json !== undefined) return json;
        }
        return { "#tag": tag, value };
      }
    }
  }

  /** Whether the container closes here; passes its closing delimiter if so. */
  #closes(close: number): boolean {
    const byte = this.blank();
    if (byte < 0) throw new Incomplete();
    if (byte === close) {
      this.at++;
      return true;
    }
    if (byte === 0x29 || byte === 0x5d || byte === 0x7d) {
      throw this.#fault(this.at, `"${String.fromCharCode(close)}"`);
    }
    return false;
  }

  #atom(): Json {
    const start = this.at;
    const token = this.#token();
    const value = atomOf(token);
    if (value !== undefined) return value;
    if (token === "") throw this.#fault(start, "an EDN value");
    throw new Fault(start, "E_EDN", "an EDN value", token.length > 60 ? `${token.slice(0, 57)}…` : token);
  }

  /** The characters up to the next delimiter. */
  #token(): string {
    const bytes = this.#bytes;
    const start = this.at;
    let at = start;
    while (at < this.#end && !isDelimiter(bytes[at] ?? 0)) at++;
    // It might go on behind the end of the window.
    if (at >= this.#end) throw new Incomplete();
    this.at = at;
    return bytes.toString("utf8", start, at);
  }

  #string(): string {
    const bytes = this.#bytes;
    const start = this.at + 1;
    let text = "";
    let from = start;
    for (let at = start; at < this.#end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === 0x22) {
        this.at = at + 1;
        return text + bytes.toString("utf8", from, at);
      }
      if (byte !== 0x5c) continue;
      text += bytes.toString("utf8", from, at);
      const slice = bytes.toString("latin1", at, Math.min(at + 6, this.#end));
      const escape = /^\\(?:u([0-9a-fA-F]{4})|([0-3]?[0-7]{1,2})|([tnrbf"\\]))/.exec(slice);
      if (escape === null && at + slice.length === this.#end && /^\\(?:u[0-9a-fA-F]{0,3})?$/.test(slice)) {
        throw new Incomplete();
      }
      if (escape === null) throw this.#fault(at + 1, 'one of t n r b f " \\ u after a backslash');
      text += escapedCharacter(escape);
      from = at + escape[0].length;
      at = from - 1;
    }
    throw new Incomplete();
  }

  #character(): string {
    const start = this.at;
    const end = this.#end;
    if (start + 2 >= end) throw new Incomplete();
    // At least one character, a delimiter maybe, then whatever makes a name of it.
    const first = this.#bytes[start + 1] ?? 0;
    this.at += 1 + (first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1);
    this.#token();
    const name = this.#bytes.toString("utf8", start + 1, this.at);
    const character = characterOf(name);
    if (character === undefined || first <= 0x20) {
      throw new Fault(start, "E_EDN", "a character", JSON.stringify(`\\${name}`));
    }
    return character;
  }

  #enter(): void {
    if (++this.#depth <= maximumDepth) return;
    throw new Fault(this.at, "E_LIMIT_DEPTH", `at most ${maximumDepth} levels of nesting`, "one more");
  }

  #fault(at: number, expected: string): Fault {
    if (at >= this.#end) throw new Incomplete();
    return new Fault(at, "E_EDN", expected, describeByte(this.#bytes, at, this.#end, "the end"));
  }
}

/** Turns the heads of micro-operations into strings, and marks strings that would look like them. */
function markHeads(items: Json[]): Json {
  const heads = headsOf(items);
  if (heads === undefined) return items;
  const names = heads.map(keywordOf);
  if (names.every((name) => name !== undefined))
    return items.map((item, i) => withHead(item, names[i] ?? null));
  if (heads.every((head) => typeof head === "string" && isKeywordName(head))) {
    return items.map((item, i) => withHead(item, { "#string": heads[i] ?? null }));
  }
  return items;
}

function withHead(item: Json, head: Json): Json {
  return isJsonArray(item) ? [head, ...item.slice(1)] : item;
}

/** A key of a namespaced map: `:a` in `#:ns{…}` is `:ns/a`, and `:_/a` is `:a`. */
function qualify(key: Json, namespace: string): Json {
  const name = keywordOf(key);
  if (name === undefined) return key;
  if (name.startsWith("_/")) return { "#keyword": name.slice(2) };
  return name.includes("/") ? key : { "#keyword": `${namespace}/${name}` };
}

function sorted<Item>(items: readonly Item[], text: (item: Item) => string): Item[] {
  return items
    .map((item) => ({ item, key: text(item) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);
}

export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x2c || byte === 0x0d || byte === 0x09 || byte === 0x0c;
}

/** Whether a token ends before this byte. */
export function isDelimiter(byte: number): boolean {
  return (
    isBlank(byte) ||
    byte === 0x28 ||
    byte === 0x29 ||
    byte === 0x5b ||
    byte === 0x5d ||
    byte === 0x7b ||
    byte === 0x7d ||
    byte === 0x22 ||
    byte === 0x3b
  );
}
