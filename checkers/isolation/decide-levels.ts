import type { Budget } from "../checker.ts";
import { forbids, isObserved } from "./cycles/forbids.ts";
import type { Edge, IsolationEngine, LevelDecision } from "./decision.ts";
import type { Finding } from "./finding.ts";
import { implies, isBrokenBy, levelNumber, levels } from "./lattice.ts";
import type { Level, LevelName } from "./levels.ts";
import type { Reading } from "./reading.ts";
import { decideReading, type Decided } from "./reading/decide-reading.ts";

/** What came out for one level, and how it is known. */
export interface LevelOutcome {
  readonly level: Level;
  readonly valid: true | false | "unknown";
  /** What an engine said of this very level. */
  readonly decision?: LevelDecision;
  readonly engine?: string;
  /** A finding that breaks it by itself. */
  readonly finding?: Finding;
  /** A cycle found for another level that this one forbids as well. */
  readonly cycle?: readonly Edge[];
  readonly reason?: string;
  /** Whether the level is known to be broken without this. */
  readonly besides?: boolean;
  /** The condition of single operations that this is about; then the level is only the one that its words are like. */
  readonly model?: string;
}

export interface LevelOutcomes {
  /** Of each level that was asked for, and each that those imply. */
  readonly outcomes: readonly LevelOutcome[];
  /** How many decisions of engines it took. */
  readonly decisions: number;
}

/** Levels that stay polynomial when the order of versions is not known: cheaper to ask for than the others. */
const polynomial: ReadonlySet<LevelName> = new Set([
  "read-uncommitted",
  "read-committed",
  "monotonic-atomic-view",
  "read-committed-biswas-enea",
  "read-atomic",
  "causal-consistency",
] as const);
/** Levels that leave little open of what predicates left out, or ask nothing of that. */
const strict: ReadonlySet<LevelName> = new Set([
  "serializable",
  "snapshot-isolation",
  "update-serializable",
  "consistent-view",
  "parallel-snapshot-isolation",
  "repeatable-read",
] as const);
/** How much more any other costs then. */
const Harder = 4;

/**
 * Decides the levels that are asked for and all that those imply, with as few questions to the engines as the lattice
 * allows: first what is asked for, strongest first, so that a healthy history takes one; then, where it fails, whatever tells most of the
 * rest either way. What a finding or an observed cycle breaks is not asked.
 */
export function decideLevels(
  reading: Reading,
  asked: readonly Level[],
  engines: readonly IsolationEngine[],
  budget: Budget = {},
): LevelOutcomes {
  const outcomes = new Map<number, LevelOutcome>();
  const considered = levels.filter((level) => asked.some((other) => implies(other, level)));
  const settle = (outcome: LevelOutcome): void => {
    const number = levelNumber(outcome.level);
    const known = outcomes.get(number);
    const isApart = reading.uncommitted !== undefined && isUncommitted(outcome.level);
    if (known === undefined || (known.valid === "unknown" && outcome.valid !== "unknown" && !isApart))
      outcomes.set(number, outcome);
  };
  const settleAbove = (broken: Level): void => {
    for (const other of considered) if (implies(other, broken)) settle({ level: other, valid: false });
  };
  const isOpen = (level: Level): boolean => !outcomes.has(levelNumber(level));
  for (const finding of reading.findings)
    for (const level of considered) if (isBrokenBy(level, finding)) settle({ level, valid: false, finding });

  const order = considered.filter((level) => !considered.some((other) => isAbove(other, level)));
  const ordersKnown = areOrdersKnown(reading);
  const deadline = deadlineOf(budget);
  let decisions = 0;
  // What goes by orders of its own follows from nothing else.
  const apart = reading.uncommitted === undefined ? [] : considered.filter(isUncommitted).filter(isOpen);
  for (;;) {
    const level =
      apart.pop() ?? order.find(isOpen) ?? mostTelling(considered.filter(isOpen), reading, ordersKnown);
    if (level === undefined) break;
    decisions++;
    const { decision, engine } =
      decideReading(engines, reading, level, withDeadline(budget, deadline)) ?? nobody;
    settle({
      level,
      valid: decision.valid,
      decision,
      engine,
      ...(decision.valid === "unknown" ? { reason: decision.reason } : {}),
    });
    if (decision.valid === "unknown") continue;
    if (reading.uncommitted !== undefined && isUncommitted(level)) {
      if (!decision.valid) settleAbove(level);
      continue;
    }
    for (const other of considered) {
      if (decision.valid && implies(level, other)) settle({ level: other, valid: true });
      if (decision.valid || !("cycle" in decision)) continue;
      if (isObserved(decision.cycle) && forbids(other, decision.cycle, reading))
        settle({ level: other, valid: false, cycle: decision.cycle });
    }
    if (!decision.valid) settleAbove(level);
    // What a cycle breaks below, it breaks above as well.
    for (const broken of considered)
      if (outcomes.get(levelNumber(broken))?.valid === false) settleAbove(broken);
  }
  return {
    outcomes: considered.flatMap((level) => {
      const outcome = outcomes.get(levelNumber(level));
      return outcome === undefined ? [] : [outcome];
    }),
    decisions,
  };
}

const nobody: Decided = {
  decision: { valid: "unknown", reason: "no engine decides this level here" },
  engine: "none",
};

function isUncommitted({ name }: Level): boolean {
  return name === "read-uncommitted";
}

function isAbove(a: Level, b: Level): boolean {
  return implies(a, b) && !implies(b, a);
}

/** The open level whose answer settles most of the others, whichever it is; the cheaper and weaker of equals. */
function mostTelling(open: readonly Level[], reading: Reading, ordersKnown: boolean): Level | undefined {
  let best: Level | undefined;
  let most = 0;
  for (const level of open) {
    const below = open.filter((other) => implies(level, other)).length;
    const above = open.filter((other) => implies(other, level)).length;
    const told = Math.min(below, above) / costOf(level, reading, ordersKnown);
    if (told <= most) continue;
    most = told;
    best = level;
  }
  return best;
}

function costOf({ name }: Level, { readByPredicate }: Reading, ordersKnown: boolean): number {
  if (ordersKnown) return 1;
  // Of the strictest levels, what was known leaves the least open of what predicates left out.
  if (readByPredicate !== undefined) return strict.has(name) ? 1 : Harder * Harder;
  return polynomial.has(name) ? 1 : Harder;
}

/** Whether the order of the versions of every key is known, and who wrote what was read. */
export function areOrdersKnown({ writerFirst, ordered, candidates }: Reading): boolean {
  return (
    candidates.size === 0 &&
    ordered.every((known, key) => known === writerFirst[key + 1]! - writerFirst[key]!)
  );
}

/** Seconds are for all levels together; steps for each decision. */
function deadlineOf({ seconds, clock }: Budget): number | undefined {
  return seconds === undefined || clock === undefined ? undefined : clock() + seconds;
}

function withDeadline(budget: Budget, deadline: number | undefined): Budget {
  if (deadline === undefined || budget.clock === undefined) return budget;
  return { ...budget, seconds: Math.max(0, deadline - budget.clock()) };
}
