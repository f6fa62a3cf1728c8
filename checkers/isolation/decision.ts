import type { Budget } from "../checker.ts";
import type { Level } from "./levels.ts";
import type { Reading } from "./reading.ts";

/**
 * Why one transaction comes before another: its version came first (`ww`), was read (`wr`), or was read and then overwritten
 * (`rw`, from the reader to whoever overwrote); the same session (`so`) or real time (`rt`). With a `p`: a predicate's.
 */
export type EdgeKind = "ww" | "wr" | "rw" | "so" | "rt" | "wwp" | "wrp" | "rwp";

export interface Edge {
  /** Nodes of the reading. */
  readonly from: number;
  readonly to: number;
  readonly kind: EdgeKind;
  /** Number of the key, −1 for `so` and `rt`. */
  readonly key: number;
  /**
   * For an edge that was not observed but follows: the edges because of which its opposite would close a cycle. An order
   * of two writers that was inferred, say.
   */
  readonly because?: readonly Edge[];
}

/**
 * An execution that explains every transaction: the nodes but the initial one in the order of their commits, which is also
 * the order of versions of each key. `snapshots[i]` is how many of `commits` the i-th one's snapshot holds, for levels that need it told
 * (prefix, snapshot isolation).
 */
export interface Execution {
  readonly commits: Int32Array;
  readonly snapshots?: Int32Array;
}

export type LevelDecision =
  | { readonly valid: true; readonly execution: Execution }
  /** A cycle that the level forbids, its edges in order; empty if a finding of the reading alone breaks the level. */
  | { readonly valid: false; readonly cycle: readonly Edge[] }
  /**
   * Proved impossible by a search: every order of these transactions' writes closes a forbidden cycle.
   * `core` are nodes that suffice.
   */
  | { readonly valid: false; readonly core: readonly number[] }
  | { readonly valid: "unknown"; readonly reason: string };

/** That a level is violated, and how that is known. */
export type Violation = Extract<LevelDecision, { readonly valid: false }>;

/** Decides levels on a reading; `undefined` for what is not of its class, so that the next engine is asked. */
export interface IsolationEngine {
  readonly name: string;
  decide(reading: Reading, level: Level, budget: Budget): LevelDecision | undefined;
}
