import type { JsonObject } from "../../histories/json.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { DiskFaults } from "./disk-faults.ts";
import type { Grudge } from "./grudge.ts";
import type { MembershipFaults } from "./membership-faults.ts";
import type { ResourceFaults } from "./resource-faults.ts";

/** What can be done to the bytes of a link, short of cutting it. */
export type LinkDisturbance =
  | { readonly kind: "latency"; readonly milliseconds: number; readonly jitter: number }
  | { readonly kind: "bandwidth"; readonly kilobytesPerSecond: number }
  | { readonly kind: "slow-close"; readonly milliseconds: number }
  | { readonly kind: "reset" }
  /** Of the packets, `rate` (of one) are lost, come twice, have a bit flipped, or are overtaken by those of the next milliseconds. */
  | { readonly kind: "loss" | "duplication" | "corruption"; readonly rate: number }
  | { readonly kind: "reorder"; readonly rate: number; readonly milliseconds: number };

/**
 * What a nemesis can do, in any world. Each call resolves when the fault is in force and was seen to be,
 * and throws, leaving nothing behind, when it is not: what was not applied is never reported as applied.
 */
export interface FaultWorld {
  readonly nodes: readonly NodeId[];
  alive(node: NodeId): boolean;
  paused(node: NodeId): boolean;
  /** Whether a node was taken out of the members, so that it does not run and is not to be started. */
  away?(node: NodeId): boolean;
  /** The nodes that lead at the moment; empty where the system does not know. */
  primaries(): Promise<readonly NodeId[]>;
  /** Makes one of the candidates the primary, whose name is returned. */
  promote(candidates: readonly NodeId[]): Promise<NodeId>;
  /** Lets nothing through along the links of `grudge`, until `undisturb(name)`. */
  cut(name: string, grudge: Grudge): Promise<void>;
  disturb(name: string, disturbance: LinkDisturbance, grudge: Grudge): Promise<void>;
  /** Ends the cut or disturbance called `name`. */
  undisturb(name: string): Promise<void>;
  kill(node: NodeId): Promise<void>;
  /** Asks a node to end; `killed` says that it had to be forced. */
  terminate(node: NodeId): Promise<"ended" | "killed">;
  /** Starts a node again that is not running; resolves when it serves. */
  restart(node: NodeId): Promise<void>;
  pause(node: NodeId): Promise<void>;
  resume(node: NodeId): Promise<void>;
  /** Sets a node's wall clock off by `offsetMilliseconds` from now on, and lets it run at `rate`. */
  setClock(node: NodeId, offsetMilliseconds: number, rate: number): Promise<void>;
  /** Lets a node's wall clock show `swing` milliseconds more in every second `period`, which is in milliseconds as well. */
  strobeClock?(node: NodeId, swing: number, period: number): Promise<void>;
  resetClock(node: NodeId): Promise<void>;
  /** What can be done to the disks of nodes, where they have disks that can be hurt. */
  readonly disks?: DiskFaults;
  /** What can be taken away from nodes, where it can. */
  readonly resources?: ResourceFaults;
  /** How nodes leave the members and join them anew, where they can. */
  readonly membership?: MembershipFaults;
  /**
   * Waits after all faults until the nodes serve again, and has done what takes an operator: `waited`, for how many seconds for which nodes, and `operator`, what that did, where one
   * had to act. Throws if a node does not come back.
   */
  recover(): Promise<JsonObject>;
  /** Throws unless every node runs, is a member, and no fault is left on any link. */
  verifyHealed(): Promise<void>;
}
