import type { Buffer } from "node:buffer";
import type { History } from "../../history.ts";
import { canonical, isJsonArray, isJsonObject, type Json } from "../../json.ts";
import { Fail, Ok } from "../../operation.ts";
import { brief } from "../../schema/schemas.ts";
import { describeByte, Fault, type Decoder } from "../decoder.ts";
import { isBlank, parseScanned } from "../json-records-decoder.ts";
import { JsonScanner, Unfinished } from "../json-scanner.ts";
import { TransactionHistory } from "./transaction-history.ts";

const Code = "E_DBCOP";

/** Where the reader stands; `…OrEnd` right behind an opening bracket. */
type State =
  | "start"
  | "memberOrEnd" | "member" | "afterMember"
  | "sessionOrEnd" | "session" | "afterSession"
  | "transactionOrEnd" | "transaction" | "afterTransaction"
  | "over"; // prettier-ignore

/**
 * dbcop's JSON of 2026: an object whose member `data` is an array of sessions, or that array alone. A session is an
 * array of transactions `{"events": […], "committed": true}`, an event `{"Read": {"variable": V, "version": X}}`,
 * `{"Write": {…}}`, or in short `["r", V, X]`, `["w", V, X]`.
 *
 * - A read of version null saw the initial one; so did a read of 0, unless a committed transaction wrote that.
 * - A transaction that is not committed was aborted.
 */
export class DbcopJsonDecoder implements Decoder {
  readonly #history = new TransactionHistory();
  readonly #scanner = new JsonScanner();
  #state: State = "start";
  /** Whether the sessions are a member of an object. */
  #inObject = false;
  #session = 0;
  /** Whether there was a member `data`. */
  #found = false;
  /** Keys of which a committed transaction wrote version 0, as canonical texts. */
  readonly #zeroWritten = new Set<string>();
  /** Transactions that read a version 0, which may be the initial one. */
  readonly #undecided = new Map<number, readonly MicroOperation[]>();

  decode(bytes: Buffer, start: number, end: number, last: boolean): number {
    let at = start;
    for (;;) {
      while (at < end && isBlank(bytes[at]!)) at++;
      if (at < end) {
        const next = this.#step(bytes, at, end);
        if (next >= 0) {
          at = next;
          continue;
        }
      }
      if (!last) return at;
      if (at < end || this.#state !== "over")
        throw new Fault(end, Code, "the rest of dbcop's history", "the end of the file");
      if (!this.#found) throw new Fault(end, Code, "a member data, the sessions", "an object without it");
      return at;
    }
  }

  build(): History {
    for (const [transaction, operations] of this.#undecided) {
      this.#history.flushValue(
        transaction,
        operations.map(([f, key, value]) =>
          f === "r" && value === 0 && !this.#zeroWritten.has(canonical(key))
            ? [f, key, null]
            : [f, key, value],
        ),
      );
    }
    return this.#history.build();
  }

  /** Takes what stands at `at`; where it ends, −1 if it is not complete. */
  #step(bytes: Buffer, at: number, end: number): number {
    const byte = bytes[at]!;
    switch (this.#state) {
      case "start":
        if (byte !== 0x7b && byte !== 0x5b) throw unexpected(bytes, at, end, "dbcop's history");
        this.#inObject = byte === 0x7b;
        this.#found = !this.#inObject;
        this.#state = this.#inObject ? "memberOrEnd" : "sessionOrEnd";
        return at + 1;
      case "memberOrEnd":
      case "member":
        if (byte === 0x7d && this.#state === "memberOrEnd") return this.#go("over", at + 1);
        return this.#member(bytes, at, end);
      case "afterMember":
        return this.#separator(bytes, at, end, 0x7d, "member", "over");
      case "sessionOrEnd":
      case "session":
        if (byte === 0x5d && this.#state === "sessionOrEnd") return this.#endData(at);
        if (byte !== 0x5b) throw unexpected(bytes, at, end, "an array, a session");
        this.#session = this.#history.sessions.number(this.#history.sessions.names.length);
        return this.#go("transactionOrEnd", at + 1);
      case "afterSession":
        if (byte === 0x5d) return this.#endData(at);
        return this.#separator(bytes, at, end, 0x5d, "session", "over");
      case "transactionOrEnd":
      case "transaction": {
        if (byte === 0x5d && this.#state === "transactionOrEnd") return this.#go("afterSession", at + 1);
        if (byte !== 0x7b) throw unexpected(bytes, at, end, "a transaction object");
        const after = this.#scanner.scan(bytes, at, end);
        if (after === Unfinished) return -1;
        this.#transaction(parseScanned(bytes, at, after, this.#scanner), at);
        return this.#go("afterTransaction", after);
      }
      case "afterTransaction":
        return this.#separator(bytes, at, end, 0x5d, "transaction", "afterSession");
      case "over":
        throw unexpected(bytes, at, end, "the end of the file after the history");
    }
  }

  #go(state: State, at: number): number {
    this.#state = state;
    return at;
  }

  #separator(bytes: Buffer, at: number, end: number, close: number, more: State, closed: State): number {
    if (bytes[at] === 0x2c) return this.#go(more, at + 1);
    if (bytes[at] === close) return this.#go(closed, at + 1);
    throw unexpected(bytes, at, end, `"," or "${String.fromCharCode(close)}"`);
  }

  #endData(at: number): number {
    return this.#go(this.#inObject ? "afterMember" : "over", at + 1);
  }

  /** A member of the outer object up to its value; to its end, unless it is `data`. */
  #member(bytes: Buffer, at: number, end: number): number {
    if (bytes[at] !== 0x22) throw unexpected(bytes, at, end, "a name in quotes");
    const nameEnd = this.#scanner.scan(bytes, at, end);
    if (nameEnd === Unfinished) return -1;
    const name = parseScanned(bytes, at, nameEnd, this.#scanner);
    let value = nameEnd;
    while (value < end && isBlank(bytes[value]!)) value++;
    if (value >= end) return -1;
    if (bytes[value++] !== 0x3a) throw unexpected(bytes, value - 1, end, '":"');
    if (name === "data") {
      while (value < end && isBlank(bytes[value]!)) value++;
      if (value >= end) return -1;
      if (bytes[value] !== 0x5b) throw unexpected(bytes, value, end, "an array, the sessions");
      if (this.#found) throw new Fault(at, "E_JSON_DUPLICATE", "one member data", "a second one");
      this.#found = true;
      return this.#go("sessionOrEnd", value + 1);
    }
    const after = this.#scanner.scan(bytes, value, end);
    // A number might go on behind the end of the window.
    return after === Unfinished || after === end ? -1 : this.#go("afterMember", after);
  }

  #transaction(value: Json, at: number): void {
    const events = isJsonObject(value) ? value["events"] : undefined;
    const committed = isJsonObject(value) ? value["committed"] : undefined;
    if (!isJsonArray(events) || typeof committed !== "boolean") {
      throw new Fault(at, Code, "a transaction with events, an array, and committed", brief(value));
    }
    const operations = events.map((event) => microOperation(event, at));
    const transaction = this.#history.begin(this.#session, committed ? Ok : Fail);
    let undecided = false;
    for (const [f, key, version] of operations) {
      if (version !== 0) continue;
      if (f === "r") undecided = true;
      else if (committed) this.#zeroWritten.add(canonical(key));
    }
    if (undecided) this.#undecided.set(transaction, operations);
    else this.#history.flushValue(transaction, operations);
  }
}

type MicroOperation = readonly [f: "r" | "w", key: Json, version: Json];

function microOperation(event: Json, at: number): MicroOperation {
  const [f, key, version] = parts(event);
  if (key === undefined || key === null || (f !== "r" && f !== "w"))
    throw new Fault(at, Code, "events Read or Write of a variable and a version", brief(event));
  if (f === "w" && (version === undefined || version === null))
    throw new Fault(at, Code, "a version that is written", brief(event));
  return [f, key, version ?? null];
}

function parts(event: Json): readonly (Json | undefined)[] {
  if (isJsonArray(event)) return event.length === 3 ? event : [];
  if (!isJsonObject(event)) return [];
  const [name, ...others] = Object.keys(event);
  const fields = event[name ?? ""];
  if (others.length > 0 || fields === undefined || !isJsonObject(fields)) return [];
  const f = name === "Read" ? "r" : name === "Write" ? "w" : null;
  return [f, fields["variable"], fields["version"]];
}

function unexpected(bytes: Buffer, at: number, end: number, expected: string): Fault {
  return new Fault(at, "E_JSON", expected, describeByte(bytes, at, end, "the end"));
}
