import type { Json } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";

/** A kind of logical clock: what events are stamped with, and how a stamp comes of those before. */
export interface LogicalClock<Stamp extends Json> {
  readonly name: string;
  /** Before the first event. */
  readonly zero: Stamp;
  /** The stamp of an event of `node` that is no receipt, after one that was stamped `last`. */
  local(last: Stamp, node: NodeId): Stamp;
  /** The stamp of the receipt of a message whose sending was stamped `sent`. */
  received(last: Stamp, sent: Stamp, node: NodeId): Stamp;
  /** Whether the event of one stamp happened before that of another, as far as stamps tell. */
  before(one: Stamp, other: Stamp): boolean;
  /** What a message takes along of the stamp of its sending; by default all of it. */
  attached?(stamp: Stamp, node: NodeId): Stamp;
  /** Of what was kept on disk, what a node starts again with; by default all of it. */
  restored?(stamp: Stamp, node: NodeId): Stamp;
  /** Whether an event that sends nothing and receives nothing is stamped anew. */
  readonly counts?: "all" | "sends";
}
