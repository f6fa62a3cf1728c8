import { decodeColumns } from "../../payload/columns.ts";
import type { BlockEntry } from "../../payload/summary.ts";

export const Ok = 1;
export const Fail = 2;
export const Info = 3;

export const outcomeNames = ["", "ok", "fail", "info"] as const;

/** The operations of the run in columns, in order of invocation; times in nanoseconds since its start. */
export interface Operations {
  readonly rows: number;
  /** Index of the invocation. */
  readonly index: Float64Array;
  /** Index of the completion; that of the invocation when there is none. */
  readonly completion: Float64Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly outcome: Uint8Array;
  readonly process: Float64Array;
  readonly f: Uint16Array;
  /** Number of the key; −1: none. */
  readonly key: Int32Array;
  /** Number of the node; −1: none. */
  readonly node: Int16Array;
}

/** @param origin Time of the first event, which the packed times count from. */
export function readOperations(entry: BlockEntry, bytes: Uint8Array, origin: number): Operations {
  const { rows, columns = [], unit = 1 } = entry;
  const decoded = decodeColumns(rows, columns, bytes);
  const column = (name: string): Float64Array<ArrayBuffer> => {
    const values = decoded.get(name);
    if (values === undefined) throw new Error(`the operations have no column ${name}`);
    return values;
  };
  const index = column("index");
  const completion = column("events");
  const start = column("start");
  const end = column("duration");
  for (let row = 0; row < rows; row++) {
    completion[row]! += index[row] ?? 0;
    end[row] = ((end[row] ?? 0) + (start[row] ?? 0)) * unit + origin;
    start[row] = (start[row] ?? 0) * unit + origin;
  }
  return {
    rows,
    index,
    completion,
    start,
    end,
    outcome: Uint8Array.from(column("outcome")),
    process: column("process"),
    f: Uint16Array.from(column("f")),
    key: Int32Array.from(column("key"), (key) => key - 1),
    node: Int16Array.from(column("node"), (node) => node - 1),
  };
}

/** The row of the operation that event `index` belongs to; −1: none. */
export function rowOfEvent(operations: Operations, index: number): number {
  const row = lastAtMost(operations.index, index);
  if (row >= 0 && operations.index[row] === index) return row;
  // A completion: its invocation is before it, hardly ever far.
  for (let at = row; at >= 0; at--) if (operations.completion[at] === index) return at;
  return -1;
}

/** Position of the last value of an ascending column that is at most `limit`; −1: none. */
export function lastAtMost(column: Float64Array, limit: number, low = 0, high = column.length): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((column[middle] ?? Infinity) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
