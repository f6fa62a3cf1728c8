import { writeFileSync } from "node:fs";
import type { Verdict } from "../checkers/verdict.ts";
import { UsageError } from "../histories/errors.ts";
import { dotOf } from "./cycle-dot.ts";
import { readIsolationAnomaly } from "./isolation-evidence.ts";
import { shownAnomalies } from "./summarise.ts";

/** Writes the anomalies of isolation as graphs for Graphviz, one after the other; throws a `UsageError` where that cannot be done. */
export function writeDot(path: string, verdicts: readonly Verdict[]): void {
  const graphs = shownAnomalies(verdicts)
    .flat()
    .flatMap(({ id, anomaly }) => {
      const found = readIsolationAnomaly(anomaly.evidence);
      return found === undefined ? [] : [dotOf(found, id)];
    });
  try {
    writeFileSync(path, graphs.join("\n"), "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : "it cannot be opened";
    throw new UsageError(`The graphs cannot be written to ${path}: ${why}.`, "E_FILE");
  }
}
