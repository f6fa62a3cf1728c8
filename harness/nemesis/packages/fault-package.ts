import type { Json } from "../../../histories/json.ts";
import type { FaultBand } from "../../../histories/store/test-description.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { FaultKind } from "../../../systems/contracts/system.ts";
import type { Random } from "../../../workloads/random.ts";
import type { Effect, RealEffect, Routine, Situation } from "../effect.ts";

/** A fault operation before it has a time: its function and what it is to do, as plain data. */
export interface FaultProposal {
  readonly f: string;
  readonly value: Json;
}

/** What a fault is drawn by. */
export interface Drawing {
  readonly random: Random;
  /** How far, in milliseconds, clocks may be off at most; however far unless given. */
  readonly clockBound?: number;
  /** How many nodes may be down while the rest makes progress; for those that stop for good. */
  readonly tolerated?: number;
}

/**
 * A nemesis package: one kind of fault with everything that belongs to it: what starts and stops it (by
 * chance, but as plain data, so that a schedule can be stored, replayed and shrunk), what carries it out
 * in a world, and how plots show it. Stopping always heals fully, so the last stop is the final healing.
 */
export interface FaultPackage<Kind extends string = FaultKind, Does = Effect> {
  readonly kind: Kind;
  /** One line for `rashomon list faults`. */
  readonly summary: string;
  readonly band: FaultBand;
  start(drawing: Drawing, nodes: readonly NodeId[]): FaultProposal;
  stop: FaultProposal;
  /** Carries out a proposal; the result says what was done. Throws when it was not, with nothing left of it. */
  perform(situation: Situation, proposal: FaultProposal): Routine<Does>;
}

/** A package for real nodes. */
export type RealPackage = FaultPackage<FaultKind, RealEffect>;

/** Every target of a fault is in such a state already that it cannot be hit: nothing was done. */
export class NothingToHit extends Error {}

/** The band of a fault that one function starts and one stops. */
export function bandOf(name: string, start: string, stop: string, color: string): FaultBand {
  return { name, start: [start], stop: [stop], color };
}

/** Whether a node is down that is to run: not one that is no member at the moment. */
export function isDown(situation: Situation, node: NodeId): boolean {
  return !situation.alive(node) && situation.away?.(node) !== true;
}
