import type { FaultBand, TestDescription } from "../histories/store/test-description.ts";
import type { History } from "../histories/history.ts";
import { Fail } from "../histories/operation.ts";
import type { FaultKind, FaultSpan, FaultSummary } from "./payload/summary.ts";
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
 * When which faults were on, from the nemesis's own events: a band lasts from the event that asked for the
 * fault to the event that says it is over. A start that failed or carries an error is no band but is listed
 * as failed. Without a legend the names of the functions tell: `start-x` and `stop-x`, `x` and `heal-x`, …
 */
export function faultSummary(history: History, description: TestDescription | undefined): FaultSummary {
  const legend = description?.legend.length ? description.legend : guessLegend(history);
  const kinds = legend.map((band, i) => ({
    name: printable(cut(band.name, 60)),
    color: safeColor(band.color, i),
    spans: 0,
    active: 0,
  }));
  const spans: FaultSpan[] = [];
  const failed: string[] = [];
  const open = legend.map((): { start: number; detail: string } | undefined => undefined);
  const end = history.columns.time[history.length - 1] ?? 0;

  const close = (kind: number, at: number, unfinished: boolean): void => {
    const started = open[kind];
    const counts = kinds[kind];
    if (started === undefined || counts === undefined) return;
    counts.spans++;
    counts.active += at - started.start;
    if (spans.length < SpansMax) spans.push({ kind, ...started, end: at, open: unfinished });
    open[kind] = undefined;
  };

  for (let i = 0; i < history.length; i++) {
    if (history.isClient(i)) continue;
    const f = history.f(i);
    // Events of a nemesis pair alternately; a pair of different functions is two events without answers.
    const pair = history.columns.pair[i] ?? -1;
    const partner = pair >= 0 && history.f(pair) === f ? pair : i;
    const asked = partner >= i;
    const answered = partner <= i;
    const time = history.columns.time[i] ?? 0;
    for (const [kind, band] of legend.entries()) {
      if (asked && band.start.includes(f)) {
        if (failedAt(history, partner)) failed.push(failure(history, partner));
        else open[kind] ??= { start: time, detail: detail(history, partner) };
      } else if (answered && band.stop.includes(f) && !failedAt(history, i)) close(kind, time, false);
    }
  }
  for (const kind of legend.keys()) close(kind, end, true);
  return { kinds: kinds satisfies FaultKind[], spans: spans.toSorted((a, b) => a.start - b.start), failed };
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

function detail(history: History, index: number): string {
  const value = history.value(index);
  return value === null ? "" : typeof value === "string" ? printable(cut(value, 300)) : valueText(value, 300);
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
