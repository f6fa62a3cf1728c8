import type { Verdict } from "../checkers/verdict.ts";
import type { ConfigurationResult, Witness } from "../harness/exploration/index.ts";
import { HistoryBuilder } from "../histories/builder.ts";
import { writeReport } from "../reports/index.ts";
import { version } from "./version.ts";

/** Writes a page that shows the shortest run that breaks a property: its messages, and its steps in words. */
export function reportExploration(
  path: string,
  name: string,
  { configuration, distinct, generated, depth }: ConfigurationResult,
  { violation, steps, trace }: Witness,
): void {
  const verdict: Verdict = {
    checker: violation.property,
    valid: false,
    anomalies: [
      {
        type: violation.property,
        operations: [],
        explanation: violation.explanation,
        evidence: { kind: "steps", steps } as { readonly kind: "steps" },
      },
    ],
    statistics: { "distinct states": distinct, "states made": generated, depth, steps: steps.length },
    notes: [`The shortest such run of the configuration ${configuration}: ${steps.length} steps.`],
  };
  // Clients' requests stand in the trace: what is explored has no clock, and so no history of times.
  const history = new HistoryBuilder({
    name: `${name}, ${configuration}`,
    versions: { rashomon: version },
  }).build();
  writeReport(path, {
    history,
    verdicts: [verdict],
    valid: false,
    ...(trace === undefined ? {} : { trace }),
  });
}
