import { Fail, Info, lastAtMost, Ok, type Operations } from "../report/operations.ts";
import type { Span } from "../report/state.ts";

/** Rows of operations that end inside a span, of one function (−1: all), by outcome. */
export interface Selection {
  readonly span: Span;
  readonly f: number;
}

/**
 * A number of windows that suits a span: many enough to show its shape, few enough that each has some
 * operations to speak of.
 */
export function windowCount(operations: number): number {
  return Math.max(12, Math.min(120, Math.round(Math.sqrt(operations) * 2)));
}

export interface Rates {
  /** Middle of each window, in seconds. */
  readonly x: Float64Array;
  /** Completions a second. */
  readonly ok: Float64Array;
  readonly fail: Float64Array;
  readonly info: Float64Array;
  /** Nanoseconds. */
  readonly window: number;
}

/** Completions a second by outcome, over windows of a span. Operations that never completed count nowhere. */
export function rates(operations: Operations, { span, f }: Selection, windows: number): Rates {
  const window = (span.end - span.start) / windows;
  const result = {
    x: Float64Array.from({ length: windows }, (_, i) => (span.start + (i + 0.5) * window) / 1e9),
    ok: new Float64Array(windows),
    fail: new Float64Array(windows),
    info: new Float64Array(windows),
    window,
  };
  const perSecond = 1e9 / window;
  for (let row = 0; row < operations.rows; row++) {
    if (f >= 0 && operations.f[row] !== f) continue;
    const end = operations.end[row] ?? 0;
    if (end < span.start || end > span.end || operations.completion[row] === operations.index[row]) continue;
    const at = Math.min(windows - 1, Math.floor((end - span.start) / window));
    const outcome = operations.outcome[row];
    if (outcome === Ok) result.ok[at]! += perSecond;
    else if (outcome === Fail) result.fail[at]! += perSecond;
    else if (outcome === Info) result.info[at]! += perSecond;
  }
  return result;
}

export const quantiles = [0.5, 0.95, 0.99, 1] as const;

export interface Latencies {
  /** Middle of each window, in seconds. */
  readonly x: Float64Array;
  /** For each of `quantiles` a value a window, in milliseconds; null: nothing completed. */
  readonly lines: readonly (number | null)[][];
  /** Operations by cell: `cells[column * bins + bin]`, bins from fast to slow on a log scale. */
  readonly cells: Float64Array;
  readonly columns: number;
  readonly bins: number;
  /** Milliseconds at the lower edge of the first bin and the upper edge of the last. */
  readonly low: number;
  readonly high: number;
  readonly most: number;
  readonly count: number;
  /** The quantiles over the whole span, in milliseconds. */
  readonly overall: readonly number[];
}

/** How long operations that were ok took, by when they were invoked. */
export function latencies(
  operations: Operations,
  { span, f }: Selection,
  windows: number,
  columns: number,
  bins: number,
): Latencies {
  const first = lastAtMost(operations.start, span.start - 1) + 1;
  const rows: number[] = [];
  const all: number[] = [];
  for (let row = first; row < operations.rows; row++) {
    const start = operations.start[row] ?? 0;
    if (start > span.end) break;
    if (operations.outcome[row] !== Ok || (f >= 0 && operations.f[row] !== f)) continue;
    rows.push(row);
    all.push(Math.max(1e-6, ((operations.end[row] ?? 0) - start) / 1e6));
  }
  const sorted = Float64Array.from(all).toSorted();
  const low = roundDown(sorted[0] ?? 0.1);
  const high = Math.max(low * 10, roundUp(sorted.at(-1) ?? 1));
  const cells = new Float64Array(columns * bins);
  const length = span.end - span.start;
  const buckets: number[][] = Array.from({ length: windows }, () => []);
  const perBin = bins / Math.log(high / low);
  let most = 1;
  for (const [i, row] of rows.entries()) {
    const share = ((operations.start[row] ?? 0) - span.start) / length;
    const latency = all[i] ?? 0;
    buckets[Math.min(windows - 1, Math.floor(share * windows))]?.push(latency);
    const bin = Math.max(0, Math.min(bins - 1, Math.floor(Math.log(latency / low) * perBin)));
    const cell = Math.min(columns - 1, Math.floor(share * columns)) * bins + bin;
    most = Math.max(most, ++cells[cell]!);
  }
  const lines: (number | null)[][] = quantiles.map(() => []);
  for (const bucket of buckets) {
    const ordered = Float64Array.from(bucket).toSorted();
    for (const [q, share] of quantiles.entries())
      lines[q]?.push(ordered.length === 0 ? null : quantile(ordered, share));
  }
  const x = Float64Array.from(
    { length: windows },
    (_, i) => (span.start + ((i + 0.5) * length) / windows) / 1e9,
  );
  return {
    x,
    lines,
    cells,
    columns,
    bins,
    low,
    high,
    most,
    count: rows.length,
    overall: quantiles.map((share) => quantile(sorted, share)),
  };
}

/** The nearest of 1, 2 and 5 times a power of ten that is at most, or at least, a value. */
function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([5, 2].find((factor) => factor * power <= value) ?? 1) * power;
}

function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((factor) => factor * power >= value) ?? 10) * power;
}

/** The smallest value that at least a share of all are at most (nearest rank). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return NaN;
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** Number of operations of a function, or of all, that end in a span. */
export function countIn(operations: Operations, { span, f }: Selection): number {
  let count = 0;
  for (let row = 0; row < operations.rows; row++) {
    if (f >= 0 && operations.f[row] !== f) continue;
    const end = operations.end[row] ?? 0;
    if (end >= span.start && end <= span.end) count++;
  }
  return count;
}
