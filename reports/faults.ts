import { faultIntervals } from "../checkers/performance/fault-intervals.ts";
import type { FaultBand, TestDescription } from "../histories/store/test-description.ts";
import type { History } from "../histories/history.ts";
import { isJsonArray, isJsonObject, type Json } from "../histories/json.ts";
import { Fail } from "../histories/operation.ts";
import type { FaultSpan, FaultSummary } from "./payload/summary.ts";
import { cut, printable, valueText } from "./text.ts";

/** Most spans that a report shows; a run with more is summed up by kind all the same. */
const SpansMax = 5000;

/** Colours for faults of histories without a legend; each reads on white and on black. */
const colors = ["#8A6D3B", "#7A5CA8", "#3E7C8F", "#A8577E", "#6C7A2E", "#5B6B9A", "#9A5B3E", "#4D7F5E"];

/** Pairs of words by which other tools name the start and the end of a fault. */
const opposites: readonly (readonly [start: string, stop: string])[] = [
  ["kill", "start"],
  ["kill", "restart"],
  ["pause", "resume"],
  ["stop", "cont"],
  ["partition", "heal"],
  ["skew", "reset"],
  ["bump", "reset"],
  ["start", "stop"],
];

/**
 * When which faults were on and which never came to be, for bands behind the pictures. Without a legend the
 * names of the nemesis's functions tell: `start-x` and `stop-x`, `x` and `heal-x`, …
 */
export function faultSummary(history: History, description: TestDescription | undefined): FaultSummary {
  const legend = description?.legend.length ? description.legend : guessLegend(history);
  const end = history.columns.time[history.length - 1] ?? 0;
  const kinds = legend.map(({ name, color }, kind) => {
    const intervals = faultIntervals(history, legend.slice(kind, kind + 1));
    const spans = intervals.map((interval): FaultSpan => ({
      kind,
      start: interval.start,
      end: interval.end ?? end,
      open: interval.end === undefined,
      detail: detail(history, interval.operations),
    }));
    return { name: printable(cut(name, 60)), color: safeColor(color, kind), spans, active: union(spans) };
  });
  const operator = operatorIn(history);
  return {
    kinds: kinds.map((kind) => ({ ...kind, spans: kind.spans.length })),
    spans: kinds
      .flatMap(({ spans }) => spans)
      .toSorted((a, b) => a.start - b.start)
      .slice(0, SpansMax),
    failed: failedFaults(history, legend),
    ...(operator === undefined ? {} : { operator }),
  };
}

/** Nanoseconds during which at least one of the spans was on; they are in order of their starts. */
function union(spans: readonly FaultSpan[]): number {
  let total = 0;
  let until = 0;
  for (const { start, end } of spans) {
    total += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return total;
}

/** What the history says that an operator did once all faults were off. */
function operatorIn(history: History): string | undefined {
  const [index] = history.select((i) => {
    const value = history.isClient(i) || history.f(i) !== "recover" ? null : history.value(i);
    return isJsonObject(value) && typeof value["operator"] === "string";
  });
  const value = index === undefined ? null : history.value(index);
  const operator = isJsonObject(value) ? value["operator"] : undefined;
  return typeof operator === "string" ? printable(cut(operator, 300)) : undefined;
}

/** Faults that were asked for and answered with an error. */
function failedFaults(history: History, legend: readonly FaultBand[]): string[] {
  const starts = new Set(legend.flatMap(({ start }) => start));
  const failed = history.select((i) => {
    const answers = (history.columns.pair[i] ?? -1) <= i;
    return !history.isClient(i) && answers && starts.has(history.f(i)) && failedAt(history, i);
  });
  return Array.from(failed, (index) => failure(history, index));
}

/** The legend may come from a file: what is no plain colour gets one of ours. */
function safeColor(color: string, kind: number): string {
  return /^(#[0-9a-f]{3,8}|[a-z]{3,20})$/i.test(color) ? color : (colors[kind % colors.length] ?? "#6B6B6B");
}

function failedAt(history: History, index: number): boolean {
  return history.columns.type[index] === Fail || history.error(index) !== undefined;
}

function failure(history: History, index: number): string {
  const error = history.error(index);
  const why = error === undefined ? "failed" : valueText(error, 200);
  return `${printable(cut(history.f(index), 100))}: ${why}`;
}

/** What the event says that applied a fault: the first of those given that says anything. */
function detail(history: History, operations: readonly number[]): string {
  const said = operations.slice(0, 2).findLast((index) => history.value(index) !== null);
  return said === undefined ? "" : printable(cut(words(history.value(said)), 300));
}

/** Plain data without the signs of JSON: `n1: killed, n2: killed`. */
function words(value: Json): string {
  if (isJsonArray(value)) {
    const separator = value.some((item) => typeof item === "object" && item !== null) ? ", " : " ";
    return value.slice(0, 100).map(words).join(separator);
  }
  if (!isJsonObject(value)) return String(value);
  return Object.entries(value)
    .slice(0, 100)
    .map(([name, member]) => `${name}: ${words(member)}`)
    .join(", ");
}

function guessLegend(history: History): FaultBand[] {
  const names = new Set<string>();
  for (let i = 0; i < history.length; i++) if (!history.isClient(i)) names.add(history.f(i));
  const legend: FaultBand[] = [];
  const add = (name: string, start: string, stop: readonly string[]): void => {
    if (!legend.some((band) => band.name === name))
      legend.push({ name, start: [start], stop, color: colors[legend.length % colors.length] ?? "#6B6B6B" });
  };
  for (const name of names) {
    const prefixed = /^start-(.+)$/.exec(name);
    if (prefixed?.[1] !== undefined && names.has(`stop-${prefixed[1]}`))
      add(prefixed[1], name, [`stop-${prefixed[1]}`]);
    else {
      const stops = opposites.flatMap(([start, stop]) => {
        if (name === start && names.has(stop)) return [stop];
        return name.startsWith(`${start}-`) && names.has(stop + name.slice(start.length))
          ? [stop + name.slice(start.length)]
          : [];
      });
      for (const stop of [`stop-${name}`, `heal-${name}`, `end-${name}`])
        if (names.has(stop)) stops.push(stop);
      if (stops.length > 0) add(name === "start" ? "fault" : name, name, stops);
    }
  }
  return legend;
}
