import type { Validity, Verdict } from "../checkers/verdict.ts";
import type { History } from "../histories/history.ts";
import type { TestDescription } from "../histories/store/test-description.ts";
import type { TraceEvent } from "../histories/trace.ts";

/** What a report shows. Showing never changes a verdict: `valid` and `verdicts` are taken as they are. */
export interface ReportInput {
  /** How the run was made; absent for a history that somebody else recorded. */
  readonly description?: TestDescription | undefined;
  readonly history: History;
  readonly verdicts: readonly Verdict[];
  readonly valid: Validity;
  /** What happened at and between nodes, where it is known. */
  readonly trace?: readonly TraceEvent[] | undefined;
  /** Name of the history's file, to show. */
  readonly source?: string | undefined;
}
