import type { History } from "../history.ts";
import type { Json } from "../json.ts";
import { isJsonObject } from "../json.ts";
import type { ProcessId } from "../operation.ts";
import { brief } from "../schema/schemas.ts";
import { ByteTable } from "./byte-table.ts";
import { describeByte, Fault, Incomplete, type Decoder, type Places } from "./decoder.ts";
import { isKeywordName, keywordOf } from "./edn-mapping.ts";
import { EdnReader, isDelimiter } from "./edn-reader.ts";
import { EdnTranscoder } from "./edn-transcoder.ts";
import {
  emptyOperation,
  flatExtra,
  ForeignHistory,
  looksLikeTransaction,
  operationTypeOf,
  type ForeignOperation,
  type ForeignOptions,
} from "./foreign-history.ts";

/** The records that print operations: `jepsen.history.Op`, `knossos.op.Op`, and those before them. */
const operationTag = /^(?:jepsen|knossos)\.(?:.*\.)?Op$/;

/** Members with a place of their own, in the order of their bits. */
const members = ["index", "time", "process", "type", "f", "key", "value", "node", "error"];

/**
 * The EDN of Jepsen, Knossos and Elle: one vector or list of operations, or one operation after another.
 * An operation is a map, a record `#jepsen.history.Op{…}`, or Knossos's tuple `[process type f value]`.
 * `:type`, `:f` and named processes lose whether they were keywords, strings or symbols. Values stand in
 * JSON as `edn-mapping.ts` tells.
 */
export class EdnDecoder implements Decoder {
  readonly #history: ForeignHistory;
  readonly #reader = new EdnReader();
  readonly #transcoder = new EdnTranscoder();
  /** Names that were read before, so that no string is made of them again. */
  readonly #names: string[] = [];
  readonly #nameTable = new ByteTable();
  #state: "start" | "stream" | "collection" | "closed" = "start";
  #close = 0;

  constructor(places: Places, options: ForeignOptions = {}) {
    this.#history = new ForeignHistory(places, options);
  }

  decode(bytes: Buffer, start: number, end: number, last: boolean): number {
    const reader = this.#reader;
    let at = start;
    try {
      for (;;) {
        reader.open(bytes, at, end);
        const byte = reader.blank();
        if (byte < 0) {
          if (!last) return at;
          if (this.#state === "stream" || this.#state === "closed") return end;
          throw new Incomplete();
        }
        at = reader.at;
        if (this.#state === "start") {
          this.#begin(byte);
          at = reader.at;
          continue;
        }
        if (this.#state === "closed") {
          throw unexpected(bytes, reader.at, end, "the end of the file after the operations");
        }
        if (this.#state === "collection" && byte === this.#close) {
          this.#state = "closed";
          at = reader.at + 1;
          continue;
        }
        this.#operation(bytes, end, byte);
        at = reader.at;
      }
    } catch (error) {
      if (!(error instanceof Incomplete)) throw error;
      if (!last) return at;
      throw new Fault(
        end,
        "E_EDN",
        this.#state === "start" ? "operations" : "the rest of an operation or of their collection",
        "the end of the file",
      );
    }
  }

  build(): History {
    return this.#history.build();
  }

  /** Decides between a collection of operations and a stream of them. */
  #begin(byte: number): void {
    const reader = this.#reader;
    if (byte !== 0x5b && byte !== 0x28) {
      this.#state = "stream";
      return;
    }
    const outer = reader.at;
    reader.at++;
    const inner = reader.blank();
    if (inner < 0) throw new Incomplete();
    // A tuple begins with its process, a collection with an operation.
    const tuple = byte === 0x5b && (inner === 0x3a || (inner >= 0x30 && inner <= 0x39));
    this.#state = tuple ? "stream" : "collection";
    this.#close = byte === 0x5b ? 0x5d : 0x29;
    if (tuple) reader.at = outer;
  }

  #operation(bytes: Buffer, end: number, byte: number): void {
    const reader = this.#reader;
    const start = reader.at;
    if (byte === 0x5b) {
      this.#tuple(start);
      return;
    }
    if (byte === 0x23) {
      const tag = reader.tag();
      if (!operationTag.test(tag)) {
        throw new Fault(start, "E_EDN", "an operation, #jepsen.history.Op{…} maybe", `#${tag}`);
      }
      byte = reader.blank();
      if (byte < 0) throw new Incomplete();
    }
    if (byte !== 0x7b) throw unexpected(bytes, reader.at, end, "an operation map");
    reader.at++;
    this.#map(bytes, end, start);
  }

  #map(bytes: Buffer, end: number, start: number): void {
    const reader = this.#reader;
    const operation = emptyOperation();
    const extra: Record<string, Json> = {};
    let value: Json | undefined;
    let transcoded = false;
    let seen = 0;
    for (;;) {
      const byte = reader.blank();
      if (byte < 0) throw new Incomplete();
      if (byte === 0x7d) break;
      const nameStart = reader.at;
      if (byte !== 0x3a) throw unexpected(bytes, nameStart, end, "a keyword as the name of a member");
      const name = this.#keyword(bytes, end);
      const bit = members.indexOf(name);
      if (bit < 0 ? Object.hasOwn(extra, name) : (seen & (1 << bit)) !== 0) {
        throw new Fault(nameStart, "E_EDN_DUPLICATE", "every key once in a map", `:${name} a second time`);
      }
      if (bit >= 0) seen |= 1 << bit;
      const valueByte = reader.blank();
      if (valueByte < 0) throw new Incomplete();
      if (name === "value") {
        const after = this.#history.keyed ? -1 : this.#transcoder.take(bytes, reader.at, end);
        transcoded = after >= 0;
        if (transcoded) reader.at = after;
        else value = reader.value();
      } else if (!this.#take(operation, name, bytes, end)) {
        const member = reader.value();
        if (name === "node" && typeof member === "string") operation.node = member;
        else define(extra, name, member);
      }
    }
    reader.at++;
    if (Object.keys(extra).length > 0) operation.extra = flatExtra(extra, isKeywordName);
    this.#finish(operation, value, transcoded, start);
  }

  #finish(operation: ForeignOperation, value: Json | undefined, transcoded: boolean, start: number): void {
    const history = this.#history;
    if (transcoded) {
      history.add(operation, start, this.#transcoder.isTransaction);
      history.values.append(this.#transcoder.text, 0, this.#transcoder.length);
      return;
    }
    const rest = history.splitKey(operation, value ?? null, start);
    history.add(operation, start, looksLikeTransaction(rest));
    history.values.appendJson(rest);
  }

  /** Knossos's `[process type f value]`. */
  #tuple(start: number): void {
    const reader = this.#reader;
    reader.at++;
    const items: Json[] = [];
    const starts: number[] = [];
    for (;;) {
      const byte = reader.blank();
      if (byte < 0) throw new Incomplete();
      if (byte === 0x5d) break;
      starts.push(reader.at);
      items.push(reader.value());
    }
    reader.at++;
    const [process = null, type = null, f = null, value = null] = items;
    if (items.length !== 3 && items.length !== 4) {
      throw new Fault(start, "E_EDN", "a tuple [process type f value]", `one of ${items.length} items`);
    }
    const operation = emptyOperation();
    operation.process = processOf(process, starts[0] ?? start);
    operation.type = operationTypeOf(nameOf(type) ?? "");
    if (operation.type === undefined) throw notAType(starts[1] ?? start, type);
    operation.f = functionOf(f, starts[2] ?? start);
    this.#finish(operation, value, false, start);
  }

  /** Reads a member that has a place of its own; whether it has. */
  #take(operation: ForeignOperation, name: string, bytes: Buffer, end: number): boolean {
    const reader = this.#reader;
    const at = reader.at;
    switch (name) {
      case "index":
        operation.index = this.#integer(bytes, end) ?? reader.value();
        return true;
      case "time":
        operation.time = this.#integer(bytes, end) ?? reader.value();
        return true;
      case "process":
        operation.process = this.#integer(bytes, end) ?? processOf(reader.value(), at);
        return true;
      case "type": {
        const type = bytes[at] === 0x3a ? this.#keyword(bytes, end) : reader.value();
        operation.type = operationTypeOf(nameOf(type) ?? "");
        if (operation.type === undefined) throw notAType(at, type);
        return true;
      }
      case "f":
        operation.f = bytes[at] === 0x3a ? this.#keyword(bytes, end) : functionOf(reader.value(), at);
        return true;
      case "key":
        operation.key = reader.value();
        return true;
      case "error":
        operation.error = reader.value();
        return true;
      default:
        return false;
    }
  }

  /** A small integer that is not negative; `undefined`, with nothing read, for anything else. */
  #integer(bytes: Buffer, end: number): number | undefined {
    const start = this.#reader.at;
    let at = start;
    let number = 0;
    for (; at < end && at - start <= 15; at++) {
      const digit = (bytes[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      number = number * 10 + digit;
    }
    const count = at - start;
    if (count === 0 || count > 15 || (count > 1 && bytes[start] === 0x30)) return undefined;
    if (at >= end || !isDelimiter(bytes[at] ?? 0)) return undefined;
    this.#reader.at = at;
    return number;
  }

  /** The keyword that the reader stands before; the same names come again and again. */
  #keyword(bytes: Buffer, end: number): string {
    const reader = this.#reader;
    const start = reader.at;
    let at = start + 1;
    while (at < end && !isDelimiter(bytes[at] ?? 0)) at++;
    if (at >= end) throw new Incomplete();
    const known = this.#nameTable.find(bytes, start + 1, at);
    if (known >= 0) {
      reader.at = at;
      return this.#names[known] ?? "";
    }
    const name = reader.keyword();
    if (this.#names.length < 4096) {
      this.#nameTable.add(bytes, start + 1, at, this.#names.length);
      this.#names.push(name);
    }
    return name;
  }
}

function define(object: Record<string, Json>, name: string, value: Json): void {
  // Unlike an assignment, this makes a member of any name, `__proto__` too.
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/** The name that a keyword, a string or a symbol stands for. */
function nameOf(value: Json): string | undefined {
  if (typeof value === "string") return value;
  const keyword = keywordOf(value);
  if (keyword !== undefined) return keyword;
  const symbol = isJsonObject(value) ? value["#symbol"] : undefined;
  return typeof symbol === "string" ? symbol : undefined;
}

function processOf(value: Json, at: number): ProcessId {
  if (typeof value === "number") return value;
  const name = nameOf(value);
  if (name !== undefined && name !== "") return name;
  throw new Fault(at, "E_OPERATION", "a process that is an integer or a name", brief(value));
}

function functionOf(value: Json, at: number): string {
  const name = nameOf(value);
  if (name !== undefined && name !== "") return name;
  throw new Fault(at, "E_OPERATION", "an :f that is a keyword or a string", brief(value));
}

function notAType(at: number, found: Json): Fault {
  return new Fault(at, "E_OPERATION", "a :type of :invoke, :ok, :fail or :info", brief(found));
}

function unexpected(bytes: Buffer, at: number, end: number, expected: string): Fault {
  return new Fault(at, "E_EDN", expected, describeByte(bytes, at, end, "the end"));
}
