import type { History } from "../histories/history.ts";
import { Info, Invoke } from "../histories/operation.ts";
import type { ColumnSource } from "./payload/columns.ts";

/** The operations of clients, one row each: invocation and completion together. */
export interface OperationTable {
  readonly rows: number;
  /** Index of the invocation (of the completion, in a history of completions only). */
  readonly index: Float64Array;
  /** Index of the completion; the same as `index` when there is none. */
  readonly completion: Float64Array;
  /** Nanoseconds. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Type code of the completion; `Info` when there is none. */
  readonly outcome: Uint8Array;
}

/** Pairs the client events of a history; linear, in order of invocation. */
export function operationTable(history: History): OperationTable {
  const { type, time } = history.columns;
  const completionsOnly = history.completionsOnly;
  const rowsOf = history.select((i) => history.isClient(i) && (completionsOnly || type[i] === Invoke));
  const rows = rowsOf.length;
  const table = {
    rows,
    index: new Float64Array(rows),
    completion: new Float64Array(rows),
    start: new Float64Array(rows),
    end: new Float64Array(rows),
    outcome: new Uint8Array(rows),
  };
  const last = time[history.length - 1] ?? 0;
  for (let row = 0; row < rows; row++) {
    const index = rowsOf[row] ?? 0;
    const completion = completionsOnly ? index : history.completion(index);
    table.index[row] = index;
    table.completion[row] = completion < 0 ? index : completion;
    table.start[row] = time[index] ?? 0;
    table.end[row] = completion < 0 ? last : (time[completion] ?? 0);
    table.outcome[row] = completionsOnly ? (type[index] ?? Info) : history.outcome(index);
  }
  return table;
}

/**
 * Nanoseconds in one unit of time of the packed columns: as fine as a hundred-millionth of the run, and
 * at most a microsecond. Times below it are noise that does not pack, and no picture can show them.
 */
export function timeUnit(nanoseconds: number): number {
  if (nanoseconds < 1e9) return 1;
  return Math.min(1000, 10 ** Math.floor(Math.log10(nanoseconds / 1e8)));
}

/** The columns of the block `operations`. Times before zero of a foreign history count from `origin`. */
export function operationColumns(
  history: History,
  table: OperationTable,
  unit: number,
): readonly ColumnSource[] {
  const { f, key, node, process } = history.columns;
  const { rows, index, completion } = table;
  const start = new Float64Array(rows);
  const length = new Float64Array(rows);
  const events = new Float64Array(rows);
  const functions = new Uint32Array(rows);
  const keys = new Float64Array(rows);
  const nodes = new Float64Array(rows);
  const processes = new Float64Array(rows);
  const origin = history.columns.time[0] ?? 0;
  for (let row = 0; row < rows; row++) {
    const at = index[row] ?? 0;
    const done = completion[row] ?? at;
    const begin = Math.round(((table.start[row] ?? 0) - origin) / unit);
    start[row] = begin;
    length[row] = Math.max(0, Math.round(((table.end[row] ?? 0) - origin) / unit) - begin);
    events[row] = done - at;
    functions[row] = f[at] ?? 0;
    keys[row] = (key[at] ?? -1) + 1;
    const spokenTo = node[at] ?? -1;
    nodes[row] = (spokenTo >= 0 ? spokenTo : (node[done] ?? -1)) + 1;
    processes[row] = process[at] ?? 0;
  }
  return [
    { name: "index", code: "delta", values: index },
    { name: "start", code: "delta", values: start },
    { name: "duration", code: "plain", values: length },
    { name: "events", code: "plain", values: events },
    { name: "outcome", code: "plain", values: table.outcome },
    { name: "process", code: "plain", values: processes },
    { name: "f", code: "plain", values: functions },
    { name: "key", code: "plain", values: keys },
    { name: "node", code: "plain", values: nodes },
  ];
}
