import { InputError, type Place } from "./errors.ts";
import { History, Interner, type Columns, type HistoryHeader } from "./history.ts";
import type { Json, JsonObject } from "./json.ts";
import { Info, Invoke, operationTypes, type OperationDraft, type ProcessId } from "./operation.ts";
import { ParsedValues, type Values } from "./values.ts";

/** No open operation of a process. */
const Idle = -1;
/** A process that an `info` retired. */
const Retired = -2;

/** What the columns can number. */
const MaximumProcess = 2 ** 31 - 1;
const MaximumFunctions = 2 ** 16;
const MaximumNodes = 2 ** 15;

/**
 * Builds a lawful history event by event, and is the only place where the laws are enforced:
 *
 * 1. Time does not decrease.
 * 2. A client process has at most one open operation; its completion has the same `f` (and key, if it
 *    names one), and comes after its invocation.
 * 3. An `info` retires its process: it does not act again (Jepsen gives the thread a new process number).
 * 4. A completion without an invocation is an error, except in a history with no invocation at all, which
 *    some tools record; such a history is marked `completionsOnly` and has no real-time order.
 * 5. Source indices, where given, are given for all events and increase.
 * 6. A client process is an integer from 0 to 2³¹−1, a time a finite number of nanoseconds.
 *
 * An invocation without a completion is lawful: it counts as `info` at the end of time. Named processes
 * (the nemesis) are under laws 1, 5 and 6 only; their events pair alternately, the first with the second.
 */
export class HistoryBuilder {
  readonly header: HistoryHeader;
  readonly functions = Interner.forNames();
  readonly keys = Interner.forJson();
  readonly nodes = Interner.forNames();
  readonly #names = Interner.forNames();
  readonly #values = new ParsedValues();
  readonly #errors = new Map<number, Json>();
  readonly #extras = new Map<number, JsonObject>();
  readonly #notes: string[] = [];

  #length = 0;
  #type = new Uint8Array(1024);
  #process = new Int32Array(1024);
  #time = new Float64Array(1024);
  #f = new Uint16Array(1024);
  #key = new Int32Array(1024);
  #node = new Int16Array(1024);
  #pair = new Int32Array(1024);
  #sourceIndex: Float64Array | undefined;
  #sourceIndexDense = true;

  /** Open invocation by process; a plain array for the small numbers that processes are. */
  readonly #open: number[] = [];
  readonly #openLarge = new Map<number, number>();
  #completionsOnly: boolean | undefined;

  readonly #foreign: boolean;

  /** `foreign` marks a history that another tool recorded, whose conventions then hold. */
  constructor(header: HistoryHeader = {}, foreign = false) {
    this.header = header;
    this.#foreign = foreign;
  }

  /** Number of events so far; the index of the next one. */
  get length(): number {
    return this.#length;
  }

  /** Adds an event with its value; `place` names where it came from, for the error if it breaks a law. */
  add(operation: OperationDraft, place?: Place): number {
    const type = operationTypes.indexOf(operation.type);
    const index = this.push(
      type,
      this.process(operation.process, place),
      operation.time,
      this.functions.number(operation.f),
      operation.key === undefined ? -1 : this.keys.number(operation.key),
      operation.node === undefined ? -1 : this.nodes.number(operation.node),
      place,
    );
    this.#values.push(operation.value);
    if (operation.error !== undefined) this.#errors.set(index, operation.error);
    if (operation.extra !== undefined) this.#extras.set(index, operation.extra);
    return index;
  }

  /** The column number of a process: itself, or a negative number for a name. */
  process(process: ProcessId, place?: Place): number {
    if (typeof process === "string") return -1 - this.#names.number(process);
    if (!(Number.isInteger(process) && process >= 0 && process <= MaximumProcess)) {
      throw this.#unlawful(
        "E_HISTORY_PROCESS",
        place,
        `a process from 0 to ${MaximumProcess}, or a name`,
        `process ${process}`,
      );
    }
    return process;
  }

  error(index: number, error: Json): void {
    this.#errors.set(index, error);
  }

  extra(index: number, extra: JsonObject): void {
    this.#extras.set(index, extra);
  }

  note(note: string): void {
    this.#notes.push(note);
  }

  /** Records the index that the source file gave to the event about to be pushed (law 5). */
  sourceIndex(given: number | undefined, place?: Place): void {
    const index = this.#length;
    if (given === undefined) {
      if (this.#sourceIndex !== undefined) {
        throw this.#unlawful(
          "E_HISTORY_INDEX",
          place,
          "an index on every operation",
          "an operation without one",
        );
      }
      return;
    }
    if (this.#sourceIndex === undefined) {
      if (index > 0) {
        throw this.#unlawful(
          "E_HISTORY_INDEX",
          place,
          "an index on every operation or on none",
          `index ${given} after operations without one`,
        );
      }
      this.#sourceIndex = new Float64Array(this.#type.length);
    }
    if (index === this.#type.length) this.#grow();
    const previous = index === 0 ? -1 : (this.#sourceIndex[index - 1] ?? -1);
    if (!Number.isSafeInteger(given) || given <= previous) {
      throw this.#unlawful(
        "E_HISTORY_INDEX",
        place,
        `an index above ${previous}, the one before`,
        given === previous ? `index ${given} a second time` : `index ${given}`,
      );
    }
    this.#sourceIndex[index] = given;
    if (given !== index) this.#sourceIndexDense = false;
  }

  /**
   * Adds an event by its column numbers, without a value (codecs that keep values as bytes give them to
   * `build`). Returns its index.
   */
  push(
    type: number,
    process: number,
    time: number,
    f: number,
    key: number,
    node: number,
    place?: Place,
  ): number {
    const index = this.#length;
    if (index === this.#type.length) this.#grow();
    const previous = index === 0 ? 0 : (this.#time[index - 1] ?? 0);
    if (f >= MaximumFunctions || node >= MaximumNodes) {
      throw this.#unlawful(
        "E_LIMIT_NAMES",
        place,
        `at most ${MaximumFunctions} functions and ${MaximumNodes} nodes`,
        f >= MaximumFunctions ? `function ${f + 1}` : `node ${node + 1}`,
      );
    }
    if (!(time >= previous && time < Infinity)) {
      throw this.#unlawful(
        "E_HISTORY_TIME",
        place,
        index === 0
          ? "a time of at least 0 ns"
          : `a time of at least ${previous} ns, that of the operation before`,
        `${time} ns`,
      );
    }
    const partner =
      process >= 0 ? this.#pairClient(index, type, process, f, key, place) : this.#pairNamed(index, process);
    this.#type[index] = type;
    this.#process[index] = process;
    this.#time[index] = time;
    this.#f[index] = f;
    this.#key[index] = key < 0 && partner >= 0 ? (this.#key[partner] ?? -1) : key;
    this.#node[index] = node;
    this.#pair[index] = partner;
    if (partner >= 0) this.#pair[partner] = index;
    this.#length = index + 1;
    return index;
  }

  build(values: Values = this.#values): History {
    const n = this.#length;
    const columns: Columns = {
      type: shortened(this.#type, n),
      process: shortened(this.#process, n),
      time: shortened(this.#time, n),
      f: shortened(this.#f, n),
      key: shortened(this.#key, n),
      node: shortened(this.#node, n),
      pair: shortened(this.#pair, n),
    };
    return new History({
      header: this.header,
      columns,
      processNames: this.#names.values,
      functions: this.functions.values,
      keys: this.keys.values,
      nodes: this.nodes.values,
      values,
      errors: this.#errors,
      extras: this.#extras,
      ...(this.#sourceIndex === undefined || this.#sourceIndexDense
        ? {}
        : { sourceIndex: shortened(this.#sourceIndex, n) }),
      notes: this.#notes,
      foreign: this.#foreign,
    });
  }

  #pairClient(index: number, type: number, process: number, f: number, key: number, place?: Place): number {
    const open = this.#openOf(process);
    if (type === Invoke) {
      if (this.#completionsOnly === true) {
        throw this.#unlawful(
          "E_HISTORY_UNPAIRED",
          place,
          "completions only, as in the operations before",
          `an invocation by process ${process}`,
        );
      }
      this.#completionsOnly = false;
      if (open === Retired) {
        throw this.#unlawful(
          "E_HISTORY_RETIRED",
          place,
          `process ${process} not to act again after its info`,
          `an invocation of ${this.#functionName(f)} by it`,
        );
      }
      if (open !== Idle) {
        throw this.#unlawful(
          "E_HISTORY_DOUBLE_INVOKE",
          place,
          `the completion of operation ${open} (${this.#functionName(this.#f[open] ?? 0)}) before process ${process} invokes again`,
          `a second invocation, of ${this.#functionName(f)}`,
        );
      }
      this.#setOpen(process, index);
      return -1;
    }
    if (open < 0) {
      if (this.#completionsOnly === false) {
        throw this.#unlawful(
          "E_HISTORY_UNPAIRED",
          place,
          `an invocation by process ${process} before its completion`,
          `${operationTypes[type] ?? "?"} ${this.#functionName(f)} with no open invocation`,
        );
      }
      this.#completionsOnly = true;
      return -1;
    }
    if (this.#f[open] !== f) {
      throw this.#unlawful(
        "E_HISTORY_FUNCTION",
        place,
        `a completion of ${this.#functionName(this.#f[open] ?? 0)} (operation ${open})`,
        `${operationTypes[type] ?? "?"} ${this.#functionName(f)}`,
      );
    }
    if (key >= 0 && this.#key[open] !== key) {
      throw this.#unlawful(
        "E_HISTORY_KEY",
        place,
        `the key of its invocation (operation ${open})`,
        "another key",
      );
    }
    this.#setOpen(process, type === Info ? Retired : Idle);
    return open;
  }

  #pairNamed(index: number, process: number): number {
    const open = this.#openLarge.get(process) ?? Idle;
    this.#openLarge.set(process, open === Idle ? index : Idle);
    return open;
  }

  #openOf(process: number): number {
    return (process < 65536 ? this.#open[process] : this.#openLarge.get(process)) ?? Idle;
  }

  #setOpen(process: number, open: number): void {
    if (process < 65536) {
      while (this.#open.length <= process) this.#open.push(Idle);
      this.#open[process] = open;
    } else this.#openLarge.set(process, open);
  }

  #functionName(f: number): string {
    return this.functions.values[f] ?? "?";
  }

  #unlawful(code: string, place: Place | undefined, expected: string, found: string): InputError {
    return new InputError(code, { place: place ?? { line: this.#length + 1 }, expected, found });
  }

  #grow(): void {
    const size = this.#type.length * 2;
    this.#type = enlarged(this.#type, new Uint8Array(size));
    this.#process = enlarged(this.#process, new Int32Array(size));
    this.#time = enlarged(this.#time, new Float64Array(size));
    this.#f = enlarged(this.#f, new Uint16Array(size));
    this.#key = enlarged(this.#key, new Int32Array(size));
    this.#node = enlarged(this.#node, new Int16Array(size));
    this.#pair = enlarged(this.#pair, new Int32Array(size));
    if (this.#sourceIndex !== undefined)
      this.#sourceIndex = enlarged(this.#sourceIndex, new Float64Array(size));
  }
}

/** The first n entries; copied only where that frees much, since a copy is held beside its original. */
function shortened<
  Column extends {
    length: number;
    slice(a: number, b: number): Column;
    subarray(a: number, b: number): Column;
  },
>(column: Column, n: number): Column {
  return n > column.length * 0.75 ? column.subarray(0, n) : column.slice(0, n);
}

function enlarged<Column extends { set(from: Column): void }>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
