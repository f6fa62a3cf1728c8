import type { Buffer } from "node:buffer";
import type { History } from "../../history.ts";
import { isJsonArray, isJsonObject, type Json } from "../../json.ts";
import { brief } from "../../schema/schemas.ts";
import { describeByte, Fault, Incomplete } from "../decoder.ts";
import { EdnReader } from "../edn-reader.ts";
import { parseScanned } from "../json-records-decoder.ts";
import { JsonScanner, Unfinished } from "../json-scanner.ts";
import { LineDecoder } from "./line-decoder.ts";
import { ViperHistory, type ViperOperation } from "./viper-history.ts";

const Code = "E_VIPER";

/**
 * One log of a Viper folder, which holds one for each session: a transaction a line, committed, as JSON
 * `{"value": [["w", key, value, success], ["r", key, value, dead], …]}` or as EDN
 * `{:type :ok :f :txn :value [[:w key value] …]}`, whose lines of other types are no transactions.
 *
 * | micro-operation                                  | means                                               |
 * | ------------------------------------------------ | --------------------------------------------------- |
 * | `w` key value [success]                          | a write, none without success                       |
 * | `r` key value [dead]                             | a read; `dead`: of a value that stands for "deleted" |
 * | `i`, `d` key value read dead success             | a read of `read`, then a write                      |
 * | `range` from to [{id, val} …] [{id, val} …]      | reads of what was there, living and dead, and of nothing elsewhere in the range |
 * | `append` key value                               | an append                                           |
 */
export class ViperDecoder extends LineDecoder {
  readonly #history: ViperHistory;
  readonly #session: number;
  readonly #scanner = new JsonScanner({ oneLine: true });
  readonly #reader = new EdnReader();

  constructor(history: ViperHistory = new ViperHistory(), session: number | string = 0) {
    super();
    this.#history = history;
    this.#session = history.session(session);
  }

  build(): History {
    return this.#history.build();
  }

  protected line(bytes: Buffer, start: number, end: number): void {
    if (bytes[start] !== 0x7b)
      throw new Fault(
        start,
        Code,
        "a transaction object",
        describeByte(bytes, start, end, "the end of the line"),
      );
    let first = start + 1;
    while (first < end && (bytes[first] === 0x20 || bytes[first] === 0x2c)) first++;
    const value = bytes[first] === 0x3a ? this.#edn(bytes, start, end) : this.#json(bytes, start, end);
    if (value === undefined) return;
    const operations = isJsonObject(value) ? value["value"] : undefined;
    if (operations === undefined || !isJsonArray(operations))
      throw new Fault(start, Code, "a transaction with an array of micro-operations, value", brief(value));
    const initial = isJsonObject(value) && value["isInitial"] === true;
    this.#history.add(
      this.#session,
      initial,
      operations.map((operation) => viperOperation(operation, start)),
    );
  }

  #json(bytes: Buffer, start: number, end: number): Json {
    const after = this.#scanner.scan(bytes, start, end);
    if (after === Unfinished) throw new Fault(end, Code, "the rest of a transaction", "the end of the line");
    if (after !== end)
      throw new Fault(after, Code, "the end of the line", describeByte(bytes, after, end, ""));
    return parseScanned(bytes, start, end, this.#scanner);
  }

  /** The map of the line; `undefined` where it is no committed transaction. */
  #edn(bytes: Buffer, start: number, end: number): Json | undefined {
    const reader = this.#reader;
    reader.open(bytes, start, end);
    try {
      const value = reader.value();
      if (reader.blank() >= 0)
        throw new Fault(reader.at, Code, "the end of the line", describeByte(bytes, reader.at, end, ""));
      const type = isJsonObject(value) ? value["type"] : undefined;
      const ok = type === undefined || (isJsonObject(type) && type["#keyword"] === "ok");
      return ok ? value : undefined;
    } catch (error) {
      if (!(error instanceof Incomplete)) throw error;
      throw new Fault(end, Code, "the rest of a transaction", "the end of the line");
    }
  }
}

function viperOperation(operation: Json, at: number): ViperOperation {
  const [head, ...rest] = isJsonArray(operation) ? operation : [];
  const name = typeof head === "string" ? head : "";
  const [key = null, value = null, third = null] = rest;
  switch (name) {
    case "w":
      return { kind: "write", key, value, success: third !== false };
    case "append":
      return { kind: "append", key, value };
    case "r":
      return { kind: "read", key, value: nothing(value) };
    case "i":
    case "d":
      return { kind: "replace", key, value, read: nothing(third), success: rest[4] !== false };
    case "range":
      return {
        kind: "range",
        from: key,
        to: value,
        found: [...records(third, at), ...records(rest[3] ?? [], at)],
      };
    default:
      throw new Fault(at, Code, "micro-operations w, r, i, d, range or append", brief(operation));
  }
}

function records(value: Json, at: number): readonly (readonly [Json, Json])[] {
  if (!isJsonArray(value)) throw new Fault(at, Code, "an array of {id, val} in a range", brief(value));
  return value.map((record) => {
    const { id, val } = isJsonObject(record) ? record : {};
    if (id === undefined || val === undefined)
      throw new Fault(at, Code, "an {id, val} in a range", brief(record));
    return [id, nothing(val)];
  });
}

/** Viper's readers write "nil" for null here and there. */
function nothing(value: Json): Json {
  return value === "nil" ? null : value;
}
