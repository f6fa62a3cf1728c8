import type { Budget } from "../../checker.ts";
import type { Execution, IsolationEngine } from "../decision.ts";
import { isBrokenBy } from "../lattice.ts";
import type { Level } from "../levels.ts";
import { Initial, type Reading } from "../reading.ts";
import { Aborted, Committed } from "../transactions.ts";
import type { Decided } from "./decide-reading.ts";
import { readingOf } from "./reading-of.ts";

type Decide = (
  engines: readonly IsolationEngine[],
  reading: Reading,
  level: Level,
  budget: Budget,
  /** Whether the reasons of a violation are asked for. */
  tell: boolean,
) => Decided | undefined;

/**
 * Decides a level where it is not known whether some transactions took effect (`Reading.doubtful`), and where their versions stand. With these
 * in any order each may come last and unseen, so that whatever breaks the level then, breaks it. It holds if it does
 * with some of them taking effect and the others not: those that were seen by the account which was found first, none, or all.
 */
export function decideDoubtful(
  decide: Decide,
  engines: readonly IsolationEngine[],
  reading: Reading,
  level: Level,
  budget: Budget,
): Decided | undefined {
  const doubtful = reading.doubtful ?? [];
  const tried = new Set<string>();
  const attempt = (chosen: readonly number[]): Decided | undefined => {
    if (tried.has(chosen.join())) return undefined;
    tried.add(chosen.join());
    const clear = readingWith(reading, doubtful, chosen);
    if (clear.gaps.length > 0 || clear.findings.some((finding) => isBrokenBy(level, finding)))
      return undefined;
    const decided = decide(engines, clear, level, budget, false);
    if (decided?.decision.valid !== true) return undefined;
    // What explained one level is likely to explain the next.
    likely.set(reading.transactions, chosen);
    const execution = inWhole(reading, clear, decided.decision.execution);
    return { ...decided, decision: { valid: true, execution } };
  };
  const before = likely.get(reading.transactions);
  const again = before === undefined ? undefined : attempt(before);
  if (again !== undefined) return again;
  const relaxed = decide(engines, reading, level, budget, true);
  if (relaxed === undefined || relaxed.decision.valid === false) return relaxed;
  const seen =
    relaxed.decision.valid === true ? seenIn(reading, relaxed.decision.execution, doubtful) : doubtful;
  for (const chosen of [seen, [], doubtful]) {
    const found = attempt(chosen);
    if (found !== undefined) return found;
  }
  return {
    engine: relaxed.engine,
    decision: {
      valid: "unknown",
      reason:
        relaxed.decision.valid === true
          ? `whether ${doubtful.length === 1 ? "a transaction" : `${doubtful.length} transactions`} of unknown outcome took effect, such as ${doubtful[0]!}`
          : relaxed.decision.reason,
    },
  };
}

/** The doubtful transactions that wrote the last version before some read which may have been of them. */
function seenIn(
  { nodes, node, transaction, readFirst, candidates }: Reading,
  { commits }: Execution,
  doubtful: readonly number[],
): number[] {
  const place = new Int32Array(nodes);
  commits.forEach((one, i) => (place[one] = i + 1));
  const open = new Set(doubtful.map((t) => node[t]!));
  const seen = new Set<number>();
  for (let reader = 1; reader < nodes; reader++)
    for (let entry = readFirst[reader]!; entry < readFirst[reader + 1]!; entry++) {
      const several = candidates.get(entry);
      if (several === undefined || !several.some((one) => open.has(one))) continue;
      let last = Initial;
      for (const one of several) if (place[one]! < place[reader]! && place[one]! > place[last]!) last = one;
      if (open.has(last)) seen.add(transaction[last]!);
    }
  return [...seen].toSorted((a, b) => a - b);
}

/** The choice that explained a level last. */
const likely = new WeakMap<Reading["transactions"], readonly number[]>();

const readings = new WeakMap<Reading["transactions"], Map<string, Reading>>();

/** The reading of the same transactions, of which it is decided that some took effect and the others did not. */
function readingWith(
  { transactions }: Reading,
  doubtful: readonly number[],
  chosen: readonly number[],
): Reading {
  let known = readings.get(transactions);
  if (known === undefined) readings.set(transactions, (known = new Map()));
  const name = chosen.join();
  let reading = known.get(name);
  if (reading === undefined) {
    const status = transactions.status.slice();
    for (const t of doubtful) status[t] = Aborted;
    for (const t of chosen) status[t] = Committed;
    known.set(name, (reading = readingOf({ ...transactions, status })));
  }
  return reading;
}

/** An execution of one reading in the numbers of another. */
function inWhole(whole: Reading, { transaction }: Reading, { commits, ...rest }: Execution): Execution {
  return { ...rest, commits: commits.map((node) => whole.node[transaction[node]!]!) };
}
