import type { Buffer } from "node:buffer";
import type { History } from "../../history.ts";
import { Fail, Ok } from "../../operation.ts";
import { describeByte, Fault } from "../decoder.ts";
import { integerEnd, integerName, isZero, LineDecoder } from "./line-decoder.ts";
import { ReadHead, WriteHead } from "./micro-operations.ts";
import { TransactionHistory } from "./transaction-history.ts";

const Line = "a line r(key,value,session,transaction) or w(…)";

/**
 * The text of Plume, PolySI and IsoVista: a line `r(key,value,session,transaction)` or `w(…)` an operation, all
 * four integers, the operations of a transaction in order.
 *
 * - The value 0 is the initial one, so it becomes null.
 * - Transaction −1 is one that was aborted, another with each line; its reads say nothing.
 * - Transaction −1 of session −1, which writes initial values, is the initial one, as IsoVista writes it.
 */
export class PlumeDecoder extends LineDecoder {
  readonly #history = new TransactionHistory();
  /** By session: number of the transaction with an id. */
  readonly #transactions: Map<number | string, number>[] = [];
  #session: number | string = "";
  #id: number | string = "";
  /** The transaction whose operations are being written; −1: none. */
  #open = -1;
  #setUp = true;

  build(): History {
    this.#flush();
    return this.#history.build();
  }

  protected line(bytes: Buffer, start: number, end: number): void {
    const read = bytes[start] === 0x72;
    if (!read && bytes[start] !== 0x77) throw unexpected(bytes, start, end);
    const key = after(bytes, start + 1, end, 0x28);
    const keyEnd = integerEnd(bytes, key, end, "E_PLUME", Line);
    const value = after(bytes, keyEnd, end, 0x2c);
    const valueEnd = integerEnd(bytes, value, end, "E_PLUME", Line);
    const session = after(bytes, valueEnd, end, 0x2c);
    const sessionEnd = integerEnd(bytes, session, end, "E_PLUME", Line);
    const id = after(bytes, sessionEnd, end, 0x2c);
    const idEnd = integerEnd(bytes, id, end, "E_PLUME", Line);
    if (after(bytes, idEnd, end, 0x29) !== end) throw unexpected(bytes, idEnd + 1, end);

    const initial = isZero(bytes, value, valueEnd);
    const goesOn = this.#select(
      integerName(bytes, session, sessionEnd),
      integerName(bytes, id, idEnd),
      !read && initial,
    );
    if (!goesOn) return;
    const { operations } = this.#history;
    operations.begin(read ? ReadHead : WriteHead);
    operations.integer(bytes, key, keyEnd);
    operations.comma();
    if (initial) operations.null();
    else operations.integer(bytes, value, valueEnd);
    operations.close();
    if (read || !initial) this.#setUp = false;
  }

  /** Makes the transaction the open one; whether the operation is to be written into it. */
  #select(session: number | string, id: number | string, initialWrite: boolean): boolean {
    if (session === this.#session && id === this.#id && id !== -1) return true;
    this.#flush();
    if (id === -1 && session === -1 && initialWrite) {
      this.#history.note("Transaction −1 of session −1 is the initial one: it comes before everything.");
      return false;
    }
    this.#session = session;
    this.#id = id;
    const number = this.#history.sessions.number(session);
    if (id === -1) {
      this.#open = this.#history.begin(number, Fail);
      this.#setUp = false;
      return true;
    }
    const known = (this.#transactions[number] ??= new Map());
    let transaction = known.get(id);
    if (transaction === undefined) known.set(id, (transaction = this.#history.begin(number, Ok)));
    this.#open = transaction;
    this.#setUp = true;
    return true;
  }

  #flush(): void {
    if (this.#open >= 0) this.#history.flush(this.#open, this.#setUp);
    this.#open = -1;
    this.#session = "";
  }
}

/** The byte behind `at`, where this one must be. */
function after(bytes: Buffer, at: number, end: number, byte: number): number {
  if (at >= end || bytes[at] !== byte) throw unexpected(bytes, at, end);
  return at + 1;
}

function unexpected(bytes: Buffer, at: number, end: number): Fault {
  return new Fault(at, "E_PLUME", Line, describeByte(bytes, at, end, "the end of the line"));
}
