import type { NodeId } from "../../systems/contracts/protocol.ts";

/** What a nemesis can take away from real nodes. As in a `FaultWorld`, what a call reports as done was seen to be done. */
export interface ResourceFaults {
  /** Leaves a node so much of one processor: 0.1 is a tenth. */
  limitCpu(node: NodeId, share: number): Promise<void>;
  /** Ends that; says how often the node had to wait, null if it was not limited. */
  unlimitCpu(node: NodeId): Promise<number | null>;
  /** Leaves a node so many more bytes of memory than it uses; when it needs more, the system kills it. */
  limitMemory(node: NodeId, bytes: number): Promise<void>;
  /** Ends that; says how often the limit was reached, null if there was none. */
  unlimitMemory(node: NodeId): Promise<number | null>;
}
