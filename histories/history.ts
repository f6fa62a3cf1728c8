import { canonical, type Json, type JsonObject } from "./json.ts";
import { Info, Invoke, operationTypes, type Operation, type ProcessId } from "./operation.ts";
import { shared } from "./shared.ts";
import type { SharedHistory } from "./shared-history.ts";
import type { ValueTable } from "./value-table.ts";
import type { PairNumbers, ValueBytes, Values } from "./values.ts";

/** What a history says of itself. */
export interface HistoryHeader {
  readonly name?: string;
  readonly workload?: string;
  readonly system?: string;
  readonly seed?: string;
  /** Program name → version. */
  readonly versions?: Readonly<Record<string, string>>;
}

/** The columns of a history of n events; every array has n entries. */
export interface Columns {
  /** Index into `operationTypes`. */
  readonly type: Uint8Array;
  /** Client process, or −1−k for the k-th name of `processNames`. */
  readonly process: Int32Array;
  /** Nanoseconds since the start of the run. */
  readonly time: Float64Array;
  /** Index into `functions`. */
  readonly f: Uint16Array;
  /** Index into `keys`; −1: none. */
  readonly key: Int32Array;
  /** Index into `nodes`; −1: none. */
  readonly node: Int16Array;
  /**
   * The partner of an event: of an invocation its completion, of a completion its invocation; −1: none.
   * Events of named processes pair alternately, as in Jepsen (a fault's start and its end).
   */
  readonly pair: Int32Array;
}

export interface HistoryParts {
  readonly header: HistoryHeader;
  readonly columns: Columns;
  readonly processNames: readonly string[];
  readonly functions: readonly string[];
  readonly keys: readonly Json[];
  readonly nodes: readonly string[];
  readonly values: Values;
  readonly errors: ReadonlyMap<number, Json>;
  readonly extras: ReadonlyMap<number, JsonObject>;
  /** The indices that the source file gave, when they are not 0, 1, 2, … */
  readonly sourceIndex?: Float64Array;
  /** What the reader wants known: a torn last line that was left out, say. */
  readonly notes: readonly string[];
  readonly foreign: boolean;
}

/**
 * A history: what every process did and saw, in the order in which it was recorded. Held in columns, so
 * that a million events cost a few dozen bytes each; `operation(i)` makes a view on demand. Immutable, and
 * lawful by construction: only `HistoryBuilder` and the codecs make one, and both enforce the laws.
 */
export class History {
  readonly header: HistoryHeader;
  readonly columns: Columns;
  readonly processNames: readonly string[];
  readonly functions: readonly string[];
  readonly keys: readonly Json[];
  readonly nodes: readonly string[];
  readonly notes: readonly string[];
  /** Whether another tool recorded it, so that its conventions hold: null may say that nothing is known. */
  readonly foreign: boolean;
  readonly #parts: HistoryParts;

  constructor(parts: HistoryParts) {
    this.header = parts.header;
    this.columns = parts.columns;
    this.processNames = parts.processNames;
    this.functions = parts.functions;
    this.keys = parts.keys;
    this.nodes = parts.nodes;
    this.notes = parts.notes;
    this.foreign = parts.foreign;
    this.#parts = parts;
  }

  /** Number of events. */
  get length(): number {
    return this.columns.type.length;
  }

  /**
   * Whether the source recorded completions only, so that nothing is known of when operations began.
   * Such histories carry no real-time order.
   */
  get completionsOnly(): boolean {
    const { type, process } = this.columns;
    let clients = 0;
    for (let i = 0; i < type.length; i++) {
      if ((process[i] ?? 0) < 0) continue;
      if (type[i] === Invoke) return false;
      clients++;
    }
    return clients > 0;
  }

  value(index: number): Json {
    return this.#parts.values.get(index);
  }

  /** The distinct values of the events, numbered; further values can be given numbers too. */
  get valueTable(): ValueTable {
    return this.#parts.values.table;
  }

  /**
   * The number of each event's value in `valueTable`: equal values, equal numbers. Found in one pass when
   * first asked for, and kept.
   */
  valueNumbers(): Int32Array {
    return this.#parts.values.numbers();
  }

  /** The numbers of the members of each event's value that is a pair, as `valueNumbers`. */
  pairNumbers(): PairNumbers {
    return this.#parts.values.pairs();
  }

  /** The values as JSON text, without a copy; the text of event i is a value that `valueTable.numberOf` takes. */
  valueBytes(): ValueBytes {
    return this.#parts.values.bytes();
  }

  /** A copy for other threads, which make it a history again with `historyOn`. */
  share(): SharedHistory {
    const { values, columns, sourceIndex, ...parts } = this.#parts;
    return {
      parts: {
        ...parts,
        ...(sourceIndex === undefined ? {} : { sourceIndex: shared(sourceIndex) }),
        columns: {
          type: shared(columns.type),
          process: shared(columns.process),
          time: shared(columns.time),
          f: shared(columns.f),
          key: shared(columns.key),
          node: shared(columns.node),
          pair: shared(columns.pair),
        },
      },
      values: values.share(),
    };
  }

  error(index: number): Json | undefined {
    return this.#parts.errors.get(index);
  }

  extra(index: number): JsonObject | undefined {
    return this.#parts.extras.get(index);
  }

  /** The index that the source file gave to event `index`. */
  sourceIndex(index: number): number {
    return this.#parts.sourceIndex?.[index] ?? index;
  }

  f(index: number): string {
    return this.functions[this.columns.f[index] ?? 0] ?? "";
  }

  processOf(index: number): ProcessId {
    const process = this.columns.process[index] ?? 0;
    return process >= 0 ? process : (this.processNames[-1 - process] ?? "");
  }

  isClient(index: number): boolean {
    return (this.columns.process[index] ?? -1) >= 0;
  }

  /** The completion of invocation `index`; −1 when there is none, which means `info` at the end of time. */
  completion(index: number): number {
    return this.columns.pair[index] ?? -1;
  }

  /** How invocation `index` ended: the type code of its completion, `Info` when it has none. */
  outcome(index: number): number {
    const completion = this.completion(index);
    return completion < 0 ? Info : (this.columns.type[completion] ?? Info);
  }

  /** Event `index` as an object. */
  operation(index: number): Operation {
    if (!(Number.isInteger(index) && index >= 0 && index < this.length))
      throw new RangeError(`no operation ${index} in 0..${this.length - 1}`);
    const { columns } = this;
    const key = columns.key[index] ?? -1;
    const node = columns.node[index] ?? -1;
    const error = this.error(index);
    const extra = this.extra(index);
    const type = operationTypes[columns.type[index] ?? 0];
    return {
      index,
      time: columns.time[index] ?? 0,
      process: this.processOf(index),
      type: type ?? "info",
      f: this.f(index),
      ...(key < 0 ? {} : { key: this.keys[key] ?? null }),
      value: this.value(index),
      ...(node < 0 ? {} : { node: this.nodes[node] ?? "" }),
      ...(error === undefined ? {} : { error }),
      ...(extra === undefined ? {} : { extra }),
    };
  }

  *[Symbol.iterator](): Generator<Operation> {
    for (let i = 0; i < this.length; i++) yield this.operation(i);
  }

  /** Indices of the events for which `accept` holds, without making an object of any. */
  select(accept: (index: number) => boolean): Int32Array {
    const chosen = new Int32Array(this.length);
    let count = 0;
    for (let i = 0; i < this.length; i++) if (accept(i)) chosen[count++] = i;
    return chosen.slice(0, count);
  }

  /** Client invocations, in order. */
  invocations(): Int32Array {
    return this.select((i) => this.columns.type[i] === Invoke && this.isClient(i));
  }

  /**
   * The events of clients by independent key, in order of first appearance; those without a key, if any,
   * are the first group. Linear in the history.
   */
  byKey(): { readonly key: Json | undefined; readonly indices: Int32Array }[] {
    const slots = this.keys.length + 1;
    const counts = new Int32Array(slots);
    const { key } = this.columns;
    for (let i = 0; i < this.length; i++) if (this.isClient(i)) counts[(key[i] ?? -1) + 1]!++;
    const groups = Array.from({ length: slots }, (_, slot) => new Int32Array(counts[slot] ?? 0));
    const filled = new Int32Array(slots);
    for (let i = 0; i < this.length; i++) {
      if (!this.isClient(i)) continue;
      const slot = (key[i] ?? -1) + 1;
      groups[slot]![filled[slot]!++] = i;
    }
    return groups
      .map((indices, slot) => ({ key: slot === 0 ? undefined : (this.keys[slot - 1] ?? null), indices }))
      .filter(({ indices }) => indices.length > 0);
  }
}

/** Gives equal values the same small number, in order of first appearance. */
export class Interner<Value> {
  readonly values: Value[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #text: (value: Value) => string;

  constructor(text: (value: Value) => string) {
    this.#text = text;
  }

  static forJson(): Interner<Json> {
    return new Interner(canonical);
  }

  static forNames(): Interner<string> {
    return new Interner((name) => name);
  }

  number(value: Value): number {
    const text = this.#text(value);
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.values.length;
      this.values.push(value);
      this.#numbers.set(text, number);
    }
    return number;
  }
}
