import type { Validity, Verdict } from "../checkers/verdict.ts";
import type { History } from "../histories/history.ts";
import type { TestDescription } from "../histories/store/test-description.ts";

/** What a report shows. Showing never changes a verdict: `valid` and `verdicts` are taken as they are. */
export interface ReportInput {
  /** How the run was made; absent for a history that somebody else recorded. */
  readonly description?: TestDescription | undefined;
  readonly history: History;
  readonly verdicts: readonly Verdict[];
  readonly valid: Validity;
  /** Name of the history's file, to show. */
  readonly source?: string | undefined;
}
