import type { History } from "../history.ts";
import type { Json, JsonObject } from "../json.ts";
import { brief } from "../schema/schemas.ts";
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
import { JsonRecordsDecoder } from "./json-records-decoder.ts";

/**
 * The JSON of elle-cli: one array of operation objects; or, as `jepsen.history.sim` prints it, one object
 * after another. `type`, `f` and the functions of micro-operations are strings. An integer that a double
 * does not hold exactly becomes `{"#int":"…"}`, as in EDN.
 */
export class ElleJsonDecoder extends JsonRecordsDecoder {
  readonly #history: ForeignHistory;

  constructor(places: Places, options: ForeignOptions = {}) {
    super("an operation");
    this.#history = new ForeignHistory(places, options);
  }

  build(): History {
    return this.#history.build();
  }

  protected record(record: JsonObject, start: number): void {
    const operation = emptyOperation();
    let value: Json = null;
    const extra: Record<string, Json> = {};
    for (const [name, member] of Object.entries(record)) {
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
    this.#history.add(operation, start, looksLikeTransaction(value));
    this.#history.values.appendJson(value);
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
