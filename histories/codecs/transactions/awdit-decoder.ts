import type { Buffer } from "node:buffer";
import type { History } from "../../history.ts";
import { Ok } from "../../operation.ts";
import { describeByte, Fault } from "../decoder.ts";
import { integerEnd, isBlank, isZero, LineDecoder } from "./line-decoder.ts";
import { ReadHead, WriteHead } from "./micro-operations.ts";
import { TransactionHistory } from "./transaction-history.ts";

const Line =
  "a line `r key value` or `w key value`, a line of - between transactions, or of = between sessions";

/**
 * The text in which AWDIT keeps its tests: a line `r key value` or `w key value` an operation, lines of dashes
 * between transactions, lines of equals signs between sessions. The value 0 is the initial one, so it becomes
 * null. What is empty between two separators is no transaction.
 */
export class AwditDecoder extends LineDecoder {
  readonly #history = new TransactionHistory();
  #session = 0;
  #setUp = true;

  build(): History {
    this.#endTransaction();
    return this.#history.build();
  }

  protected line(bytes: Buffer, start: number, end: number): void {
    const first = bytes[start]!;
    if (first === 0x2d || first === 0x3d) {
      for (let at = start; at < end; at++) if (bytes[at] !== first) throw unexpected(bytes, at, end);
      this.#endTransaction();
      if (first === 0x3d && this.#history.sessions.names.length > this.#session) this.#session++;
      return;
    }
    if (first !== 0x72 && first !== 0x77) throw unexpected(bytes, start, end);
    const key = afterBlanks(bytes, start + 1, end);
    const keyEnd = integerEnd(bytes, key, end, "E_AWDIT", Line);
    const value = afterBlanks(bytes, keyEnd, end);
    const valueEnd = integerEnd(bytes, value, end, "E_AWDIT", Line);
    if (valueEnd !== end) throw unexpected(bytes, valueEnd, end);

    const { operations } = this.#history;
    const initial = isZero(bytes, value, valueEnd);
    operations.begin(first === 0x72 ? ReadHead : WriteHead);
    operations.integer(bytes, key, keyEnd);
    operations.comma();
    if (initial) operations.null();
    else operations.integer(bytes, value, valueEnd);
    operations.close();
    if (first === 0x72 || !initial) this.#setUp = false;
  }

  #endTransaction(): void {
    const history = this.#history;
    if (history.operations.count > 0)
      history.flush(history.begin(history.sessions.number(this.#session), Ok), this.#setUp);
    this.#setUp = true;
  }
}

function afterBlanks(bytes: Buffer, at: number, end: number): number {
  let stop = at;
  while (stop < end && isBlank(bytes[stop]!)) stop++;
  if (stop === at) throw unexpected(bytes, at, end);
  return stop;
}

function unexpected(bytes: Buffer, at: number, end: number): Fault {
  return new Fault(at, "E_AWDIT", Line, describeByte(bytes, at, end, "the end of the line"));
}
