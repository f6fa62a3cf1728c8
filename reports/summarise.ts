import type { Anomaly, Verdict } from "../checkers/verdict.ts";
import type { History } from "../histories/history.ts";
import type { TestDescription } from "../histories/store/test-description.ts";
import { clockSummary } from "./clocks.ts";
import { countOperations, throughput } from "./counts.ts";
import { faultSummary } from "./faults.ts";
import type { ReportInput } from "./input.ts";
import type { OperationTable } from "./operations.ts";
import type {
  AnomalySummary,
  BlockEntry,
  ReportSummary,
  RunSummary,
  VerdictSummary,
} from "./payload/summary.ts";
import { readIsolationLevels } from "./isolation-evidence.ts";
import { counted, cut, printable } from "./text.ts";
import { advice, anomalyFocus, anomalyKey, outcomeSentence } from "./words.ts";

/** Anomalies of one verdict that a report shows; all are counted. */
export const AnomaliesMax = 100;
/** Operations of one anomaly that are marked. */
const MarkedMax = 2000;
const NamesMax = 2000;

/** An anomaly that the report shows, with the name of its place in the report. */
export interface ShownAnomaly {
  readonly id: string;
  readonly anomaly: Anomaly;
}

/** The anomalies that the report shows, by verdict; ids are the type and a number, `stale-read-1`. */
export function shownAnomalies(verdicts: readonly Verdict[]): ShownAnomaly[][] {
  const numbers = new Map<string, number>();
  return verdicts.map((verdict) =>
    verdict.anomalies.slice(0, AnomaliesMax).map((anomaly) => {
      const type = anomaly.type.replace(/[^A-Za-z0-9]+/g, "-").slice(0, 60) || "anomaly";
      const number = (numbers.get(type) ?? 0) + 1;
      numbers.set(type, number);
      return { id: `${type}-${number}`, anomaly };
    }),
  );
}

/** The plain head of a report. */
export function summarise(
  input: ReportInput,
  table: OperationTable,
  blocks: readonly BlockEntry[],
  notes: readonly string[],
): ReportSummary {
  const { history, verdicts, valid, description, source } = input;
  const counts = countOperations(history, table);
  const shown = shownAnomalies(verdicts);
  const clocks = clockSummary(input.clocks ?? []);
  return {
    format: 1,
    valid,
    title: printable(
      cut(description?.name ?? history.header.name ?? input.source?.split("/").at(-1) ?? "History", 200),
    ),
    sentence: outcomeSentence(valid, verdicts, counts.operations, input.extent),
    ...(source === undefined ? {} : { source: printable(cut(source, 500)) }),
    ...(description === undefined ? {} : { run: runSummary(description) }),
    versions: Object.entries(description?.versions ?? history.header.versions ?? {})
      .slice(0, 50)
      .map(([program, version]) => [printable(cut(program, 100)), printable(cut(version, 200))] as const),
    verdicts: verdicts.map((verdict, i) => summariseVerdict(verdict, shown[i] ?? [], history, blocks)),
    counts,
    faults: faultSummary(history, description),
    throughput: throughput(history, table),
    ...(clocks === undefined ? {} : { clocks }),
    functions: history.functions.slice(0, NamesMax).map((f) => printable(cut(f, 100))),
    nodes: history.nodes.slice(0, NamesMax).map((node) => printable(cut(node, 100))),
    blocks,
    notes: [...history.notes.map((note) => printable(cut(note, 500))), ...notes],
  };
}

function runSummary(description: TestDescription): RunSummary {
  const { mutant, rate, network } = description;
  return {
    name: text(description.name),
    system: text(description.system),
    ...(mutant === undefined ? {} : { mutant: text(mutant) }),
    workload: text(description.workload),
    seed: text(description.seed),
    nodes: description.nodes.map(text),
    concurrency: description.concurrency,
    ...(rate === undefined ? {} : { rate }),
    seconds: description.seconds,
    faults: description.faults.map(text),
    ...(network === undefined ? {} : { network: text(network) }),
    command: text(description.command),
    started: text(description.started),
  };
}

function text(value: string): string {
  return printable(cut(value, 2000));
}

function summariseVerdict(
  verdict: Verdict,
  shown: readonly ShownAnomaly[],
  history: History,
  blocks: readonly BlockEntry[],
): VerdictSummary {
  const { checker, model, valid, reason, certificate, verified } = verdict;
  const todo = advice(verdict);
  return {
    checker: printable(cut(checker, 100)),
    ...(model === undefined ? {} : { model: printable(cut(model, 100)) }),
    valid,
    ...(reason === undefined ? {} : { reason: printable(cut(reason, 2000)) }),
    ...(todo === undefined ? {} : { advice: todo }),
    ...(certificate === undefined
      ? {}
      : { certificate: { kind: printable(cut(certificate.kind, 100)), verified } }),
    statistics: Object.fromEntries(
      Object.entries(verdict.statistics)
        .slice(0, 100)
        .map(([name, number]) => [printable(cut(name, 100)), number]),
    ),
    notes: [
      ...(verdict.notes ?? []).slice(0, 50).map((note) => printable(cut(note, 1000))),
      ...(verdict.anomalies.length > AnomaliesMax
        ? [
            `${counted(verdict.anomalies.length, "anomaly", "anomalies")} found; the first ${AnomaliesMax} are shown.`,
          ]
        : []),
    ],
    ...levelsOf(verdict),
    found: verdict.anomalies.length,
    anomalies: shown.map(({ id, anomaly }) => summariseAnomaly(id, anomaly, history, blocks)),
  };
}

function levelsOf({
  details,
}: Verdict): Pick<VerdictSummary, "levels" | "strongest" | "weakestBroken" | "levelsAsked"> {
  const found = readIsolationLevels(details);
  if (found === undefined) return {};
  const shown = (names: readonly string[]): string[] =>
    names.slice(0, 100).map((name) => printable(cut(name, 100)));
  return {
    levels: found.levels.slice(0, 200).map(([name, valid]) => ({ name: printable(cut(name, 100)), valid })),
    strongest: shown(found.strongest),
    weakestBroken: shown(found.weakestViolated),
    ...(found.asked.some(([name]) => name === "all")
      ? {}
      : { levelsAsked: shown(found.asked.map(([name]) => name)) }),
  };
}

function summariseAnomaly(
  id: string,
  anomaly: Anomaly,
  history: History,
  blocks: readonly BlockEntry[],
): AnomalySummary {
  const operations = anomaly.operations.filter((index) => index >= 0 && index < history.length);
  const block = `evidence/${id}`;
  const key = anomalyKey(anomaly, history);
  const focus = anomalyFocus(anomaly.evidence);
  let start = Infinity;
  let end = -Infinity;
  for (const index of operations) {
    start = Math.min(start, history.columns.time[index] ?? 0);
    const partner = history.isClient(index) ? (history.columns.pair[index] ?? -1) : -1;
    end = Math.max(end, history.columns.time[Math.max(index, partner)] ?? 0);
  }
  return {
    id,
    type: printable(cut(anomaly.type, 100)),
    explanation: printable(cut(anomaly.explanation, 4000)),
    operations: operations.slice(0, MarkedMax),
    ...(focus === undefined ? {} : { focus }),
    ...(key === undefined ? {} : { key }),
    ...(start <= end ? { window: { start, end } } : {}),
    ...(blocks.some(({ name }) => name === block) ? { block } : {}),
  };
}
