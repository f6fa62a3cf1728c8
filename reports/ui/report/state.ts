import { computed, effect, signal } from "@preact/signals";
import type { AnomalySummary, ReportSummary, ValueRow } from "../../payload/summary.ts";
import type { SpaceTime } from "../../space-time/space-time.ts";
import { readSummary, unpack, unpackJson } from "./blocks.ts";
import { readOperations, rowOfEvent, type Operations } from "./operations.ts";

/** What all pages share: the report, the selection, and the window of time that is looked at. */

export const summary: ReportSummary = readSummary();

/** The run's length, never zero. */
export const whole = {
  start: summary.counts.start,
  end: Math.max(summary.counts.end, summary.counts.start + 1),
};

export interface Span {
  readonly start: number;
  readonly end: number;
}

export const pages = [
  "overview",
  "timeline",
  "latency",
  "anomaly",
  "operations",
  "messages",
  "clocks",
] as const;
export type PageName = (typeof pages)[number];

export const page = signal<PageName>("overview");
/** The part of the run that timeline, charts and table show. */
export const view = signal<Span>(whole);
/** Row of the selected operation; −1: none. */
export const selected = signal(-1);
export const anomalyId = signal("");
/** Operations placed in the attempt that is shown; −1: all of them, where it gets stuck. */
export const step = signal(-1);
/** Operations in the attempt that is shown. */
export const stepMost = signal(0);
/** The step of the space-time diagram that is kept; −1: none. */
export const spot = signal(-1);
export const helpOpen = signal(false);
export type Theme = "auto" | "light" | "dark";
export const theme = signal<Theme>("auto");

export const anomalies: readonly AnomalySummary[] = summary.verdicts.flatMap((verdict) => verdict.anomalies);

export const operations = signal<Operations | undefined>(undefined);
export const failure = signal("");
const values = signal<ReadonlyMap<number, ValueRow> | undefined>(undefined);
const keyNames = signal<readonly string[]>([]);

/** Rows of the operations that are part of some anomaly, ascending. */
export const marked = computed<readonly number[]>(() => {
  const table = operations.value;
  if (table === undefined) return [];
  const rows = new Set(
    anomalies.flatMap((anomaly) => anomaly.operations.map((index) => rowOfEvent(table, index))),
  );
  rows.delete(-1);
  return [...rows].toSorted((a, b) => a - b);
});

export function valueOf(index: number): ValueRow | undefined {
  return values.value?.get(index);
}

export function keyName(key: number): string {
  return key < 0 ? "" : (keyNames.value[key] ?? `#${key}`);
}

let loading: Promise<void> | undefined;

/** Unpacks the operations, once; pages show themselves when the signal is set. */
export function loadOperations(): Promise<void> {
  loading ??= load().catch((error: unknown) => {
    failure.value = `The operations cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`;
  });
  return loading;
}

async function load(): Promise<void> {
  const named = new Map(summary.blocks.map((block) => [block.name, block]));
  const core = named.get("operations");
  if (core === undefined) return;
  const started = performance.now();
  const table = readOperations(core, await unpack(core), summary.counts.start);
  const keys = named.get("keys");
  if (keys !== undefined) {
    const names = await unpackJson(keys);
    if (Array.isArray(names)) keyNames.value = names.map(String);
  }
  operations.value = table;
  performance.measure("operations", { start: started });
  const texts = named.get("values");
  if (texts === undefined) return;
  const rows = await unpackJson(texts);
  if (Array.isArray(rows)) values.value = new Map(rows.filter(isValueRow).map((row) => [row[0], row]));
}

function isValueRow(row: unknown): row is ValueRow {
  return Array.isArray(row) && row.length === 4 && typeof row[0] === "number";
}

const spaceTimeBlock = summary.blocks.find(({ name }) => name === "space-time");
export const hasSpaceTime = spaceTimeBlock !== undefined;
/** Logs and explorations are no histories: of operations they have nothing to show. */
export const isLog = hasSpaceTime && summary.run === undefined && summary.counts.operations === 0;
export const spaceTime = signal<SpaceTime | undefined>(undefined);
let loadingSpaceTime: Promise<void> | undefined;

/** Unpacks the space-time diagram, once. */
export function loadSpaceTime(): Promise<void> {
  loadingSpaceTime ??= unpackSpaceTime().catch((error: unknown) => {
    failure.value = `The trace cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`;
  });
  return loadingSpaceTime;
}

async function unpackSpaceTime(): Promise<void> {
  if (spaceTimeBlock === undefined) throw new Error("this report holds none");
  // The writer made it, as it made the summary.
  spaceTime.value = (await unpackJson(spaceTimeBlock)) as SpaceTime;
}

const evidenceCache = new Map<string, Promise<unknown>>();

/** The evidence of an anomaly, unpacked; `undefined` when the report holds none. */
export function loadEvidence(anomaly: AnomalySummary): Promise<unknown> {
  const entry = summary.blocks.find(({ name }) => name === anomaly.block);
  if (entry === undefined) return Promise.resolve(undefined);
  let promise = evidenceCache.get(entry.name);
  if (promise === undefined) evidenceCache.set(entry.name, (promise = unpackJson(entry)));
  return promise;
}

/** A window inside the run, and wide enough to show something. */
export function clampSpan(start: number, end: number): Span {
  const length = Math.min(whole.end - whole.start, Math.max(end - start, 10));
  const from = Math.min(Math.max(start, whole.start), whole.end - length);
  return { start: from, end: from + length };
}

/** Shows an operation: selects it, and moves the window there if it is out of sight. */
export function reveal(row: number): void {
  const table = operations.value;
  if (table === undefined || row < 0) return;
  selected.value = row;
  const start = table.start[row] ?? 0;
  const end = table.end[row] ?? start;
  const { start: from, end: to } = view.value;
  const length = to - from;
  if (start < from || end > to || end - start < length / 400) {
    const wanted = Math.min(length, Math.max((end - start) * 40, 1000));
    const middle = (start + Math.min(end, start + wanted)) / 2;
    view.value = clampSpan(middle - wanted / 2, middle + wanted / 2);
  }
}

effect(() => {
  const chosen = theme.value;
  if (chosen === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
});
