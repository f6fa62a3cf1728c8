import type { Json, JsonObject } from "./json.ts";

/**
 * What an event of a history says (Herlihy & Wing 1990; Jepsen's vocabulary): `invoke`, then `ok` (it
 * happened), `fail` (it certainly did not and never will) or `info` (nobody knows, now or ever).
 */
export type OperationType = "invoke" | "ok" | "fail" | "info";
export type CompletionType = Exclude<OperationType, "invoke">;

/** The order is the encoding of the `type` column. */
export const operationTypes = ["invoke", "ok", "fail", "info"] as const satisfies readonly OperationType[];

export const Invoke = 0;
export const Ok = 1;
export const Fail = 2;
export const Info = 3;

/**
 * Who acts. A client is a non-negative integer, a logical single-threaded process; a name, such as
 * `nemesis`, is an actor outside the system's clients, which no checker counts as one.
 */
export type ProcessId = number | string;

/** The process of fault operations. */
export const nemesis = "nemesis";

/** One event of a history. */
export interface Operation {
  /** Position in the history: dense, 0-based. */
  readonly index: number;
  /** Nanoseconds since the start of the run, on a monotonic clock. */
  readonly time: number;
  readonly process: ProcessId;
  readonly type: OperationType;
  /** The function: "read", "write", "cas", "txn", "enqueue", … */
  readonly f: string;
  /** The independent object that the operation acts on, when the history has many. */
  readonly key?: Json;
  /** The argument on invoke, the result on ok, usually the argument on fail and info. */
  readonly value: Json;
  /** The node that the client spoke to. */
  readonly node?: string;
  readonly error?: Json;
  /** Members of other people's operations that have no place above, kept as they came. */
  readonly extra?: JsonObject;
}

/** An operation before it has its place in the history. */
export type OperationDraft = Omit<Operation, "index">;
