import type { Json } from "../../../histories/json.ts";
import type { EdgeKind } from "../../isolation/decision.ts";

/** An execution that is claimed to explain a history of transactions, told by the event indices of their invocations. */
export interface ClaimedExecution {
  /**
   * The transactions that took effect, in the order of their commits, which is that of the versions of every key. For
   * levels above read uncommitted no transaction stands before one that it depends on; for update-serializable, nor before
   * one whose version a transaction that writes has seen overwritten.
   */
  readonly commits: ArrayLike<number>;
  /**
   * How many of `commits` the snapshot of each holds: for prefix consistency and the two snapshot isolations. Left out, each takes
   * the earliest that holds all that it must.
   */
  readonly snapshots?: ArrayLike<number>;
  /**
   * Which transaction wrote what was read, where values are not unique: micro-operation → invocation of the writer, −1 for
   * the initial one. Left out, each read saw the latest before it of those that wrote the value.
   */
  readonly sources?: ReadonlyMap<number, number>;
}

/** An edge of a claimed cycle; transactions by the event indices of their invocations, −1 for the initial one. */
export interface ClaimedEdge {
  readonly from: number;
  readonly to: number;
  readonly kind: EdgeKind;
  readonly key?: Json;
  /** For an order of two writers that was inferred, or an edge that rests on one: what would close a forbidden cycle with the opposite. */
  readonly because?: readonly ClaimedEdge[];
}
