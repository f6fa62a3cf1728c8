import type { Json } from "../../histories/json.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { DiskDisturbance, FileDamage } from "./disk-faults.ts";
import type { LinkDisturbance } from "./fault-world.ts";
import type { Grudge } from "./grudge.ts";

/**
 * One thing that a nemesis does to a world, as plain data: what `FaultWorld` does to real nodes, and the simulated world at once. Each has a
 * result: what was done ("killed", "paused"), the primaries for `primaries`, else null.
 */
export type Effect =
  /** Asks who leads. */
  | { readonly kind: "primaries" }
  | { readonly kind: "cut"; readonly name: string; readonly grudge: Grudge }
  | {
      readonly kind: "disturb";
      readonly name: string;
      readonly disturbance: LinkDisturbance;
      readonly grudge: Grudge;
    }
  | { readonly kind: "undisturb"; readonly name: string }
  | {
      readonly kind: "kill" | "terminate" | "restart" | "pause" | "resume" | "reset-clock";
      readonly node: NodeId;
    }
  /** Makes one of the candidates the primary; its name is the result. */
  | { readonly kind: "promote"; readonly candidates: readonly NodeId[] }
  /** Sets the clock off by `offset` milliseconds and lets it run at `rate`. */
  | { readonly kind: "set-clock"; readonly node: NodeId; readonly offset: number; readonly rate: number };

/** What can be done to real nodes besides what can be done to simulated ones as well. */
export type RealEffect =
  | Effect
  | { readonly kind: "cut-power" | "fill-disk" | "unfill-disk"; readonly node: NodeId }
  | { readonly kind: "disturb-disk"; readonly node: NodeId; readonly disturbance: DiskDisturbance }
  | { readonly kind: "undisturb-disk"; readonly node: NodeId; readonly disturbance: DiskDisturbance["kind"] }
  /** Cuts the power of a node whose syncs have been lies; of others nothing is done. */
  | { readonly kind: "cut-power-of-liar"; readonly node: NodeId }
  /** Starts a node that does not run, and kills it after a while, whether it serves by then or not. */
  | { readonly kind: "kill-while-starting"; readonly node: NodeId; readonly milliseconds: number }
  | { readonly kind: "limit-cpu"; readonly node: NodeId; readonly share: number }
  | { readonly kind: "limit-memory"; readonly node: NodeId; readonly bytes: number }
  | { readonly kind: "unlimit-cpu" | "unlimit-memory"; readonly node: NodeId }
  | { readonly kind: "kill-at-sync"; readonly node: NodeId; readonly sync: number; readonly power: boolean }
  | { readonly kind: "damage-files"; readonly node: NodeId; readonly damage: FileDamage }
  /** Asks who the members are, for so many milliseconds at most. */
  | { readonly kind: "members"; readonly patience: number }
  /** Asks whether the others have all that a member has. */
  | { readonly kind: "dispensable"; readonly node: NodeId }
  /** Has a node leave the members, and ends it; or has it join them anew, with nothing of what it had. */
  | { readonly kind: "take-out" | "take-in"; readonly node: NodeId }
  /** Lets the clock show `swing` milliseconds more in every second `period`. */
  | { readonly kind: "strobe-clock"; readonly node: NodeId; readonly swing: number; readonly period: number };

/** What is seen of a world when a fault starts or stops. */
export interface Situation {
  readonly nodes: readonly NodeId[];
  alive(node: NodeId): boolean;
  paused(node: NodeId): boolean;
  /** Whether a node was taken out of the members, so that it does not run and is not to be started. */
  away?(node: NodeId): boolean;
}

/**
 * How a fault is carried out, whatever the world: effects, those of one batch side by side; their results, in
 * the order of the batch, come back when all are done. When one fails its error is thrown into the routine
 * after none is under way any more, so that the routine can undo what was done. What it returns says what
 * was done in all.
 */
export type Routine<Does = Effect> = Generator<readonly Does[], Json, readonly Json[]>;
