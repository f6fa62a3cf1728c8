import { HistoryBuilder } from "../../builder.ts";
import type { History } from "../../history.ts";
import { canonical, isJsonArray, isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { Invoke, Ok } from "../../operation.ts";
import { brief } from "../../schema/schemas.ts";
import { Fault } from "../decoder.ts";
import { JsonRecordsDecoder } from "../json-records-decoder.ts";
import { ValueArena } from "../value-arena.ts";
import { integerJson } from "./micro-operations.ts";
import { Sessions } from "./sessions.ts";

const Code = "E_TIMEKILLER";

/** A hybrid logical clock: a physical part and a counter. */
interface Timestamp {
  readonly p: bigint;
  readonly l: bigint;
}

interface Transaction {
  readonly session: number;
  readonly start: Timestamp;
  readonly commit: Timestamp;
  /** Members of the record that have no place of their own, with the timestamps. */
  readonly extra: JsonObject;
}

/**
 * The JSON of TimeKiller (Chronos and Aion): an array of transactions
 * `{"tid", "sid", "sts": {"p", "l"}, "cts": {"p", "l"}, "ops": [{"t", "k", "v"}]}`, all committed, those of a session
 * in order. Operations are `w`/`write`, `r`/`read`, `a`/`append` of whatever case; a value that is left out is null.
 *
 * The initial value is null, or 0 in a file in which nobody read null: then a 0 that nobody wrote becomes null.
 *
 * A transaction is invoked at its start timestamp and completes at its commit timestamp; at equal timestamps
 * commits come first, since a snapshot has what was committed by then. They have no unit, so they give the order
 * of events and no times; as they came they are kept in `extra`. Where they contradict one another (a commit
 * before its start, a transaction that starts before the one before it in its session has committed) they cannot be
 * real time, and the history has completions only.
 */
export class TimeKillerDecoder extends JsonRecordsDecoder {
  readonly #sessions = new Sessions();
  readonly #transactions: Transaction[] = [];
  /** Of each transaction what it was asked, then what it did. */
  readonly #values = new ValueArena();
  /** Values that read 0. */
  readonly #zeroReads: number[] = [];
  /** Keys to which 0 was written, as canonical texts. */
  readonly #zeroWritten = new Set<string>();
  #nullRead = false;

  constructor() {
    super("a transaction");
  }

  build(): History {
    const builder = new HistoryBuilder({}, true);
    const { processes, note } = this.#sessions.processes();
    const f = builder.functions.number("txn");
    const events = this.#events();
    const initialized = this.#nullRead ? new Map<number, number>() : this.#zerosToNull();
    const kept = new Int32Array(events.length);
    if (initialized.size > 0) builder.note("0 is taken for the initial value, where nobody wrote it.");
    events.forEach((event, index) => {
      const transaction = this.#transactions[event >> 1]!;
      const type = (event & 1) === 0 ? Invoke : Ok;
      builder.push(type, processes[transaction.session]!, 0, f, -1, -1);
      if (type === Ok) builder.extra(index, transaction.extra);
      kept[index] = initialized.get(event) ?? event;
    });
    if (this.#transactions.length > 0) {
      builder.note(
        events.length === this.#transactions.length
          ? "Timestamps contradict the order of a session or one another, so they are not taken for real time: nothing is known of the order between sessions."
          : "The order of events is that of the system's timestamps, which have no unit: every operation is at 0 ns.",
      );
    }
    if (note !== undefined) builder.note(note);
    return builder.build(this.#values.rearranged(kept));
  }

  /** Where 0 is the initial value: values with null for each 0 that nobody wrote, by the value they replace. */
  #zerosToNull(): Map<number, number> {
    const replaced = new Map<number, number>();
    for (const index of new Set(this.#zeroReads)) {
      const value = this.#values.get(index);
      if (!isJsonArray(value)) continue;
      replaced.set(index, this.#values.length);
      this.#values.appendJson(
        value.map((operation) => {
          const [name = null, key = null, read = null] = isJsonArray(operation) ? operation : [];
          const initial = name === "r" && read === 0 && !this.#zeroWritten.has(canonical(key));
          return [name, key, initial ? null : read];
        }),
      );
    }
    return replaced;
  }

  protected record(record: JsonObject, at: number): void {
    const { tid, sid, sts, cts, ops, ...others } = record;
    if (!isJsonArray(ops)) throw new Fault(at, Code, "an array ops in every transaction", brief(record));
    const session = typeof sid === "string" || typeof sid === "number" ? sid : largeInteger(sid);
    if (session === undefined)
      throw new Fault(at, Code, "a session sid, a number or a text", brief(sid ?? null));
    const operations = ops.map((operation) => microOperation(operation, at));
    this.#values.appendJson(operations.map(([name, key, value]) => [name, key, name === "r" ? null : value]));
    for (const [name, key, value] of operations) {
      if (value === 0 && name === "w") this.#zeroWritten.add(canonical(key));
      if (value === null && name === "r") this.#nullRead = true;
      if (value === 0 && name === "r") this.#zeroReads.push(this.#values.length);
    }
    this.#values.appendJson(operations);
    this.#transactions.push({
      session: this.#sessions.number(session),
      start: timestamp(sts, "sts", at),
      commit: timestamp(cts, "cts", at),
      extra: { ...(tid === undefined ? {} : { tid }), sts: sts ?? null, cts: cts ?? null, ...others },
    });
  }

  /** Events in order, twice the transaction and one more for its completion; completions only where need be. */
  #events(): Int32Array {
    const transactions = this.#transactions;
    const latest: (Timestamp | undefined)[] = [];
    const consistent = transactions.every(({ session, start, commit }) => {
      const before = latest[session];
      latest[session] = commit;
      return compare(start, commit) <= 0 && (before === undefined || compare(before, start) <= 0);
    });
    if (!consistent) return Int32Array.from(transactions, (_, transaction) => 2 * transaction + 1);
    const order = Int32Array.from({ length: 2 * transactions.length }, (_, event) => event);
    const { physical, logical } = columns(transactions);
    // A transaction of one instant stands between the commits of that instant and the starts.
    const rank = Uint8Array.from(order, (event) => {
      const { start, commit } = transactions[event >> 1]!;
      return compare(start, commit) === 0 ? 1 : (event & 1) === 0 ? 2 : 0;
    });
    return order.toSorted(
      (a, b) => physical[a]! - physical[b]! || logical[a]! - logical[b]! || rank[a]! - rank[b]! || a - b,
    );
  }
}

/** The timestamps of each event as doubles that are in the same order. */
function columns(transactions: readonly Transaction[]): { physical: Float64Array; logical: Float64Array } {
  const parts = (part: (timestamp: Timestamp) => bigint) => {
    const all = BigInt64Array.from(transactions.flatMap(({ start, commit }) => [part(start), part(commit)]));
    const numbers = Float64Array.from(all, Number);
    if (numbers.every(Number.isSafeInteger)) return numbers;
    const rank = new Map<bigint, number>();
    for (const each of all.toSorted()) if (!rank.has(each)) rank.set(each, rank.size);
    return Float64Array.from(all, (each) => rank.get(each)!);
  };
  return { physical: parts(({ p }) => p), logical: parts(({ l }) => l) };
}

function compare(a: Timestamp, b: Timestamp): number {
  if (a.p !== b.p) return a.p < b.p ? -1 : 1;
  return a.l < b.l ? -1 : a.l > b.l ? 1 : 0;
}

function timestamp(value: Json | undefined, name: string, at: number): Timestamp {
  const parts = value !== undefined && isJsonObject(value) ? value : {};
  const p = integer(parts["p"]);
  const l = integer(parts["l"] ?? 0);
  if (p === undefined || l === undefined || BigInt.asIntN(64, p) !== p || BigInt.asIntN(64, l) !== l)
    throw new Fault(at, Code, `a timestamp ${name} of 64-bit integers p and l`, brief(value ?? null));
  return { p, l };
}

/** An integer as a number or, as some write it, as a text. */
function integer(value: Json | undefined): bigint | undefined {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : undefined;
  const digits = typeof value === "string" ? value : largeInteger(value);
  return digits !== undefined && /^-?\d+$/.test(digits) ? BigInt(digits) : undefined;
}

/** The digits of an integer that no double holds. */
function largeInteger(value: Json | undefined): string | undefined {
  const digits = value !== undefined && isJsonObject(value) ? value["#int"] : undefined;
  return typeof digits === "string" ? digits : undefined;
}

function microOperation(operation: Json, at: number): readonly [string, Json, Json] {
  const { t, k, v = null } = isJsonObject(operation) ? operation : {};
  const name = typeof t === "string" ? names.get(t.toLowerCase()) : undefined;
  if (name === undefined || k === undefined || k === null)
    throw new Fault(at, Code, "operations of a type t (w, r or a), a key k and a value v", brief(operation));
  return [name, exact(k), isJsonArray(v) ? v.map(exact) : exact(v)];
}

/** The integer that a text of digits stands for; anything else as it is. */
function exact(value: Json): Json {
  if (typeof value !== "string" || !/^-?\d+$/.test(value)) return value;
  const json: unknown = JSON.parse(integerJson(value));
  return json as Json;
}

const names = new Map([
  ["w", "w"],
  ["write", "w"],
  ["r", "r"],
  ["read", "r"],
  ["a", "append"],
  ["append", "append"],
]);
