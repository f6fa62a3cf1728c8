import type { History } from "../histories/history.ts";
import type { OperationTable } from "./operations.ts";
import type { ValueRow } from "./payload/summary.ts";
import { count, valueText } from "./text.ts";

/** Runs of up to so many operations carry the values of all of them. */
const AllMax = 25_000;
/** Operations shown around each one that is part of an anomaly. */
const Around = 100;
/** Of a large run, so many operations of its beginning carry values as a sample. */
const Sample = 1000;
/** Characters of one value, and of all values together. */
const ValueMax = 2000;
const TextMax = 12_000_000;

/**
 * What the operations said, for the operations that a reader will look at: all of them in a small run; in
 * a large one those near anomalies and those of the keys that failed, since the text of values costs more
 * than everything else in a report.
 *
 * @param anomalous Indices of events that are part of anomalies.
 */
export function valueRows(
  history: History,
  table: OperationTable,
  anomalous: ReadonlySet<number>,
): { rows: ValueRow[]; note?: string } {
  const chosen = chooseRows(history, table, anomalous);
  const rows: ValueRow[] = [];
  let characters = 0;
  for (let row = 0; row < table.rows && characters < TextMax; row++) {
    if (chosen[row] !== 1) continue;
    const index = table.index[row] ?? 0;
    const completion = table.completion[row] ?? index;
    const error = history.error(completion) ?? history.error(index);
    const value: ValueRow = [
      index,
      valueText(history.value(index), ValueMax),
      completion === index ? null : valueText(history.value(completion), ValueMax),
      error === undefined ? null : valueText(error, ValueMax),
    ];
    characters += value[1].length + (value[2]?.length ?? 0) + (value[3]?.length ?? 0);
    rows.push(value);
  }
  if (rows.length === table.rows) return { rows };
  return {
    rows,
    note:
      `The values of ${count(rows.length)} of ${count(table.rows)} operations are in this file: those near ` +
      `anomalies, those of failing keys, and the first ones. All of them are in the history itself.`,
  };
}

function chooseRows(history: History, table: OperationTable, anomalous: ReadonlySet<number>): Uint8Array {
  const chosen = new Uint8Array(table.rows);
  if (table.rows <= AllMax) return chosen.fill(1);
  chosen.fill(1, 0, Sample);
  const keys = new Set<number>();
  const near: number[] = [];
  for (let row = 0; row < table.rows; row++) {
    const index = table.index[row] ?? 0;
    if (!anomalous.has(index) && !anomalous.has(table.completion[row] ?? index)) continue;
    near.push(row);
    const key = history.columns.key[index] ?? -1;
    if (key >= 0) keys.add(key);
  }
  for (const row of near) chosen.fill(1, Math.max(0, row - Around), row + Around);
  let budget = AllMax;
  for (let row = 0; row < table.rows && budget > 0; row++) {
    if (chosen[row] === 1 || !keys.has(history.columns.key[table.index[row] ?? 0] ?? -1)) continue;
    chosen[row] = 1;
    budget--;
  }
  return chosen;
}
