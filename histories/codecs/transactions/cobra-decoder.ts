import type { Buffer } from "node:buffer";
import type { History } from "../../history.ts";
import { Fail, Info, Ok } from "../../operation.ts";
import { Fault, type Decoder } from "../decoder.ts";
import { ReadHead, WriteHead } from "./micro-operations.ts";
import { TransactionHistory } from "./transaction-history.ts";

const Code = "E_COBRA";

const Start = 0x53;
const Commit = 0x43;
const Abort = 0x41;
const Write = 0x57;
const Read = 0x52;
const Padding = 0xff;

// Identifiers that name no transaction and no write, in the lower half of a 64-bit integer whose upper half is 0.
/** The state before the first transaction. */
const Initial = 0xbebeebee;
/** Nothing was there. */
const Nothing = 0xdeadbeef;
/** Given to every write, in logs whose values may repeat: then the value tells, as far as it can. */
const Universal = 0xabddefee;

/**
 * One log of a Cobra folder, which holds one for each session: records of a letter and 64-bit integers,
 * big-endian.
 *
 * | record                                     | bytes |
 * | ------------------------------------------ | ----- |
 * | `S` transaction [time]                     | 9 [17] |
 * | `W` write, key, value                      | 25    |
 * | `R` transaction read from, write, key, value | 33  |
 * | `C` transaction [time], `A` transaction [time] | 9 [17] |
 *
 * - Writes are told apart by their identifiers, so those are the values; keys and values are hashes.
 * - A read from `0xbebeebee` (initial) or `0xdeadbeef` (null) is a read of null: also those of `COBRA_GC_KEY`, whose
 *   writes (`0x23332333`, `0x66666666`) are in no log.
 * - Writes that all are `0xabddefee` are told apart by their values, which then are texts.
 * - Some logs end with bytes 0xFF, which mean nothing. A transaction that the log ends in has an unknown outcome.
 * - Times, where there are any, are of the clients' own clocks: they are kept in `extra` and order nothing.
 */
export class CobraDecoder implements Decoder {
  readonly binary = true;
  readonly #history: TransactionHistory;
  readonly #session: number;
  #started = false;
  #timed = false;
  /** The transaction that was started; −1: none. */
  #open = -1;
  #high = 0;
  #low = 0;
  #begun: number | undefined;
  #ended = false;

  constructor(history: TransactionHistory = new TransactionHistory(), session: number | string = 0) {
    this.#history = history;
    this.#session = history.sessions.number(session);
  }

  decode(bytes: Buffer, start: number, end: number, last: boolean): number {
    let at = start;
    if (!this.#started && at < end) {
      const timed = hasTimes(bytes, at, end);
      if (timed === undefined && !last) return at;
      this.#timed = timed ?? false;
      this.#started = true;
    }
    while (at < end) {
      const letter = bytes[at]!;
      if (letter === Padding || this.#ended) {
        if (letter !== Padding) throw new Fault(at, Code, "nothing after the byte 0xFF", found(letter));
        this.#ended = true;
        at++;
        continue;
      }
      const size = this.#sizeOf(letter);
      if (size === 0) throw new Fault(at, Code, "a record S, R, W, C or A", found(letter));
      if (at + size > end) {
        if (!last) return at;
        const record = String.fromCharCode(letter);
        throw new Fault(end, Code, `the rest of a record ${record} of ${size} bytes`, "the end of the file");
      }
      this.#record(bytes, at, letter);
      at += size;
    }
    if (last && this.#open >= 0) {
      this.#history.note("A log ends inside of a transaction: its outcome is unknown.");
      this.#end(Info);
    }
    return at;
  }

  build(): History {
    return this.#history.build();
  }

  #sizeOf(letter: number): number {
    if (letter === Read) return 33;
    if (letter === Write) return 25;
    return letter === Start || letter === Commit || letter === Abort ? (this.#timed ? 17 : 9) : 0;
  }

  #record(bytes: Buffer, at: number, letter: number): void {
    const history = this.#history;
    const high = bytes.readUInt32BE(at + 1);
    const low = bytes.readUInt32BE(at + 5);
    if (letter === Start) {
      if (this.#open >= 0) throw new Fault(at, Code, "the end of the transaction before", "another one");
      this.#open = history.begin(this.#session, Info);
      this.#high = high;
      this.#low = low;
      this.#begun = this.#timed ? timeAt(bytes, at + 9) : undefined;
      return;
    }
    if (this.#open < 0) throw new Fault(at, Code, "a record S before", found(letter));
    if (letter === Commit || letter === Abort) {
      if (high !== this.#high || low !== this.#low) {
        throw new Fault(at + 1, Code, "the transaction that was started", "another one");
      }
      if (this.#begun !== undefined)
        history.extra(this.#open, { start: this.#begun, end: timeAt(bytes, at + 9) });
      this.#end(letter === Commit ? Ok : Fail);
      return;
    }
    const { operations } = history;
    if (letter === Write) {
      operations.begin(WriteHead);
      operations.signed(bytes.readUInt32BE(at + 9), bytes.readUInt32BE(at + 13));
      operations.comma();
      this.#value(bytes, high, low, at + 17);
    } else {
      operations.begin(ReadHead);
      operations.signed(bytes.readUInt32BE(at + 17), bytes.readUInt32BE(at + 21));
      operations.comma();
      const writeHigh = bytes.readUInt32BE(at + 9);
      const writeLow = bytes.readUInt32BE(at + 13);
      if (isInitial(high, low) || isInitial(writeHigh, writeLow)) operations.null();
      else this.#value(bytes, writeHigh, writeLow, at + 25);
    }
    operations.close();
  }

  /** A write by its identifier, or by its value, which stands at `at`. */
  #value(bytes: Buffer, high: number, low: number, at: number): void {
    const { operations } = this.#history;
    if (high === 0 && low === Universal)
      operations.signedText(bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4));
    else operations.signed(high, low);
  }

  #end(type: number): void {
    this.#history.outcome(this.#open, type);
    this.#history.flush(this.#open);
    this.#open = -1;
  }
}

/**
 * Whether the log that begins at `at` has times: what follows its first record is a letter only if one knows the
 * record's length. `undefined` if too little of it is there.
 */
function hasTimes(bytes: Buffer, at: number, end: number): boolean | undefined {
  if (bytes[at] !== Start) return false;
  if (at + 10 > end) return undefined;
  if (isLetter(bytes[at + 9]!)) return false;
  if (at + 18 > end) return undefined;
  return isLetter(bytes[at + 17]!);
}

function isLetter(byte: number): boolean {
  return byte === Read || byte === Write || byte === Commit || byte === Abort;
}

function isInitial(high: number, low: number): boolean {
  return high === 0 && (low === Initial || low === Nothing);
}

/** Whether `bytes` begin like a log: whole records, as far as they go. */
export function looksLikeCobra(bytes: Buffer): boolean {
  if (bytes[0] !== Start || bytes.length < 10) return false;
  const timed = hasTimes(bytes, 0, bytes.length);
  if (timed === undefined) return false;
  let at = 0;
  while (at < bytes.length) {
    const letter = bytes[at]!;
    if (letter === Padding && at > 0) return true;
    if (letter !== Start && !isLetter(letter)) return false;
    at += letter === Read ? 33 : letter === Write ? 25 : timed ? 17 : 9;
  }
  return true;
}

function timeAt(bytes: Buffer, at: number): number {
  return Number(bytes.readBigInt64BE(at));
}

function found(byte: number): string {
  return `byte 0x${byte.toString(16).padStart(2, "0").toUpperCase()}`;
}
