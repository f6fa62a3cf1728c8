import type { NodeId } from "../../systems/contracts/protocol.ts";

/** What a nemesis can do to the members of a system. As in a `FaultWorld`, what a call reports as done was seen to be done. */
export interface MembershipFaults {
  /** The nodes that are members, as a majority of them says; throws if none does so within `patience` milliseconds. */
  list(patience: number): Promise<readonly NodeId[]>;
  /** Whether the others have all that a member has, as they say. */
  dispensable(node: NodeId): Promise<boolean>;
  /** Has a node leave, by the members' own list of members, and ends it. */
  takeOut(node: NodeId): Promise<void>;
  /** Has a node join anew, with nothing of what it had, until it is on that list and serves; of a member nothing is done but that it runs. */
  takeIn(node: NodeId): Promise<void>;
}
