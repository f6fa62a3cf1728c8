import { Chalk, supportsColor, type ChalkInstance } from "chalk";
import type { Anomaly, Verdict } from "../checkers/verdict.ts";
import type { History } from "../histories/history.ts";
import { isJsonObject } from "../histories/json.ts";
import { readNonlinearizable } from "./evidence.ts";
import type { ReportInput } from "./input.ts";
import { askedLevels, isolationLines, latticeLines } from "./isolation-text.ts";
import { laneChart } from "./lane-chart.ts";
import { shownAnomalies } from "./summarise.ts";
import { counted, cut, duration, percent, printable } from "./text.ts";
import { advice, anomalyKey, checkName, validityWord } from "./words.ts";

export interface TerminalOptions {
  /** Whether to colour; by default what chalk found: a terminal, and no NO_COLOR. */
  readonly color?: boolean;
  /** Path of the report, to show. */
  readonly report?: string;
  /** Columns; longer lines are wrapped. */
  readonly width?: number;
}

/** Anomalies told one by one; the rest is counted. */
const ToldMax = 3;
/** Possible results, and operations, that are named. */
const AllowedMax = 8;

/**
 * The outcome for a terminal: each check with its verdict and why, contradictions in plain words, then how
 * to run it again and where the report is. Ends without a line break.
 */
export function renderVerdict(input: ReportInput, options: TerminalOptions = {}): string {
  const chalk = new Chalk({ level: (options.color ?? supportsColor !== false) ? 1 : 0 });
  const width = Math.max(40, options.width ?? 100);
  const shown = shownAnomalies(input.verdicts);
  const lines: string[] = [];
  if (input.verdicts.length === 0) lines.push(heading(chalk, input.valid, "no check was made"));
  for (const verdict of worstFirst(input.verdicts)) {
    const anomalies = shown[input.verdicts.indexOf(verdict)] ?? [];
    const keys = anomalies.map(({ anomaly }) => anomalyKey(anomaly, input.history));
    const [key] = keys;
    lines.push(
      heading(
        chalk,
        verdict.valid,
        checkName(verdict),
        verdict.checker === "isolation"
          ? askedLevels(verdict)
          : verdict.valid === false && key
            ? `key ${key}`
            : "",
      ),
      ...latticeLines(verdict).flatMap(([label, names]) =>
        wrap(`${chalk.dim(`${label}:`)} ${names}`, width + chalk.dim("").length),
      ),
    );
    for (const [i, { anomaly }] of anomalies.slice(0, ToldMax).entries()) {
      if (i > 0 && lines.at(-1)?.startsWith("  ") === true && anomaly.evidence !== undefined) lines.push("");
      const told = isolationLines(anomaly, chalk, (text) => wrap(text, width));
      if (told !== undefined) {
        if (lines.at(-1) !== "") lines.push("");
        lines.push(...told, "");
        continue;
      }
      const place = keys[i] === undefined || keys[i] === key ? "" : `key ${keys[i]}: `;
      lines.push(...wrap(place + printable(cut(anomaly.explanation, 1000)), width));
      lines.push(...contradiction(anomaly, input.history, chalk, width));
    }
    if (verdict.anomalies.length > ToldMax)
      lines.push(
        chalk.dim(`  and ${counted(verdict.anomalies.length - ToldMax, "more anomaly", "more anomalies")}`),
      );
    if (verdict.reason !== undefined) lines.push(...wrap(printable(cut(verdict.reason, 1000)), width));
    const todo = advice(verdict);
    if (todo !== undefined) lines.push(...wrap(todo, width).map((line) => chalk.dim(line)));
    if (verdict.valid === true) lines.push(...proof(verdict).map((line) => chalk.dim(`  ${line}`)));
    const deciders = enginesOf(verdict);
    if (deciders !== undefined) lines.push(chalk.dim(`  decided by: ${deciders}`));
  }
  const { description, history } = input;
  lines.push("", `  ${extentOf(input)}`);
  // The checks of one history have most of their notes in common.
  const notes = new Set([...history.notes, ...input.verdicts.flatMap((verdict) => verdict.notes ?? [])]);
  for (const note of notes) lines.push(...wrap(`note: ${printable(cut(note, 500))}`, width));
  if (description !== undefined)
    lines.push(`  ${chalk.dim("reproduce:")}  ${printable(description.command)}`);
  const first = shown.flat()[0];
  if (options.report !== undefined)
    lines.push(
      `  ${chalk.dim("report:")}     ${options.report}${first === undefined ? "" : `#/anomaly/${first.id}`}`,
    );
  return lines.join("\n");
}

function heading(chalk: ChalkInstance, valid: Verdict["valid"], ...words: readonly string[]): string {
  const word = validityWord(valid);
  const paint = valid === true ? chalk.green : valid === false ? chalk.red : chalk.yellow;
  return [chalk.bold(paint(word)), ...words.filter((text) => text !== "")].join("  ");
}

function worstFirst(verdicts: readonly Verdict[]): Verdict[] {
  return verdicts.toSorted((a, b) => rank(a) - rank(b));
}

function rank({ valid }: Verdict): number {
  return valid === false ? 0 : valid === true ? 2 : 1;
}

function proof({ certificate, verified }: Verdict): string[] {
  if (certificate === undefined) return [];
  const kind = printable(certificate.kind);
  return [
    verified === true
      ? `certificate: ${kind}, verified by separate code`
      : `certificate: ${kind}, not verified`,
  ];
}

/** Operations of a chart; more are no picture of anything. */
const ChartedMax = 6;

/** What contradicts what: the few operations in lanes, and what else is known of the one that cannot be placed. */
function contradiction(anomaly: Anomaly, history: History, chalk: ChalkInstance, width: number): string[] {
  const evidence = readNonlinearizable(anomaly.evidence);
  if (evidence === undefined) return [];
  const { operation, allowed, allowedComplete, staleness, needed } = evidence;
  const known = anomaly.operations.filter((index) => index >= 0 && index < history.length);
  const chart =
    known.length > ChartedMax || known.length < anomaly.operations.length || history.completionsOnly
      ? []
      : laneChart(history, known, { width, ...(operation === undefined ? {} : { culprit: operation }) });
  const facts: string[] = [];
  if (staleness !== undefined)
    facts.push(
      `stale by at least ${counted(staleness.versions, "version")} and ${duration(staleness.milliseconds * 1e6)}`,
    );
  if (allowed.length > 0) {
    const results = allowed.slice(0, AllowedMax).map((result) => printable(cut(result, 60)));
    const more = allowed.length > AllowedMax ? ", …" : "";
    facts.push(
      `${allowedComplete ? "possible results" : "possible results, among others"}: ${results.join(", ")}${more}`,
    );
  }
  if (needed.length > 0)
    facts.push(
      `before it, ${needed.length === 1 ? "an operation" : "operations"} of unknown outcome must have taken effect: ${needed.slice(0, AllowedMax).join(", ")}`,
    );
  const lines = chart.map((line) => (line.endsWith("✗") ? chalk.red(line) : line));
  return [
    ...(lines.length === 0 ? [] : ["", ...lines]),
    ...(facts.length === 0 ? [] : ["", ...wrap(facts.join("; "), width).map((line) => chalk.dim(line))]),
  ];
}

/** "zones" or "zones (98 objects), search (2 objects)"; what a linearizability check says in its details. */
function enginesOf({ details, statistics }: Verdict): string | undefined {
  const engines = isJsonObject(details) ? details["engines"] : undefined;
  if (!isJsonObject(engines)) return undefined;
  const entries = Object.entries(engines).filter(([, objects]) => typeof objects === "number");
  if (entries.length === 0) return undefined;
  const single = (statistics["partitions"] ?? 1) <= 1;
  return entries
    .map(([engine, objects]) =>
      single ? printable(engine) : `${printable(engine)} (${counted(Number(objects), "object")})`,
    )
    .join(", ");
}

function extentOf({ history }: ReportInput): string {
  const operations = history.completionsOnly
    ? history.select((i) => history.isClient(i)).length
    : history.invocations().length;
  const ok = history.select((i) => history.isClient(i) && history.columns.type[i] === 1).length;
  const span = (history.columns.time[history.length - 1] ?? 0) - (history.columns.time[0] ?? 0);
  const keys = history.keys.length === 0 ? "" : ` on ${counted(history.keys.length, "key")}`;
  const share = operations === 0 ? "" : `, ${percent(ok / operations)} ok`;
  return `${counted(operations, "operation")}${keys} in ${duration(span)}${share}`;
}

/** Lines of at most `width` columns, each indented by two. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = " ";
  for (const word of text.split(/\s+/)) {
    if (line.length > 1 && line.length + 1 + word.length > width) {
      lines.push(line);
      line = " ";
    }
    line += ` ${word}`;
  }
  lines.push(line);
  return lines;
}
