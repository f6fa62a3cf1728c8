import type { History } from "../../../histories/history.ts";
import { isJsonArray, type Json } from "../../../histories/json.ts";
import { Fail, Info, Invoke, Ok } from "../../../histories/operation.ts";
import { NullValue } from "../../../histories/value-table.ts";
import {
  Aborted,
  Append,
  Committed,
  Never,
  NoVersion,
  Read,
  ReadList,
  Undetermined,
  Unread,
  Write,
  type Transactions,
} from "../transactions.ts";
import { shortened } from "./growable.ts";
import { malformed, mixedKey } from "./malformed.ts";
import { withRows } from "./rows.ts";
import { areKeyed, valuesOf } from "./keyed-values.ts";
import { meaningOf, withoutVersion } from "./meaning-of-versions.ts";
import {
  Appended,
  MicroOperations,
  ReadAsList,
  ReadPlainly,
  Written,
  type ReadingOfValues,
} from "./micro-operations.ts";
import { openVersionsIn } from "./open-versions.ts";
import { objectShape, pairShape } from "./versioned-value.ts";

export interface TransactionsOptions {
  /**
   * What a completed read of null says in operations of a single read or write: that the register held its initial value,
   * or nothing. Left out, `nothing` in other tools' histories. In transactions null is always the initial value.
   */
  readonly nullReads?: "initial" | "nothing";
  /** Whether the values of single operations are pairs of a key and a value; left out, where that is unmistakable. */
  readonly keyed?: boolean;
}

/**
 * The transactions of the clients. An operation is one if its value is an array of micro-operations, whatever its function; and a
 * `read`, `write` or `cas` of one register (its `key`, or that with which all values are paired) is one of a single micro-operation, or of two. A value of a register may carry its
 * version: as a fourth member of the micro-operation, or by being an object of a `value` and a `version`, or a pair of a version and a
 * value, where nothing else can be meant (`meaningOf`).
 *
 * What a transaction did is told by its completion if that is `ok`, else by its invocation, and then its reads are `Unread`.
 * Throws an `InputError` for any other operation, and for a key that is a list here and a register there.
 */
export function transactionsOf(history: History, options: TransactionsOptions = {}): Transactions {
  const events = transactionEvents(history);
  const isSingle = (event: number): boolean => singles.has(history.f(event));
  const keyed = areKeyed(history, events, isSingle, options.keyed);
  const valueOf = valuesOf(history, keyed);
  let how: ReadingOfValues = { registers: new Set(), objects: true, pairs: false, keyed };
  let read = readAll(history, events, options, how);
  // Arrays that were read are values, not lists, where arrays are written: then all is read again.
  const { keyCount, usage, keys, sawObjects, sawArrays } = read.operations;
  const registers = new Set<number>();
  for (let key = 0; key < keyCount; key++)
    if (isRegister(usage[key]!) && (usage[key]! & ReadAsList) !== 0) registers.add(keys[key]!);
  // So it is where values that seemed to carry versions do not, or others do.
  const objects = sawObjects ? meaningOf(history, events, valueOf, objectShape) : undefined;
  const pairs = sawArrays || registers.size > 0 ? meaningOf(history, events, valueOf, pairShape) : undefined;
  // Of pairs with versions, those of a key that nobody wrote are of a register that held its initial value.
  if (pairs === "versions")
    for (let key = 0; key < keyCount; key++) if ((usage[key]! & Appended) === 0) registers.add(keys[key]!);
  how = {
    ...how,
    registers,
    objects: objects === undefined || objects === "versions",
    pairs: pairs === "versions",
  };
  if (registers.size > 0 || !how.objects || how.pairs) read = readAll(history, events, options, how);
  const transactions = columnsOf(history, events, read);
  return openVersionsIn(transactions, [
    { shape: objectShape, meaning: objects },
    { shape: pairShape, meaning: pairs },
  ]);
}

/** Events of transactions: invocations; completions where the history has no invocations. */
function transactionEvents(history: History): Int32Array {
  const timed = !history.completionsOnly;
  const { type, process } = history.columns;
  const events = new Int32Array(history.length);
  let count = 0;
  for (let i = 0; i < type.length; i++)
    if (process[i]! >= 0 && (type[i] === Invoke) === timed) events[count++] = i;
  return events.slice(0, count);
}

function isRegister(usage: number): boolean {
  return (usage & Appended) === 0 && (usage & (Written | ReadPlainly)) !== 0;
}

/** The micro-operations of all transactions, and which is the first of each. */
interface ReadOperations {
  readonly operations: MicroOperations;
  readonly first: Int32Array;
  readonly openNulls: number;
}

function readAll(
  history: History,
  events: Int32Array,
  options: TransactionsOptions,
  how: ReadingOfValues,
): ReadOperations {
  const operations = new MicroOperations(history, how);
  const { type, pair, key, f } = history.columns;
  const single = history.functions.map((name) => singles.has(name));
  const nullReads = options.nullReads ?? (history.foreign ? "nothing" : "initial");
  const first = new Int32Array(events.length + 1);
  let openNulls = 0;
  for (let t = 0; t < events.length; t++) {
    const event = events[t]!;
    const isInvocation = type[event] === Invoke;
    const completion = isInvocation ? pair[event]! : event;
    const outcome = completion < 0 ? Info : type[completion]!;
    const results = outcome === Ok;
    let told = results ? completion : event;
    if (!results && completion >= 0 && operations.isNull(told)) told = completion;
    const isTransaction = operations.isTransaction(told);
    if (single[f[event]!]! && (how.keyed || !(isTransaction && key[event]! < 0)))
      openNulls += addSingle(history, operations, event, completion, nullReads, how);
    else if (history.f(event) === "init" && operations.isObject(told)) operations.addInitialRows(told);
    else if (isTransaction) {
      const object = key[event]! < 0 ? -1 : history.valueTable.number(history.keys[key[event]!]!);
      operations.addTransaction(told, results, object);
    } else if (results || !operations.isNull(told)) throw malformed(history, told);
    first[t + 1] = operations.count;
  }
  return { operations, first, openNulls: options.nullReads === undefined ? openNulls : 0 };
}

/** Functions of operations that are one micro-operation, or two. */
const singles: ReadonlySet<string> = new Set(["read", "r", "write", "w", "cas"]);

/** Adds a single operation; how many reads of null it has that count as telling nothing. */
function addSingle(
  history: History,
  operations: MicroOperations,
  event: number,
  completion: number,
  nullReads: "initial" | "nothing",
  how: ReadingOfValues,
): number {
  const { type, key: keyColumn } = history.columns;
  const results = completion >= 0 && type[completion] === Ok;
  const key = keyColumn[event]! < 0 ? null : (history.keys[keyColumn[event]!] ?? null);
  const number = operations.keyNumber(how.keyed ? operations.keyOf(event) : history.valueTable.number(key));
  const told = completion >= 0 && (results || operations.isNull(event)) ? completion : event;
  // Some recorders give the value of a write on its invocation only.
  const argument = operations.isNull(event) ? told : event;
  switch (history.f(event)) {
    case "r":
    case "read": {
      const tellsNothing = results && operations.isNull(told) && nullReads === "nothing";
      if (!results || tellsNothing) operations.add(Read, number, Unread);
      else operations.addTold(Read, number, told);
      return tellsNothing ? 1 : 0;
    }
    case "w":
    case "write":
      operations.addTold(Write, number, argument, results ? told : undefined);
      return 0;
    default: {
      const asked = valuesOf(history, how.keyed)(argument);
      const pair = how.pairs ? withoutVersion(asked, pairShape) : asked;
      if (!isJsonArray(pair) || pair.length !== 2) throw malformed(history, argument);
      // A compare-and-set that took effect has read what it compared with; one that did not has found something else.
      operations.add(Read, number, results ? history.valueTable.number(pair[0] ?? null) : Unread);
      const changed = history.valueTable.number(pair[1] ?? null);
      const whole = history.valueTable.number(pair);
      const version = results ? operations.versionTold(told, [changed, whole]) : NoVersion;
      operations.add(Write, number, changed, version);
      return 0;
    }
  }
}

function columnsOf(
  history: History,
  events: Int32Array,
  { operations, first, openNulls }: ReadOperations,
): Transactions {
  const outcomes = outcomesOf(history, events);
  const columns = operations.hasRows
    ? withRows(operations, first, outcomes.status, history.valueTable)
    : operationsIn(operations, first);
  const { kind, key, value } = columns;
  settleKinds(history, events, operations, columns);
  return {
    history,
    count: events.length,
    ...outcomes,
    ...columns,
    keys: shortened(operations.keys, operations.keyCount),
    ...operations.traces.columns(operations.keyCount, value, key, (i) => kind[i] === ReadList),
    ...(openNulls === 0 ? {} : { openNulls }),
  };
}

type Outcomes = Pick<Transactions, "status" | "session" | "sessions" | "begin" | "end" | "timed">;

function outcomesOf(history: History, events: Int32Array): Outcomes {
  const count = events.length;
  const { type, pair, process } = history.columns;
  const timed = !history.completionsOnly;
  const status = new Uint8Array(count);
  const session = new Int32Array(count);
  const begin = new Int32Array(count);
  const end = new Int32Array(count);
  const sessions = new Map<number, number>();
  for (let t = 0; t < count; t++) {
    const event = events[t]!;
    const completion = timed ? pair[event]! : event;
    const outcome = completion < 0 ? Info : type[completion]!;
    status[t] = outcome === Ok ? Committed : outcome === Fail ? Aborted : Undetermined;
    begin[t] = event;
    end[t] = completion < 0 || outcome === Info ? Never : completion;
    let number = sessions.get(process[event]!);
    if (number === undefined) sessions.set(process[event]!, (number = sessions.size));
    session[t] = number;
  }
  return { status, session, sessions: sessions.size, begin, end, timed };
}

type OperationColumns = Pick<
  Transactions,
  "first" | "kind" | "key" | "value" | "version" | "predicate" | "partial"
>;

function operationsIn(operations: MicroOperations, first: Int32Array): OperationColumns {
  const n = operations.count;
  const { version } = operations;
  return {
    first,
    kind: shortened(operations.kind, n),
    key: shortened(operations.key, n),
    value: shortened(operations.value, n),
    ...(version === undefined ? {} : { version: versions(version, n) }),
  };
}

/** Whether a key is a list or a register is known once all is read; then null is an empty list or an initial value. */
function settleKinds(
  history: History,
  events: Int32Array,
  { usage, keys }: MicroOperations,
  { first, kind, key, value }: OperationColumns,
): void {
  for (let i = 0; i < kind.length; i++) {
    const use = usage[key[i]!]!;
    if ((use & (Appended | ReadAsList)) === 0) continue;
    const isList = !isRegister(use);
    if (isList && kind[i] === Read && value[i]! <= NullValue) {
      kind[i] = ReadList;
      continue;
    }
    if (isList ? kind[i] !== Write && kind[i] !== Read : kind[i] !== Append && kind[i] !== ReadList) continue;
    const t = transactionOf(first, i);
    const expected: Json = isList ? "a list" : "a value that is no list";
    const name = history.valueTable.get(keys[key[i]!]!);
    throw mixedKey(history, events[t]!, name, expected);
  }
}

function transactionOf(first: Int32Array, operation: number): number {
  let t = 0;
  while (first[t + 1]! <= operation) t++;
  return t;
}

function versions(version: Float64Array, n: number): Float64Array {
  const all = new Float64Array(n).fill(NoVersion);
  all.set(version.subarray(0, n));
  return all;
}
