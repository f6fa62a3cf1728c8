import type { Budget } from "../../checker.ts";
import type { Validity } from "../../verdict.ts";
import { decideLevels, type LevelOutcome } from "../decide-levels.ts";
import type { Edge, IsolationEngine } from "../decision.ts";
import { isBrokenBy } from "../lattice.ts";
import type { Level } from "../levels.ts";
import type { OperationModel } from "../names.ts";
import type { Reading } from "../reading.ts";
import { observerCycle } from "./observers.ts";
import { guaranteeCycle } from "./session-guarantees.ts";

/** What came out for a condition of single operations. */
export interface OperationOutcome {
  readonly model: OperationModel;
  readonly valid: Validity;
  readonly reason?: string;
  /** What is wrong, as a level has it. */
  readonly outcome?: LevelOutcome;
}

/** The levels that these conditions are where transactions have one operation each. */
const sameAs: Readonly<Record<"linearizable" | "sequential", Level>> = {
  linearizable: { name: "serializable", strength: "strong" },
  sequential: { name: "serializable", strength: "strong-session" },
};

/** The level whose words tell of a violation: the weakest that forbids such cycles. */
const toldAs: Level = { name: "causal-consistency", strength: "strong-session" };
/** No order of versions and no store explains such a read. */
const unexplained: ReadonlySet<string> = new Set(["never-written", "G1a", "duplicate-elements"]);

/**
 * Decides a condition of single operations: linearizable and sequential as strict and session serializability (Herlihy and
 * Wing 1990; Lamport 1979), the others by what their orders force (see the modules). Unknown where transactions have several
 * operations, of which these conditions say nothing. A compare-and-set is one operation of the first two.
 */
export function decideOperationModel(
  reading: Reading,
  model: OperationModel,
  { engines, budget }: { readonly engines: readonly IsolationEngine[]; readonly budget: Budget },
): OperationOutcome {
  const { findings, gaps } = reading;
  const isSerial = model === "linearizable" || model === "sequential";
  const several = severalIn(reading);
  if (several === "transactions" || (several !== "none" && !isSerial))
    return {
      model,
      valid: "unknown",
      reason:
        several === "transactions"
          ? "it is a condition of single operations, and this history has transactions of several"
          : "it is a condition of reads and writes, and this history has compare-and-sets",
    };
  if (isSerial) {
    const level = sameAs[model];
    const { outcomes } = decideLevels(reading, [level], engines, budget);
    const own = outcomes.find(
      (one) => one.level.name === level.name && one.level.strength === level.strength,
    );
    if (own === undefined) return { model, valid: "unknown", reason: "undecided" };
    return withGaps(
      { model, valid: own.valid, ...(own.reason === undefined ? {} : { reason: own.reason }), outcome: own },
      gaps,
    );
  }
  const finding = findings.find(({ type }) => unexplained.has(type));
  if (finding !== undefined)
    return { model, valid: false, outcome: { level: toldAs, valid: false, finding, model } };
  const open = findings.find((one) => isBrokenBy(toldAs, one));
  if (open !== undefined)
    return { model, valid: "unknown", reason: `what was read has no order of versions (${open.type})` };
  if (reading.candidates.size > 0)
    return {
      model,
      valid: "unknown",
      reason: "values are not unique, so that it is not known who wrote what was read",
    };
  const cycle =
    model === "PRAM" || model === "causal" ? observerCycle(reading, model) : guaranteeCycle(reading, model);
  if (cycle !== undefined) return violated(model, cycle);
  return withGaps({ model, valid: true }, reading.loose === undefined ? gaps : [...gaps, reading.loose.gap]);
}

/** Which transactions of several operations there are: none, compare-and-sets alone, which are one operation of two, or others. */
function severalIn({ transactions, transaction, nodes }: Reading): "none" | "changes" | "transactions" {
  const { first, begin, history } = transactions;
  let several: "none" | "changes" = "none";
  for (let node = 1; node < nodes; node++) {
    const t = transaction[node]!;
    if (first[t + 1]! - first[t]! <= 1) continue;
    if (history.f(begin[t]!) !== "cas") return "transactions";
    several = "changes";
  }
  return several;
}

function violated(model: OperationModel, cycle: readonly Edge[]): OperationOutcome {
  return {
    model,
    valid: false,
    outcome: { level: toldAs, valid: false, decision: { valid: false, cycle }, model },
  };
}

function withGaps(outcome: OperationOutcome, [gap]: readonly string[]): OperationOutcome {
  return outcome.valid === true && gap !== undefined
    ? { ...outcome, valid: "unknown", reason: gap }
    : outcome;
}
