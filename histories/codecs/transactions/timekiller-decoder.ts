import { HistoryBuilder } from "../../builder.ts";
import type { History } from "../../history.ts";
import { canonical, isJsonArray, isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { Invoke, Ok } from "../../operation.ts";
import { brief } from "../../schema/schemas.ts";
import { Fault } from "../decoder.ts";
import { JsonRecordsDecoder, parseScanned } from "../json-records-decoder.ts";
import type { JsonScanner } from "../json-scanner.ts";
import { ValueArena } from "../value-arena.ts";
import { AppendHead, integerJson, MicroOperations, ReadHead, WriteHead } from "./micro-operations.ts";
import { Sessions } from "./sessions.ts";
import { digitsOf, Timestamps } from "./timestamps.ts";

const Code = "E_TIMEKILLER";

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
  /** Of each transaction its session, its timestamps, and members that have no place of their own. */
  readonly #session: number[] = [];
  readonly #timestamps = new Timestamps();
  readonly #extra: JsonObject[] = [];
  readonly #operations = new MicroOperations();
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
      const transaction = event >> 1;
      const type = (event & 1) === 0 ? Invoke : Ok;
      builder.push(type, processes[this.#session[transaction]!]!, 0, f, -1, -1);
      if (type === Ok) builder.extra(index, this.#extra[transaction]!);
      kept[index] = initialized.get(event) ?? event;
    });
    if (events.length > 0) {
      builder.note(
        events.length === this.#session.length
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

  protected record(bytes: Buffer, at: number, end: number, scanner: JsonScanner): void {
    const parsed = parseScanned(bytes, at, end, scanner);
    const record = isJsonObject(parsed) ? parsed : {};
    const { sid, ops, sts, cts } = record;
    if (ops === undefined || !isJsonArray(ops))
      throw new Fault(at, Code, "an array ops in every transaction", brief(record));
    const session = typeof sid === "string" || typeof sid === "number" ? sid : digitsOf(sid);
    if (session === undefined)
      throw new Fault(at, Code, "a session sid, a number or a text", brief(sid ?? null));
    this.#session.push(this.#sessions.number(session));
    this.#timestamps.add(sts, "sts", Code, at);
    this.#timestamps.add(cts, "cts", Code, at);
    const extra: Record<string, Json> = {};
    for (const name of Object.keys(record)) {
      if (name !== "sid" && name !== "ops") define(extra, name, record[name] ?? null);
    }
    this.#extra.push(extra);
    this.#write(ops, false, at);
    this.#write(ops, true, at);
  }

  /** Appends what a transaction was asked, or what it did: the results of reads are known then only. */
  #write(ops: readonly Json[], done: boolean, at: number): void {
    const operations = this.#operations;
    operations.clear();
    for (const op of ops) {
      const { t, k, v = null } = isJsonObject(op) ? op : {};
      const head = typeof t === "string" ? (heads.get(t) ?? heads.get(t.toLowerCase())) : undefined;
      if (head === undefined || k === undefined || k === null)
        throw new Fault(at, Code, "operations of a type t (w, r or a), a key k and a value v", brief(op));
      operations.begin(head);
      operations.value(exact(k));
      operations.comma();
      const value = isJsonArray(v) ? v.map(exact) : exact(v);
      if (head === ReadHead && !done) operations.null();
      else operations.value(value);
      operations.close();
      if (done && (value === 0 || value === null)) this.#notice(head === ReadHead, exact(k), value);
    }
    operations.end();
    this.#values.append(operations.text, 0, operations.length);
  }

  /** A null or 0 that was read or written. */
  #notice(read: boolean, key: Json, value: Json): void {
    if (!read && value === 0) this.#zeroWritten.add(canonical(key));
    if (read && value === null) this.#nullRead = true;
    if (read && value === 0) this.#zeroReads.push(this.#values.length);
  }

  /** Events in order, twice the transaction and one more for its completion; completions only where need be. */
  #events(): Int32Array {
    const timestamps = this.#timestamps;
    const latest: (number | undefined)[] = [];
    const consistent = this.#session.every((session, transaction) => {
      const start = 2 * transaction;
      const before = latest[session];
      latest[session] = start + 1;
      return (
        timestamps.compare(start, start + 1) <= 0 &&
        (before === undefined || timestamps.compare(before, start) <= 0)
      );
    });
    return consistent ? timestamps.order() : Int32Array.from(this.#session, (_, index) => 2 * index + 1);
  }
}

/** The integer that a text of digits stands for; anything else as it is. */
function exact(value: Json): Json {
  if (typeof value !== "string" || !/^-?\d+$/.test(value)) return value;
  const json: unknown = JSON.parse(integerJson(value));
  return json as Json;
}

function define(object: Record<string, Json>, name: string, value: Json): void {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

const heads = new Map([
  ["w", WriteHead],
  ["write", WriteHead],
  ["r", ReadHead],
  ["read", ReadHead],
  ["a", AppendHead],
  ["append", AppendHead],
]);
