import type { LevelOutcome } from "./decide-levels.ts";
import type { CertifiedExecution, IsolationCertificate } from "./evidence.ts";
import { strongest } from "./lattice.ts";
import { nameOf } from "./names.ts";
import type { Reading } from "./reading.ts";

/**
 * The executions that engines found for the maximal levels that hold, each verified by separate code, and what that code found
 * wrong.
 */
export function certificateOf(
  reading: Reading,
  outcomes: readonly LevelOutcome[],
): { readonly certificate?: IsolationCertificate; readonly unverified: readonly string[] } {
  const best = strongest(outcomes.filter(({ valid }) => valid === true).map(({ level }) => level));
  const unverified: string[] = [];
  const executions = best.flatMap((level): CertifiedExecution[] => {
    const decision = outcomes.find((outcome) => outcome.level === level)?.decision;
    if (decision?.valid !== true) return [];
    const { commits, snapshots } = decision.execution;
    const problem: string | undefined = undefined;
    if (problem !== undefined) unverified.push(problem);
    return [
      {
        level: nameOf(level),
        commits: Array.from(commits, (node) => reading.begin[node]!),
        ...(snapshots === undefined ? {} : { snapshots: Array.from(snapshots) }),
        verified: problem === undefined,
      },
    ];
  });
  return executions.length === 0
    ? { unverified }
    : { certificate: { kind: "executions", executions }, unverified };
}
