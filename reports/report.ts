import { writeFileSync } from "node:fs";
import type { Evidence } from "../checkers/verdict.ts";
import { UsageError } from "../histories/errors.ts";
import { isJsonArray, isJsonObject, type Json } from "../histories/json.ts";
import type { ReportInput } from "./input.ts";
import { operationColumns, operationTable, timeUnit } from "./operations.ts";
import { encodeColumns } from "./payload/columns.ts";
import { pack } from "./payload/pack.ts";
import type { BlockEntry, EvidenceBlock } from "./payload/summary.ts";
import { page } from "./page.ts";
import { loadShell, type Shell } from "./shell.ts";
import { spaceTimeOf } from "./space-time/steps.ts";
import { shownAnomalies, summarise } from "./summarise.ts";
import { counted, cut, printable, valueText } from "./text.ts";
import { valueRows } from "./values.ts";

/** Characters of evidence that one anomaly may bring, and all of them together. */
const EvidenceMax = 2_000_000;
const EvidenceTotalMax = 16_000_000;
const KeysMax = 100_000;
/** Characters of one string inside evidence. */
const EvidenceTextMax = 4000;

/**
 * One self-contained HTML page that shows a run: verdicts in plain words, timeline, latencies, throughput,
 * and the evidence of anomalies. It loads nothing from anywhere, and runs no code but its own, whatever the
 * history says. The same input gives the same bytes.
 */
export function renderReport(input: ReportInput, shell: Shell = loadShell()): string {
  return pageParts(input, shell).join("");
}

/** Writes `renderReport` to a file; throws a `UsageError` where that cannot be written. */
export function writeReport(path: string, input: ReportInput, shell: Shell = loadShell()): void {
  const text = pageParts(input, shell).join("");
  try {
    writeFileSync(path, text, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : "it cannot be opened";
    throw new UsageError(`The report cannot be written to ${path}: ${why}.`, "E_FILE");
  }
}

function pageParts(input: ReportInput, shell: Shell): string[] {
  const { history } = input;
  const table = operationTable(history);
  const entries: BlockEntry[] = [];
  const blocks: { name: string; text: string }[] = [];
  const notes: string[] = [];
  const add = (entry: BlockEntry, bytes: Uint8Array): void => {
    entries.push(entry);
    blocks.push({ name: entry.name, text: pack(bytes) });
  };
  const addJson = (name: string, rows: number, value: unknown): void =>
    add({ name, rows }, new TextEncoder().encode(JSON.stringify(value)));

  const unit = timeUnit((history.columns.time[history.length - 1] ?? 0) - (history.columns.time[0] ?? 0));
  const { entries: columns, bytes } = encodeColumns(table.rows, operationColumns(history, table, unit));
  add({ name: "operations", rows: table.rows, columns, unit }, bytes);

  if (history.keys.length > 0) {
    const keys = history.keys.slice(0, KeysMax).map((key) => valueText(key, 200));
    if (history.keys.length > KeysMax)
      notes.push(
        `The names of the first ${counted(KeysMax, "key")} of ${history.keys.length} are in this file.`,
      );
    addJson("keys", keys.length, keys);
  }

  const shown = shownAnomalies(input.verdicts).flat();
  const anomalous = new Set<number>();
  let total = 0;
  for (const { id, anomaly } of shown) {
    for (const index of anomaly.operations) anomalous.add(index);
    if (anomaly.evidence === undefined) continue;
    const evidence = evidenceBlock(anomaly.evidence);
    const size = JSON.stringify(evidence).length;
    if (size > EvidenceMax || total + size > EvidenceTotalMax) {
      notes.push(`The evidence of ${id} is too large for this file; the results of the run hold it.`);
      continue;
    }
    total += size;
    for (const index of mentioned(evidence.evidence)) anomalous.add(index);
    addJson(`evidence/${id}`, 1, evidence);
  }

  const values = valueRows(history, table, anomalous);
  if (values.note !== undefined) notes.push(values.note);
  addJson("values", values.rows.length, values.rows);

  const { trace } = input;
  const diagram =
    input.spaceTime ??
    (trace === undefined || trace.length === 0 ? undefined : spaceTimeOf(trace, momentOfInterest(input)));
  if (diagram !== undefined) {
    addJson("space-time", diagram.steps.length, diagram);
  }

  return page(summarise(input, table, entries, notes), blocks, shell);
}

/** Until when a long trace is worth seeing: the end of the first anomaly whose operations are known. */
function momentOfInterest({ history, verdicts }: ReportInput): number {
  const first = verdicts
    .flatMap(({ anomalies }) => anomalies)
    .find(({ operations }) => operations.length > 0);
  if (first === undefined) return Infinity;
  const { time, pair } = history.columns;
  return Math.max(...first.operations.map((index) => time[Math.max(index, pair[index] ?? -1)] ?? 0));
}

/** Evidence as plain printable data; anything that is not JSON is left out. */
function evidenceBlock(evidence: Evidence): EvidenceBlock {
  const plain: unknown = JSON.parse(JSON.stringify(evidence));
  return { evidence: printableJson(plain) };
}

function printableJson(value: unknown): Json {
  if (typeof value === "string") return printable(cut(value, EvidenceTextMax));
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(printableJson);
  if (!isJsonObject(value)) return null;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [printable(cut(name, 200)), printableJson(member)]),
  );
}

/** Members of evidence that name operations by their indices. */
const naming = new Set(["operation", "operations", "completion", "shrunk", "order", "window"]);

/** The operations that evidence names, so that their values are in the report. */
function mentioned(evidence: Json): number[] {
  if (isJsonArray(evidence)) return evidence.flatMap(mentioned);
  if (!isJsonObject(evidence)) return [];
  return Object.entries(evidence).flatMap(([name, member]) => {
    if (!naming.has(name)) return mentioned(member);
    return (isJsonArray(member) ? member : [member]).filter((item) => typeof item === "number");
  });
}
