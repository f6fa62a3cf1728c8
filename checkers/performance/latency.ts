import type { History } from "../../histories/history.ts";
import { operationTypes, type CompletionType } from "../../histories/operation.ts";
import { forEachCompleted } from "./completed.ts";

export const usualQuantiles = [0.5, 0.95, 0.99, 1] as const;

/** Latencies of the operations with one function and outcome that were invoked in one window of time. */
export interface LatencyWindow {
  readonly f: string;
  readonly outcome: CompletionType;
  /** When the window begins, in nanoseconds since the start of the run. */
  readonly start: number;
  readonly count: number;
  /** Nanoseconds, one for each quantile asked for; by the nearest rank, so each is a latency that occurred. */
  readonly quantiles: readonly number[];
}

/**
 * Latency quantiles of completed client operations by function, outcome and window of the invocation's
 * time; windows without operations are left out. Sorted by function, outcome and time.
 */
export function latencies(
  history: History,
  windowNanoseconds: number,
  quantiles: readonly number[] = usualQuantiles,
): readonly LatencyWindow[] {
  const { time, f, type } = history.columns;
  const groups = new Map<string, { f: string; outcome: CompletionType; start: number; values: number[] }>();
  forEachCompleted(history, (invocation, completion) => {
    const begun = time[invocation] ?? 0;
    const window = Math.floor(begun / windowNanoseconds);
    const name = `${f[invocation]} ${type[completion]} ${window}`;
    let group = groups.get(name);
    if (group === undefined) {
      group = {
        f: history.f(invocation),
        outcome: outcomeOf(type[completion] ?? 0),
        start: window * windowNanoseconds,
        values: [],
      };
      groups.set(name, group);
    }
    group.values.push((time[completion] ?? 0) - begun);
  });
  return [...groups.values()]
    .map(({ values, ...group }) => {
      const sorted = Float64Array.from(values).toSorted();
      return { ...group, count: sorted.length, quantiles: quantiles.map((q) => quantile(sorted, q)) };
    })
    .toSorted((a, b) => compare(a.f, b.f) || compare(a.outcome, b.outcome) || a.start - b.start);
}

/** The least value that at least the share `q` of the sorted values does not exceed; NaN when there is none. */
export function quantile(sorted: Float64Array, q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

export function outcomeOf(type: number): CompletionType {
  const outcome = operationTypes[type];
  return outcome === undefined || outcome === "invoke" ? "info" : outcome;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
