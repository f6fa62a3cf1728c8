import type { Json } from "../../histories/json.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";
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

/** What is seen of a world when a fault starts or stops. */
export interface Situation {
  readonly nodes: readonly NodeId[];
  alive(node: NodeId): boolean;
  paused(node: NodeId): boolean;
}

/**
 * How a fault is carried out, whatever the world: effects, those of one batch side by side; their results, in
 * the order of the batch, come back when all are done. When one fails its error is thrown into the routine
 * after none is under way any more, so that the routine can undo what was done. What it returns says what
 * was done in all.
 */
export type Routine<Does = Effect> = Generator<readonly Does[], Json, readonly Json[]>;
