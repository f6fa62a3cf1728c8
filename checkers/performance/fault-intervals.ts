import type { History } from "../../histories/history.ts";
import type { FaultBand } from "../../histories/store/test-description.ts";

/** A stretch of time in which a fault was on. */
export interface FaultInterval {
  readonly name: string;
  readonly color: string;
  /** Nanoseconds since the start of the run; the end is absent when the fault was never undone. */
  readonly start: number;
  readonly end?: number;
  /** Indices of the events that applied and undid it. */
  readonly operations: readonly number[];
}

/**
 * When which fault was on, by the functions of the legend. The events of a nemesis come in pairs, the
 * order and its completion; a fault is on from the completion that applied it (or its only event) to the
 * completion that undid it. An event with an error was not applied and counts for nothing. Several starts
 * before a stop pair in order: first with first.
 */
export function faultIntervals(history: History, legend: readonly FaultBand[]): readonly FaultInterval[] {
  const intervals: FaultInterval[] = [];
  const { f: functions, pair, time } = history.columns;
  const applied = history.select((i) => {
    if (history.isClient(i)) return false;
    const partner = pair[i] ?? -1;
    // Tools that record one event a fault have a start paired with its stop: neither is an order.
    const isOrder = partner > i && functions[partner] === functions[i];
    return !isOrder && history.error(i) === undefined;
  });
  for (const { name, color, start, stop } of legend) {
    const open: number[] = [];
    const close = (begin: number, end: number | undefined): void => {
      intervals.push({
        name,
        color,
        start: time[begin] ?? 0,
        ...(end === undefined ? {} : { end: time[end] ?? 0 }),
        operations:
          end === undefined
            ? eventsOf(history, begin)
            : [...eventsOf(history, begin), ...eventsOf(history, end)],
      });
    };
    for (const event of applied) {
      const f = history.f(event);
      if (stop.includes(f)) {
        const begin = open.shift();
        if (begin !== undefined) close(begin, event);
      } else if (start.includes(f)) open.push(event);
    }
    for (const begin of open) close(begin, undefined);
  }
  return intervals.toSorted((a, b) => a.start - b.start);
}

function eventsOf(history: History, completion: number): number[] {
  const order = history.columns.pair[completion] ?? -1;
  return order < 0 || history.f(order) !== history.f(completion) || order > completion
    ? [completion]
    : [order, completion];
}
