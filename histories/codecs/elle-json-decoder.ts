import type { History } from "../history.ts";
import type { Json, JsonObject } from "../json.ts";
import { brief } from "../schema/schemas.ts";
import { describeByte, Fault, type Decoder, type Places } from "./decoder.ts";
import {
  emptyOperation,
  flatExtra,
  ForeignHistory,
  operationTypeOf,
  type ForeignOperation,
  type ForeignOptions,
} from "./foreign-history.ts";
import { JsonScanner, Unfinished } from "./json-scanner.ts";

/** Where the reader of an array of operations stands. */
type State = "start" | "stream" | "first" | "comma" | "element" | "closed";

/**
 * The JSON of elle-cli: one array of operation objects; or, as `jepsen.history.sim` prints it, one object
 * after another. `type`, `f` and the functions of micro-operations are strings. An integer that a double
 * does not hold exactly becomes `{"#int":"…"}`, as in EDN.
 */
export class ElleJsonDecoder implements Decoder {
  readonly #history: ForeignHistory;
  readonly #scanner = new JsonScanner();
  #state: State = "start";

  constructor(places: Places, options: ForeignOptions = {}) {
    this.#history = new ForeignHistory(places, options);
  }

  decode(bytes: Buffer, start: number, end: number, last: boolean): number {
    let at = start;
    for (;;) {
      while (at < end && isBlank(bytes[at] ?? 0)) at++;
      if (at >= end) {
        if (last && this.#state !== "stream" && this.#state !== "closed") {
          throw new Fault(
            at,
            "E_JSON",
            this.#state === "start" ? "operations" : 'the array\'s "]"',
            "the end of the file",
          );
        }
        return at;
      }
      const byte = bytes[at] ?? 0;
      switch (this.#state) {
        case "start":
          if (byte === 0x5b) at++;
          this.#state = byte === 0x5b ? "first" : "stream";
          break;
        case "first":
          this.#state = byte === 0x5d ? "closed" : "element";
          if (byte === 0x5d) at++;
          break;
        case "comma":
          if (byte !== 0x2c && byte !== 0x5d) throw unexpected(bytes, at, end, '"," or "]"');
          this.#state = byte === 0x2c ? "element" : "closed";
          at++;
          break;
        case "closed":
          throw unexpected(bytes, at, end, "the end of the file after the array");
        case "stream":
        case "element": {
          if (byte !== 0x7b) throw unexpected(bytes, at, end, "an operation object");
          const after = this.#scanner.scan(bytes, at, end);
          if (after === Unfinished) {
            if (last) throw new Fault(end, "E_JSON", "the rest of an operation", "the end of the file");
            return at;
          }
          this.#operation(bytes, at, after);
          at = after;
          if (this.#state === "element") this.#state = "comma";
          break;
        }
      }
    }
  }

  build(): History {
    return this.#history.build();
  }

  #operation(bytes: Buffer, start: number, end: number): void {
    const operation = emptyOperation();
    let value: Json = null;
    const extra: Record<string, Json> = {};
    for (const [name, member] of Object.entries(this.#object(bytes, start, end))) {
      if (name === "value") value = member;
      else if (!take(operation, name, member, start)) {
        Object.defineProperty(extra, name, {
          value: member,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
    }
    if (Object.keys(extra).length > 0) operation.extra = flatExtra(extra, () => true);
    value = this.#history.splitKey(operation, value, start);
    this.#history.add(operation, start);
    this.#history.values.appendJson(value);
  }

  #object(bytes: Buffer, start: number, end: number): JsonObject {
    let text = "";
    let from = start;
    const large = this.#scanner.largeIntegers;
    for (let i = 0; i < large.length; i += 2) {
      const [numberStart = start, numberEnd = start] = large.slice(i, i + 2);
      text += `${bytes.toString("utf8", from, numberStart)}{"#int":"${bytes.toString("latin1", numberStart, numberEnd)}"}`;
      from = numberEnd;
    }
    text += bytes.toString("utf8", from, end);
    const value: unknown = JSON.parse(text);
    // The text begins with a brace.
    return value as JsonObject;
  }
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

function unexpected(bytes: Buffer, at: number, end: number, expected: string): Fault {
  return new Fault(at, "E_JSON", expected, describeByte(bytes, at, end, "the end"));
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
