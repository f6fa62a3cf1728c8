import type { Buffer } from "node:buffer";
import type { History } from "../../history.ts";
import { Fail, Ok } from "../../operation.ts";
import { Fault, type Decoder } from "../decoder.ts";
import { MicroOperations, ReadHead, WriteHead } from "./micro-operations.ts";
import { TransactionHistory } from "./transaction-history.ts";

const Code = "E_DBCOP";
const TwoTo32 = 4_294_967_296;
/** `write` u8, `variable` u64, `value` u64, `success` u8. */
const EventBytes = 18;

/** What is read next. */
type State = "parameters" | "info" | "start" | "end" | "sessions" | "session" | "transaction" | "event" | "outcome" | "over"; // prettier-ignore

/**
 * The bincode of dbcop as it was in 2019 (`history.bincode`), integers little-endian: five u64 (id, nodes,
 * variables, transactions, events), three texts (info, start, end), then sessions of transactions of events. Lists
 * and texts begin with their length, a u64; an event is `write` u8, `variable` u64, `value` u64, `success` u8; a
 * transaction ends with `success` u8.
 *
 * - The value 0 is the initial one, so it becomes null.
 * - A transaction without success was aborted.
 * - An event without success did nothing: a read is left out, a write counts as that of an aborted transaction.
 */
export class DbcopBincodeDecoder implements Decoder {
  readonly binary = true;
  readonly #history = new TransactionHistory();
  /** Writes without success in the transaction being read. */
  readonly #failed = new MicroOperations();
  #state: State = "parameters";
  #sessions = 0;
  #transactions = 0;
  #events = 0;
  #session = -1;
  #setUp = true;

  decode(bytes: Buffer, start: number, end: number, last: boolean): number {
    let at = start;
    while (this.#state !== "over") {
      const next = this.#step(bytes, at, end);
      if (next < 0) {
        if (!last) return at;
        throw new Fault(end, Code, this.#missing(), "the end of the file");
      }
      at = next;
    }
    if (at < end) throw new Fault(at, Code, "the end of the file after the last session", "more bytes");
    return at;
  }

  build(): History {
    return this.#history.build();
  }

  /** Takes what comes next at `at`; where it ends, −1 if it is not complete. */
  #step(bytes: Buffer, at: number, end: number): number {
    switch (this.#state) {
      case "parameters":
        if (at + 40 > end) return -1;
        this.#state = "info";
        return at + 40;
      case "info":
      case "start":
      case "end": {
        if (at + 8 > end) return -1;
        const after = at + 8 + length(bytes, at);
        if (after > end) return -1;
        this.#state = this.#state === "info" ? "start" : this.#state === "start" ? "end" : "sessions";
        return after;
      }
      case "sessions":
        if (at + 8 > end) return -1;
        this.#sessions = length(bytes, at);
        this.#nextSession();
        return at + 8;
      case "session":
        if (at + 8 > end) return -1;
        this.#transactions = length(bytes, at);
        this.#session = this.#history.sessions.number(this.#session + 1);
        this.#nextTransaction();
        return at + 8;
      case "transaction":
        if (at + 8 > end) return -1;
        this.#events = length(bytes, at);
        this.#setUp = true;
        this.#state = this.#events > 0 ? "event" : "outcome";
        return at + 8;
      case "event":
        if (at + EventBytes > end) return -1;
        this.#event(bytes, at);
        if (--this.#events === 0) this.#state = "outcome";
        return at + EventBytes;
      case "outcome":
        if (at + 1 > end) return -1;
        this.#endTransaction(truth(bytes, at));
        return at + 1;
      case "over":
        return at;
    }
  }

  #event(bytes: Buffer, at: number): void {
    const write = truth(bytes, at);
    const success = truth(bytes, at + 17);
    if (!success && !write) return;
    const operations = success ? this.#history.operations : this.#failed;
    operations.begin(write ? WriteHead : ReadHead);
    operations.unsigned(bytes.readUInt32LE(at + 5), bytes.readUInt32LE(at + 1));
    operations.comma();
    const low = bytes.readUInt32LE(at + 9);
    const high = bytes.readUInt32LE(at + 13);
    if (low === 0 && high === 0) operations.null();
    else operations.unsigned(high, low);
    operations.close();
    if (!write || low !== 0 || high !== 0) this.#setUp = false;
  }

  #endTransaction(success: boolean): void {
    const history = this.#history;
    history.flush(history.begin(this.#session, success ? Ok : Fail), success && this.#setUp);
    if (this.#failed.count > 0) {
      history.flush(history.begin(this.#session, Fail), false, this.#failed);
    }
    this.#transactions--;
    this.#nextTransaction();
  }

  #nextTransaction(): void {
    if (this.#transactions > 0) this.#state = "transaction";
    else {
      this.#sessions--;
      this.#nextSession();
    }
  }

  #nextSession(): void {
    this.#state = this.#sessions > 0 ? "session" : "over";
  }

  #missing(): string {
    switch (this.#state) {
      case "parameters":
        return "dbcop's five parameters";
      case "info":
      case "start":
      case "end":
        return `the text ${this.#state}`;
      case "sessions":
        return "the number of sessions";
      case "session":
        return `${this.#sessions} more sessions`;
      case "transaction":
        return `${this.#transactions} more transactions in session ${this.#session}`;
      case "event":
        return `${this.#events} more events in transaction ${this.#history.count}`;
      case "outcome":
      case "over":
        return "whether the transaction succeeded";
    }
  }
}

/** The u64 at `at`, a length; beyond 2⁵³ it is only known to be more than any file has. */
function length(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 4) * TwoTo32 + bytes.readUInt32LE(at);
}

function truth(bytes: Buffer, at: number): boolean {
  const byte = bytes[at]!;
  if (byte > 1) throw new Fault(at, Code, "0 or 1", `byte 0x${byte.toString(16).padStart(2, "0")}`);
  return byte === 1;
}
