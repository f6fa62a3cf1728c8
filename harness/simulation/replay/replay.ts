import { signatures } from "../runs/run.ts";
import { replayScenario, type Replayed } from "../runs/scenario.ts";
import { firstDifference, fingerprintOf } from "./fingerprint.ts";
import type { ReplayFile } from "./replay-file.ts";

/** A replay, and how it compares with the run of the file. */
export interface ReplayOutcome extends Replayed {
  /** Whether history, trace and verdicts are the same to the letter. */
  readonly same: boolean;
  /** Whether the failure of the file was seen again. */
  readonly failed: boolean;
  /** Where and why the run is another; absent when it is the same. */
  readonly difference?: string;
}

/** Plays a replay file and holds the run to it. `version` is that of this program. */
export function replay(file: ReplayFile, version: string): ReplayOutcome {
  const { scenario, expected } = file;
  const replayed = replayScenario(scenario);
  const found = fingerprintOf(replayed);
  const { fingerprint } = expected;
  const failed = signatures(replayed.run).some(
    ({ checker, anomaly }) => checker === expected.checker && anomaly === expected.anomaly,
  );
  const same =
    found.history === fingerprint.history &&
    found.trace === fingerprint.trace &&
    found.verdicts === fingerprint.verdicts &&
    found.events === fingerprint.events;
  if (same) return { ...replayed, same, failed };
  return { ...replayed, same, failed, difference: tell(file, replayed, version) };
}

function tell({ version: written, expected }: ReplayFile, replayed: Replayed, version: string): string {
  const { trace, choices } = replayed;
  const position = firstDifference(trace, expected.fingerprint);
  const event = position === undefined ? undefined : trace[position];
  const where =
    position === undefined
      ? "no event of the trace differs, but the history or the verdicts do"
      : event === undefined
        ? `the run ends before event ${position} of the recorded one`
        : `event ${position} is another: now ${JSON.stringify(event)}`;
  const divergence = choices.firstDivergence;
  const why =
    divergence === undefined
      ? "all choices are the recorded ones, so the protocol, the checkers or the simulator do something else now"
      : `the choices part at number ${divergence.position} of "${divergence.stream}": ${divergence.recorded}, but ${divergence.asked}`;
  const versions =
    written === version ? "" : ` The file was written by version ${written}; this is ${version}.`;
  return `${where}; ${why}.${versions}`;
}
