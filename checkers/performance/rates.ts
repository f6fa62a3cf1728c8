import type { History } from "../../histories/history.ts";
import { Fail, Info, Ok, type CompletionType } from "../../histories/operation.ts";
import { forEachCompleted } from "./completed.ts";
import { outcomeOf } from "./latency.ts";

/** How many operations a second with one function and outcome completed, window by window. */
export interface RateSeries {
  readonly f: string;
  readonly outcome: CompletionType;
  /** Operations a second; entry k is for the window that begins at k × `windowNanoseconds`. */
  readonly perSecond: readonly number[];
}

/** Completions a second by function and outcome, in windows of equal length over the whole history. */
export function rates(history: History, windowNanoseconds: number): readonly RateSeries[] {
  const { time, f, type } = history.columns;
  const windows = windowCount(history, windowNanoseconds);
  const series = new Map<string, { f: string; outcome: CompletionType; perSecond: number[] }>();
  forEachCompleted(history, (_, completion) => {
    const name = `${f[completion]} ${type[completion]}`;
    let one = series.get(name);
    if (one === undefined) {
      one = {
        f: history.f(completion),
        outcome: outcomeOf(type[completion] ?? 0),
        perSecond: Array.from({ length: windows }, () => 0),
      };
      series.set(name, one);
    }
    const window = Math.floor((time[completion] ?? 0) / windowNanoseconds);
    one.perSecond[window] = (one.perSecond[window] ?? 0) + 1e9 / windowNanoseconds;
  });
  return [...series.values()].toSorted((a, b) => (`${a.f} ${a.outcome}` < `${b.f} ${b.outcome}` ? -1 : 1));
}

/** Operations that ended in a window, and the share of them that succeeded. */
export interface AvailabilityWindow {
  /** When the window begins, in nanoseconds since the start of the run. */
  readonly start: number;
  readonly ended: number;
  /** ok / (ok + fail + info), from 0 to 1; absent when nothing ended, which says nothing either way. */
  readonly share?: number;
}

/** The share of client operations that succeeded, by window of their completion. */
export function availability(history: History, windowNanoseconds: number): readonly AvailabilityWindow[] {
  const { time, type } = history.columns;
  const windows = windowCount(history, windowNanoseconds);
  const ok = new Int32Array(windows);
  const ended = new Int32Array(windows);
  forEachCompleted(history, (_, completion) => {
    const window = Math.floor((time[completion] ?? 0) / windowNanoseconds);
    ended[window]!++;
    if (type[completion] === Ok) ok[window]!++;
  });
  return Array.from(ended, (count, window) => ({
    start: window * windowNanoseconds,
    ended: count,
    ...(count === 0 ? {} : { share: (ok[window] ?? 0) / count }),
  }));
}

/** A stretch of time in which no client operation succeeded although some were tried. */
export interface Outage {
  /** Nanoseconds since the start of the run. */
  readonly start: number;
  readonly end: number;
  /** Operations that ended within without success. */
  readonly unsuccessful: number;
}

/** Stretches of at least `leastNanoseconds` between successes in which operations were tried and none succeeded. */
export function outages(history: History, leastNanoseconds: number): readonly Outage[] {
  const { time, type } = history.columns;
  const found: Outage[] = [];
  let start = 0;
  let unsuccessful = 0;
  const close = (end: number): void => {
    if (unsuccessful > 0 && end - start >= leastNanoseconds) found.push({ start, end, unsuccessful });
    start = end;
    unsuccessful = 0;
  };
  for (let i = 0; i < history.length; i++) {
    if (!history.isClient(i)) continue;
    if (type[i] === Ok) close(time[i] ?? 0);
    else if (type[i] === Fail || type[i] === Info) unsuccessful++;
  }
  close(time[history.length - 1] ?? 0);
  return found;
}

function windowCount(history: History, windowNanoseconds: number): number {
  if (history.length === 0) return 0;
  return Math.floor((history.columns.time[history.length - 1] ?? 0) / windowNanoseconds) + 1;
}
