import { Fail } from "../histories/operation.ts";
import type { History } from "../histories/history.ts";
import { valueText } from "./text.ts";

export interface LaneChartOptions {
  /** Columns. */
  readonly width: number;
  /** The operation that is marked. */
  readonly culprit?: number;
}

/** Labels are cut to this many characters before a chart is given up for being too wide. */
const ShortestLabel = 5;
const LongestLabel = 40;
const Indent = "  ";

interface Bar {
  readonly lane: number;
  readonly label: string;
  readonly begin: number;
  /** Index of its completion; infinite when nobody knows whether it took effect. */
  readonly end: number;
  readonly isCulprit: boolean;
}

/**
 * A few operations in time as text, a line for each process, given by their invocations: what stands to the left of
 * another came before it, what overlaps was at once. Columns are as wide as the labels need, so lengths mean
 * nothing. Empty when it does not fit the width.
 *
 *     process 0  ├ write 1 ┤
 *     process 1             ├ write 2 ┤
 *     process 4                         ├ read → 1 ┤ ✗
 */
export function laneChart(
  history: History,
  operations: readonly number[],
  { width, culprit }: LaneChartOptions,
): string[] {
  const names = laneNames(history, operations);
  const gutter = Indent.length + Math.max(0, ...names.map((name) => name.length)) + 2;
  for (let longest = LongestLabel; longest >= ShortestLabel; longest--) {
    const bars = operations.map((operation) => barOf(history, operation, names, longest, culprit));
    const columns = columnsOf(bars);
    const lines = names.map((name, lane) => {
      const drawn = draw(
        bars.filter((bar) => bar.lane === lane),
        columns,
      );
      return `${Indent}${name.padEnd(gutter - Indent.length)}${drawn}`;
    });
    if (lines.every((line) => line.length <= width)) return lines;
  }
  return [];
}

function laneNames(history: History, operations: readonly number[]): string[] {
  const processes = new Set(operations.map((operation) => history.processOf(operation)));
  return [...processes].toSorted((a, b) => Number(a) - Number(b)).map((process) => `process ${process}`);
}

function barOf(
  history: History,
  operation: number,
  names: readonly string[],
  longest: number,
  culprit: number | undefined,
): Bar {
  const completion = history.completion(operation);
  const isKnown = completion >= 0 && history.columns.type[completion] === 1;
  const failed = completion >= 0 && history.columns.type[completion] === Fail;
  const text = labelOf(history, operation, isKnown ? completion : -1);
  return {
    lane: names.indexOf(`process ${history.processOf(operation)}`),
    label: text.length <= longest ? text : `${text.slice(0, longest - 1)}…`,
    begin: operation,
    end: isKnown || failed ? completion : Infinity,
    isCulprit: operation === culprit,
  };
}

/** "write 4", "read → 2", "cas [1,2]" */
function labelOf(history: History, operation: number, completion: number): string {
  const { f, value } = history.operation(operation);
  const argument = value === null ? "" : ` ${valueText(value, LongestLabel)}`;
  if (completion < 0) return `${f}${argument}`;
  const result = history.value(completion);
  const answered = valueText(result, LongestLabel);
  return value !== null && (result === null || ` ${answered}` === argument)
    ? `${f}${argument}`
    : `${f}${argument} → ${answered}`;
}

/** The column of each event, so that every label fits and what came later stands further right. */
function columnsOf(bars: readonly Bar[]): ReadonlyMap<number, number> {
  const events = bars
    .flatMap((bar) => [
      { event: bar.begin, bar, begins: true },
      ...(bar.end === Infinity ? [] : [{ event: bar.end, bar, begins: false }]),
    ])
    .toSorted((a, b) => a.event - b.event);
  const columns = new Map<number, number>();
  const freeInLane = new Map<number, number>();
  let column = -1;
  for (const { event, bar, begins } of events) {
    const earliest = begins
      ? (freeInLane.get(bar.lane) ?? 0)
      : (columns.get(bar.begin) ?? 0) + bar.label.length + 3;
    column = Math.max(column + 1, earliest);
    columns.set(event, column);
    if (!begins) freeInLane.set(bar.lane, column + (bar.isCulprit ? 4 : 2));
  }
  return columns;
}

function draw(bars: readonly Bar[], columns: ReadonlyMap<number, number>): string {
  let line = "";
  const last = Math.max(0, ...columns.values());
  for (const { label, begin, end, isCulprit } of bars) {
    const from = columns.get(begin) ?? 0;
    line = line.padEnd(from);
    if (end === Infinity) line += `├ ${label} `.padEnd(Math.max(0, last - from), "┄") + "┄ ?";
    else {
      const to = columns.get(end) ?? 0;
      line += `├ ${label} `.padEnd(to - from, "─") + (isCulprit ? "┤ ✗" : "┤");
    }
  }
  return line;
}
