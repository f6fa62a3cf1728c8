import type { History } from "../../histories/history.ts";

// How a transaction ended.
/** It took effect. */
export const Committed = 0;
/** It certainly did not, so that nobody may see its writes. */
export const Aborted = 1;
/** Nobody knows. What it read is not known either. */
export const Undetermined = 2;

// What a micro-operation does.
/** `["r", k, v]`: the register `k` held `v`. */
export const Read = 0;
/** `["w", k, v]`: the register `k` is now `v`. */
export const Write = 1;
/** `["r", k, [a, b, c]]`: the list `k` held these elements. */
export const ReadList = 2;
/** `["append", k, v]`: `v` is now the last element of the list `k`. */
export const Append = 3;

/** `value` of a read whose result is not known. */
export const Unread = -1;
/** `version` of an operation that told none. */
export const NoVersion = -1;
/** `end` of a transaction that did not complete; greater than every event index. */
export const Never = 0x7fffffff;

/**
 * The transactions of a history in columns, in the order of their invocations, and their micro-operations
 * in program order. Nothing is judged yet.
 *
 * The elements of lists are not kept: of each key the longest list that anyone read is its _trace_, and
 * nearly every other list is a prefix of it, so that a length says it all. The others are _deviants_.
 */
export interface Transactions {
  readonly history: History;
  readonly count: number;

  // Per transaction.
  /** `Committed`, `Aborted` or `Undetermined`. */
  readonly status: Uint8Array;
  /** Dense number of its process: sessions are processes. */
  readonly session: Int32Array;
  readonly sessions: number;
  /** Event index of its invocation; of its completion where the history has no invocations. */
  readonly begin: Int32Array;
  /** Event index of its completion, `Never` where there is none or its outcome is not known. */
  readonly end: Int32Array;
  /** Micro-operations `first[t]` to `first[t + 1]` are those of transaction t; `count + 1` entries. */
  readonly first: Int32Array;

  // Per micro-operation.
  /** `Read`, `Write`, `ReadList` or `Append`. */
  readonly kind: Uint8Array;
  /** Number of its key. */
  readonly key: Int32Array;
  /**
   * `Write`, `Append`, `Read`: the number of the value in `history.valueTable` (`NullValue` read: the initial
   * value). `ReadList`: the length of the list if it is a prefix of the trace, −2−d if it is deviant d.
   * `Unread` if the result is not known.
   */
  readonly value: Int32Array;
  /** The version that the system gave to what was read or written, `NoVersion` if none; undefined: no operation has one. */
  readonly version?: Float64Array;
  /**
   * Where rows were read by predicate: of each micro-operation the number of the predicate, −1 if it is of none. A read by
   * predicate is a `Read` of each row that it showed, and of each other row of the history one that is `Unread`: it did
   * not match, or was not there.
   */
  readonly predicate?: Int32Array;
  /** Whether the rows that predicates did not show are left out, since they would be too many. */
  readonly partial?: boolean;

  // Per key.
  /** Number of each key in `history.valueTable`. */
  readonly keys: Int32Array;
  /** Trace of key k: `traceElement[traceFirst[k]]` to `traceFirst[k + 1]`, as numbers of values. */
  readonly traceFirst: Int32Array;
  readonly traceElement: Int32Array;

  // Deviants.
  readonly deviantFirst: Int32Array;
  readonly deviantElement: Int32Array;

  /** How many reads of null count as telling nothing, though they may have told the initial value; see `transactionsOf`. */
  readonly openNulls?: number;

  /** How many operations told what may be a value with its version, or a value as a whole; see `meaningOf`. */
  readonly openVersions?: number;

  /** Whether invocations are known, so that real time is. */
  readonly timed: boolean;
}
