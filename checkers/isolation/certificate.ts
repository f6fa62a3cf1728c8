import { verifyExecution } from "../certificates/isolation/execution.ts";
import type { LevelOutcome } from "./decide-levels.ts";
import type { CertifiedExecution, IsolationCertificate } from "./evidence.ts";
import { strongest } from "./lattice.ts";
import { nameOf } from "./names.ts";
import type { Level } from "./levels.ts";
import { Initial, type Reading } from "./reading.ts";

/**
 * The executions that engines found for the maximal levels that hold, each verified by separate code, and what that code found
 * wrong.
 */
export function certificateOf(
  reading: Reading,
  outcomes: readonly LevelOutcome[],
): { readonly certificate?: IsolationCertificate; readonly unverified: readonly string[] } {
  const held = outcomes.filter(({ valid }) => valid === true).map(({ level }) => level);
  // Where read uncommitted goes by orders of its own, it does not follow from the others.
  const apart =
    reading.uncommitted === undefined ? [] : held.filter(({ name }) => name === "read-uncommitted");
  const best = [...new Set([...strongest(held), ...strongest(apart)])];
  const unverified: string[] = [];
  const executions = best.flatMap((level): CertifiedExecution[] => {
    const decision = outcomes.find((outcome) => outcome.level === level)?.decision;
    if (decision?.valid !== true) return [];
    const { commits, snapshots } = decision.execution;
    const execution = {
      commits: Array.from(commits, (node) => reading.begin[node]!),
      ...(snapshots === undefined ? {} : { snapshots: Array.from(snapshots) }),
    };
    const problem = verifyExecution(reading.transactions, level, execution);
    const sources = problem === undefined ? undefined : sourcesFor(reading, level, execution);
    if (problem === undefined || sources !== undefined)
      return [
        {
          level: nameOf(level),
          ...execution,
          ...(sources === undefined ? {} : { sources: [...sources] }),
          verified: true,
        },
      ];
    unverified.push(`${nameOf(level)}: ${problem}`);
    return [{ level: nameOf(level), ...execution, verified: false }];
  });
  return executions.length === 0
    ? { unverified }
    : { certificate: { kind: "executions", executions }, unverified };
}

/** Choices of writers that are tried. */
const MostChoices = 4096;

/**
 * Where values are not unique: who may have written what each read saw, so that the execution stands, as micro-operation → invocation of
 * the writer. The verifier itself takes the latest writer of the value, which need not be the one.
 */
function sourcesFor(
  reading: Reading,
  level: Level,
  execution: Pick<CertifiedExecution, "commits" | "snapshots">,
): ReadonlyMap<number, number> | undefined {
  const open = [...reading.candidates];
  const combinations = open.reduce((product, [, nodes]) => product * nodes.length, 1);
  if (open.length === 0 || combinations > MostChoices) return undefined;
  for (let combination = 0; combination < combinations; combination++) {
    let rest = combination;
    const sources = new Map<number, number>();
    for (const [entry, nodes] of open) {
      const node = nodes[rest % nodes.length]!;
      rest = Math.floor(rest / nodes.length);
      sources.set(reading.readOperation[entry]!, node === Initial ? -1 : reading.begin[node]!);
    }
    if (verifyExecution(reading.transactions, level, { ...execution, sources }) === undefined) return sources;
  }
  return undefined;
}
