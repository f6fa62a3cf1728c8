import type { ClaimedEdge } from "../certificates/isolation/claims.ts";
import { verifyCore, type ProofVerdict } from "../certificates/isolation/core.ts";
import { judgeCycle, type CycleVerdict } from "../certificates/isolation/cycle.ts";
import { Effort } from "../certificates/isolation/effort.ts";
import type { LevelOutcome } from "./decide-levels.ts";
import type { Edge } from "./decision.ts";
import { implies, levelNumber } from "./lattice.ts";
import type { Level } from "./levels.ts";
import type { Reading } from "./reading.ts";

/** Steps of separate code for all proofs of a verdict, some seconds. */
const StepsForProofs = 400_000_000;

/** The proofs of violations, each judged once by separate code, from the transactions alone. */
export class Proofs {
  readonly #reading: Reading;
  readonly #effort = new Effort(StepsForProofs);
  readonly #cycles = new Map<readonly Edge[], Map<number, CycleVerdict>>();
  readonly #cores = new Map<string, ProofVerdict>();

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  ofCycle(cycle: readonly Edge[], level: Level): CycleVerdict {
    let known = this.#cycles.get(cycle);
    if (known === undefined) this.#cycles.set(cycle, (known = new Map()));
    const number = levelNumber(level);
    let verdict = known.get(number);
    if (verdict === undefined) {
      const { transactions } = this.#reading;
      const claim = cycle.map((edge) => this.#claimed(edge));
      known.set(number, (verdict = judgeCycle(transactions, level, claim, this.#effort)));
    }
    return verdict;
  }

  ofCore(nodes: readonly number[], level: Level): ProofVerdict {
    const name = `${levelNumber(level)} ${nodes.join()}`;
    let verdict = this.#cores.get(name);
    if (verdict === undefined) {
      const { transactions, begin } = this.#reading;
      const events = nodes.map((node) => begin[node]!);
      this.#cores.set(name, (verdict = verifyCore(transactions, level, events, this.#effort)));
    }
    return verdict;
  }

  /** What came of the proof that an outcome itself has; `undefined` if it has none. */
  of({ level, decision, cycle }: LevelOutcome): ProofVerdict | undefined {
    if (decision?.valid === false && "core" in decision) return this.ofCore(decision.core, level);
    const own = decision?.valid === false ? decision.cycle : cycle;
    return own === undefined || own.length === 0 ? undefined : this.ofCycle(own, level);
  }

  /** An edge as others verify it, with all of its reasons. */
  #claimed({ from, to, kind, key, because }: Edge): ClaimedEdge {
    const { transactions, begin } = this.#reading;
    return {
      from: begin[from]!,
      to: begin[to]!,
      kind,
      ...(key < 0 ? {} : { key: transactions.history.valueTable.get(transactions.keys[key]!) }),
      ...(because === undefined ? {} : { because: because.map((reason) => this.#claimed(reason)) }),
    };
  }
}

/**
 * The outcomes without violations whose proof separate code found to be wrong: nobody is blamed by these. A level that
 * implies one which is broken for another reason stays broken; so does one whose proof could not be followed to the end.
 */
export function withoutRefuted(outcomes: readonly LevelOutcome[], proofs: Proofs): LevelOutcome[] {
  const broken = outcomes.filter(({ valid }) => valid === false);
  const reasons = new Map<LevelOutcome, string>();
  const founded = broken.filter((outcome) => {
    if (outcome.finding !== undefined) return true;
    const proof = proofs.of(outcome);
    if (proof?.verified === false) reasons.set(outcome, proof.reason ?? "it does not hold");
    return proof === undefined ? outcome.decision !== undefined : proof.verified !== false;
  });
  if (reasons.size === 0) return [...outcomes];
  return outcomes.map((outcome) => {
    if (outcome.valid !== false || founded.includes(outcome)) return outcome;
    const { level } = outcome;
    if (founded.some((other) => implies(level, other.level))) return { level, valid: false };
    const [reason] = [reasons.get(outcome), ...reasons.values()].filter((one) => one !== undefined);
    return {
      level,
      valid: "unknown",
      reason: `internal: separate code refuted the proof of a violation (${reason ?? ""}); please report this with the history`,
    };
  });
}
