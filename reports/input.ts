import type { Validity, Verdict } from "../checkers/verdict.ts";
import type { ClockOffset } from "../histories/store/clock-offsets.ts";
import type { History } from "../histories/history.ts";
import type { TestDescription } from "../histories/store/test-description.ts";
import type { TraceEvent } from "../histories/trace.ts";
import type { SpaceTime } from "./space-time/space-time.ts";

/** What a report shows. Showing never changes a verdict: `valid` and `verdicts` are taken as they are. */
export interface ReportInput {
  /** How the run was made; absent for a history that somebody else recorded. */
  readonly description?: TestDescription | undefined;
  readonly history: History;
  readonly verdicts: readonly Verdict[];
  readonly valid: Validity;
  /** What happened at and between nodes, where it is known. */
  readonly trace?: readonly TraceEvent[] | undefined;
  /** The same already drawn, in place of `trace`. */
  readonly spaceTime?: SpaceTime | undefined;
  /** How far clocks of nodes were off, in order of time, where somebody looked. */
  readonly clocks?: readonly ClockOffset[] | undefined;
  /** What was judged, where that is a log and no history: "12 events of 3 nodes". */
  readonly extent?: string | undefined;
  /** Name of the history's file, to show. */
  readonly source?: string | undefined;
}
