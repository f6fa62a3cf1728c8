import type { Validity, Verdict } from "../checkers/verdict.ts";
import { HistoryBuilder } from "../histories/builder.ts";
import { writeReport, type SpaceTime } from "../reports/index.ts";
import { version } from "./version.ts";

/** Writes a page about a log or a trace: what is wrong in words, and the diagram of its events. */
export function reportLog(
  path: string,
  judged: {
    readonly source: string;
    readonly verdicts: readonly Verdict[];
    readonly valid: Validity;
    readonly extent: string;
    readonly spaceTime: SpaceTime;
  },
): void {
  const { source, verdicts, valid, extent, spaceTime } = judged;
  // Anomalies are about lines of the log, which are no operations of a history.
  const history = new HistoryBuilder({ versions: { rashomon: version } }).build();
  const shown = verdicts.map((verdict) => ({
    ...verdict,
    anomalies: verdict.anomalies.map((anomaly) => ({ ...anomaly, operations: [] })),
  }));
  writeReport(path, { history, verdicts: shown, valid, source, extent, spaceTime });
}
