import type { History } from "../history.ts";
import { isJsonObject, type Json } from "../json.ts";
import { brief } from "../schema/schemas.ts";
import { ByteTable } from "./byte-table.ts";
import { Fault, type Places } from "./decoder.ts";
import {
  emptyOperation,
  flatExtra,
  ForeignHistory,
  looksLikeTransaction,
  operationTypeOf,
  type ForeignOperation,
  type ForeignOptions,
} from "./foreign-history.ts";
import { isBlank, JsonRecordsDecoder, parseScanned } from "./json-records-decoder.ts";
import type { JsonScanner } from "./json-scanner.ts";

/**
 * The JSON of elle-cli: one array of operation objects; or, as `jepsen.history.sim` prints it, one object
 * after another. `type`, `f` and the functions of micro-operations are strings. An integer that a double
 * does not hold exactly becomes `{"#int":"…"}`, as in EDN.
 */
export class ElleJsonDecoder extends JsonRecordsDecoder {
  readonly #history: ForeignHistory;
  readonly #texts: string[] = [];
  readonly #textTable = new ByteTable();

  constructor(places: Places, options: ForeignOptions = {}) {
    super("an operation");
    this.#history = new ForeignHistory(places, options);
  }

  build(): History {
    return this.#history.build();
  }

  protected record(bytes: Buffer, start: number, end: number, scanner: JsonScanner): void {
    const operation = emptyOperation();
    const extra: Record<string, Json> = {};
    const exact = scanner.largeIntegers.length === 0;
    const record = exact ? undefined : parseScanned(bytes, start, end, scanner);
    let valueStart = -1;
    let valueEnd = -1;
    const { members } = scanner;
    for (let i = 0; i < members.length; i += 4) {
      const name = this.#text(bytes, members[i]!, members[i + 1]!);
      const from = afterBlanks(bytes, members[i + 2]!);
      const to = members[i + 3]!;
      if (name === "value") {
        valueStart = from;
        valueEnd = to;
        continue;
      }
      const member = record === undefined ? this.#member(bytes, from, to) : memberOf(record, name);
      if (!take(operation, name, member, start)) define(extra, name, member);
    }
    if (Object.keys(extra).length > 0) operation.extra = flatExtra(extra, () => true);
    const history = this.#history;
    if (valueStart >= 0 && exact && !history.keyed && bytes[valueStart] !== 0x7b) {
      // No tuple of a key and a value: its bytes are its text.
      history.add(operation, start, beginsLikeTransaction(bytes, valueStart));
      history.values.append(bytes, valueStart, valueEnd);
      return;
    }
    const whole =
      valueStart < 0
        ? null
        : record === undefined
          ? parsed(bytes, valueStart, valueEnd)
          : memberOf(record, "value");
    const value = history.splitKey(operation, whole, start);
    history.add(operation, start, looksLikeTransaction(value));
    history.values.appendJson(value);
  }

  #member(bytes: Buffer, start: number, end: number): Json {
    if (bytes[start] === 0x22) return this.#text(bytes, start, end);
    if (end - start > 15 || (bytes[start] === 0x30 && end - start > 1)) return parsed(bytes, start, end);
    let number = 0;
    for (let at = start; at < end; at++) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) return parsed(bytes, start, end);
      number = 10 * number + digit;
    }
    return number;
  }

  /** A string; the same ones come again and again. */
  #text(bytes: Buffer, start: number, end: number): string {
    const known = this.#textTable.find(bytes, start, end);
    if (known >= 0) return this.#texts[known]!;
    const value = parsed(bytes, start, end);
    const text = typeof value === "string" ? value : "";
    if (this.#texts.length < 4096 && end - start < 256) {
      this.#textTable.add(bytes, start, end, this.#texts.length);
      this.#texts.push(text);
    }
    return text;
  }
}

function parsed(bytes: Buffer, start: number, end: number): Json {
  const value: unknown = JSON.parse(bytes.toString("utf8", start, end));
  // What was scanned is JSON.
  return value as Json;
}

function memberOf(record: Json, name: string): Json {
  return isJsonObject(record) && Object.hasOwn(record, name) ? (record[name] ?? null) : null;
}

function define(object: Record<string, Json>, name: string, value: Json): void {
  // Unlike an assignment, this makes a member of any name, `__proto__` too.
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Whether the value at `at` is an array of arrays. */
function beginsLikeTransaction(bytes: Buffer, at: number): boolean {
  if (bytes[at] !== 0x5b) return false;
  const first = bytes[afterBlanks(bytes, at + 1)];
  return first === 0x5b || first === 0x5d;
}

function afterBlanks(bytes: Buffer, at: number): number {
  while (isBlank(bytes[at] ?? 0)) at++;
  return at;
}

/** Enters a member that has a place of its own; whether it has. */
function take(operation: ForeignOperation, name: string, member: Json, at: number): boolean {
  switch (name) {
    case "index":
      operation.index = member;
      return true;
    case "time":
      operation.time = member;
      return true;
    case "process":
      if (typeof member !== "number" && (typeof member !== "string" || member === "")) {
        throw new Fault(at, "E_OPERATION", "a process that is a number or a name", brief(member));
      }
      operation.process = member;
      return true;
    case "type":
      operation.type = typeof member === "string" ? operationTypeOf(member) : undefined;
      if (operation.type === undefined) {
        throw new Fault(at, "E_OPERATION", "a type of invoke, ok, fail or info", brief(member));
      }
      return true;
    case "f":
      if (typeof member !== "string" || member === "") {
        throw new Fault(at, "E_OPERATION", "an f that is a string", brief(member));
      }
      operation.f = member;
      return true;
    case "key":
      operation.key = member;
      return true;
    case "node":
      if (typeof member === "string") operation.node = member;
      return typeof member === "string";
    case "error":
      operation.error = member;
      return true;
    default:
      return false;
  }
}
