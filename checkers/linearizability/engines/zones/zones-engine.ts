import type { Decision, Engine, Nonlinearizable, Proof } from "../engine.ts";
import {
  Cas,
  Differ,
  Nothing,
  readRegisterCalls,
  Read,
  Write,
  type RegisterCalls,
} from "../register-calls.ts";
import { buildBlocks, None, type Blocks } from "./blocks.ts";
import { firstConflict, hasConflict } from "./conflict.ts";
import { proofOfConflict, proofOfFlaw } from "./proof.ts";
import { readsFrom, type ReadsFrom } from "./reads-from.ts";
import { witness } from "./witness.ts";

/**
 * Registers whose writes can be told apart by what was seen: zones (Gibbons & Korach 1997), here with chains of
 * compare-and-sets and unknown outcomes. Linear for the verdict and the order; where it is negative,
 * n log n for the shortest prefix that fails and the calls that prove it.
 *
 * Why it is exact. A linearization of a register is an order of its blocks (`Blocks`) that keeps real time,
 * for within a block the order of the writes is forced. Block A must precede block B exactly when some call
 * of A returned before some call of B began: first(A) < last(B). If that relation has a circle it has one of
 * two blocks: in a shortest circle take the block A with the least `first`; its predecessor B has
 * first(B) < last(A), and B's own predecessor D has first(D) < last(B), so first(A) ≤ first(D) < last(B)
 * and A and B alone are a circle. So there is a linearization exactly when no two blocks conflict and each
 * is sound by itself. Calls of unknown outcome take part from when a known call has returned that saw
 * their effect; the others change nothing that anybody saw and are left out.
 *
 * A prefix of the history is judged likewise with the calls that it knows, and the blocks of a prefix are
 * those of the whole restricted to what is certain by then. So one sweep over the returns finds the first
 * that fails.
 *
 * Values may be repeated as long as real time leaves each read a single write (`readsFrom`). If some have
 * several, an order found for the likeliest ones is an order all the same; and a contradiction is one if
 * the calls whose write is certain contradict one another already. Otherwise another engine has to decide,
 * as it has where a call that saw a value missing found no place in the order.
 */
export const zonesEngine: Engine = {
  name: "zones",
  decide({ calls }) {
    const { structure } = calls.alphabet.model;
    if (structure?.kind !== "register") return undefined;
    return decideRegister(readRegisterCalls(calls, structure));
  },
};

/** Decides the calls of a register; `undefined` when what was seen does not tell the writes apart. */
export function decideRegister(registers: RegisterCalls): Decision | undefined {
  const from = readsFrom(registers);
  const { length } = registers.calls;
  // Where so many are open, a guess would hold for all only by a miracle.
  if (from.ambiguities > 16 + length / 64) return undefined;
  const blocks = buildBlocks(from);
  if (blocks.flaw === undefined && !hasConflict(blocks)) {
    const order = witness(blocks);
    return order && { end: "linearizable", order, steps: length };
  }
  const shortest = !missed(from);
  const first = contradiction(blocks);
  if (beforeAnyGuess(blocks, first.culprit)) return refutation(first, registers, shortest);
  const certain = buildBlocks(withoutAmbiguous(from));
  if (certain.flaw === undefined && !hasConflict(certain)) return undefined;
  return refutation(contradiction(certain), registers, false);
}

function missed({ kind, byEnd }: ReadsFrom): boolean {
  for (const call of byEnd) if (kind[call] === Differ) return true;
  return false;
}

interface Contradiction {
  readonly culprit: number;
  readonly proof: Proof | undefined;
}

/** The first contradiction in time of blocks that have one. */
function contradiction(blocks: Blocks): Contradiction {
  const { flaw } = blocks;
  const conflict = firstConflict(blocks, flaw?.culprit);
  if (conflict !== undefined) return { culprit: conflict.culprit, proof: proofOfConflict(blocks, conflict) };
  if (flaw !== undefined) return { culprit: flaw.culprit, proof: proofOfFlaw(blocks, flaw) };
  throw new Error("no contradiction");
}

function beforeAnyGuess({ from, guessedBy }: Blocks, culprit: number): boolean {
  const { end } = from.registers.calls;
  return guessedBy === None || end[culprit]! < end[guessedBy]!;
}

/** `shortest`: whether nothing was left out, so that no shorter prefix fails. */
function refutation(
  { culprit, proof }: Contradiction,
  { calls }: RegisterCalls,
  shortest: boolean,
): Nonlinearizable {
  return {
    end: "nonlinearizable",
    ...(shortest ? { until: calls.end[culprit]! } : {}),
    ...(proof === undefined ? {} : { proof }),
    steps: calls.length,
  };
}

/** The same calls with less seen: what an ambiguous one saw is forgotten, what it wrote is not. */
function withoutAmbiguous(from: ReadsFrom): ReadsFrom {
  const { ambiguous, ...rest } = from;
  if (ambiguous === undefined) return from;
  const kind = from.kind.slice();
  for (let i = 0; i < kind.length; i++) {
    if (ambiguous[i] !== 1) continue;
    if (kind[i] === Read) kind[i] = Nothing;
    else if (kind[i] === Cas) kind[i] = Write;
  }
  return { ...rest, kind };
}
