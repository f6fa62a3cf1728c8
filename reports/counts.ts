import type { History } from "../histories/history.ts";
import { Fail, Info, Ok } from "../histories/operation.ts";
import type { OperationTable } from "./operations.ts";
import type { Counts, Throughput } from "./payload/summary.ts";
import { cut, printable } from "./text.ts";

/** Functions listed one by one; the rest of a history with more stands under one name. */
const FunctionsMax = 200;

/** How many operations there were, how they ended, and how many ran at once. */
export function countOperations(history: History, table: OperationTable): Counts {
  const tallies = history.functions.map((f) => ({ f: printable(cut(f, 100)), ok: 0, fail: 0, info: 0 }));
  const keys = new Set<number>();
  const processes = new Set<number>();
  for (let row = 0; row < table.rows; row++) {
    const index = table.index[row] ?? 0;
    const tally = tallies[history.columns.f[index] ?? 0];
    if (tally !== undefined) {
      if (table.outcome[row] === Ok) tally.ok++;
      else if (table.outcome[row] === Fail) tally.fail++;
      else tally.info++;
    }
    const key = history.columns.key[index] ?? -1;
    if (key >= 0) keys.add(key);
    processes.add(history.columns.process[index] ?? 0);
  }
  const used = tallies.filter(({ ok, fail, info }) => ok + fail + info > 0);
  const rest = used.slice(FunctionsMax);
  return {
    events: history.length,
    operations: table.rows,
    functions: [
      ...used.slice(0, FunctionsMax),
      ...(rest.length === 0
        ? []
        : [
            rest.reduce(
              (sum, { ok, fail, info }) => ({
                ...sum,
                ok: sum.ok + ok,
                fail: sum.fail + fail,
                info: sum.info + info,
              }),
              { f: `(${rest.length} more)`, ok: 0, fail: 0, info: 0 },
            ),
          ]),
    ],
    keys: keys.size,
    processes: processes.size,
    concurrency: largestConcurrency(history, table),
    start: history.columns.time[0] ?? 0,
    end: history.columns.time[history.length - 1] ?? 0,
  };
}

/** Most operations open at once. An operation of unknown outcome is open until its `info`. */
function largestConcurrency(history: History, table: OperationTable): number {
  if (history.completionsOnly) return 0;
  const change = new Int32Array(history.length + 1);
  for (let row = 0; row < table.rows; row++) {
    const index = table.index[row] ?? 0;
    const completion = table.completion[row] ?? index;
    change[index]!++;
    if (completion !== index) change[completion]!--;
  }
  let open = 0;
  let most = 0;
  for (const step of change) {
    open += step;
    if (open > most) most = open;
  }
  return most;
}

/** Completions in about a hundred windows over the run; an operation without completion counts nowhere. */
export function throughput(history: History, table: OperationTable, windows = 120): Throughput {
  const start = history.columns.time[0] ?? 0;
  const end = history.columns.time[history.length - 1] ?? 0;
  const window = Math.max(1, (end - start) / windows);
  const counts = {
    ok: Array.from({ length: windows }, () => 0),
    fail: Array.from({ length: windows }, () => 0),
    info: Array.from({ length: windows }, () => 0),
  };
  for (let row = 0; row < table.rows; row++) {
    const outcome = table.outcome[row];
    if (outcome === Info && table.completion[row] === table.index[row] && !history.completionsOnly) continue;
    const at = Math.min(windows - 1, Math.floor(((table.end[row] ?? 0) - start) / window));
    if (outcome === Ok) counts.ok[at]!++;
    else if (outcome === Fail) counts.fail[at]!++;
    else counts.info[at]!++;
  }
  return { start, window, ...counts };
}
