import type { NodeId } from "../../systems/contracts/protocol.ts";

/** What can go wrong between a node and its disk. */
export type DiskDisturbance =
  /** Calls of a kind fail with EIO: always, or the first of each thread only, after which all seems well (as with PostgreSQL on Linux before 2018). */
  | { readonly kind: "error"; readonly calls: "sync" | "write" | "read"; readonly once: boolean }
  /** Every sync takes so much longer. */
  | { readonly kind: "slow"; readonly milliseconds: number }
  /** Syncs do nothing, and say that they are done. */
  | { readonly kind: "lie" }
  /** A process is killed as one of its threads begins its k-th sync. */
  | { readonly kind: "kill"; readonly sync: number };

/** How the files of a node are damaged. */
export interface FileDamage {
  /** Bits are flipped, or the end of files is cut off. */
  readonly kind: "flip" | "truncate";
  /** Draws which files, and where. */
  readonly seed: number;
  /** Of every so many pieces of a file… */
  readonly shares: number;
  /** …only this one is hit, so that nodes with other shares keep the others. */
  readonly share: number;
}

/** What a nemesis can do to the disks of real nodes. As in a `FaultWorld`, what a call reports as done was seen to be done. */
export interface DiskFaults {
  /** Ends a node as if its power failed, so that what it wrote and did not sync is lost. */
  cutPower(node: NodeId): Promise<void>;
  /** The same if its syncs have been lies (a disturbance); says whether they have. */
  cutPowerOfLiar(node: NodeId): Promise<boolean>;
  /** Comes between a node and its disk, until `undisturb`; `busy` if something else does already. */
  disturb(node: NodeId, disturbance: DiskDisturbance): Promise<"disturbed" | "busy">;
  /** Ends the disturbance of that kind; says how many calls it hit, null where there was none. */
  undisturb(node: NodeId, kind: DiskDisturbance["kind"]): Promise<number | null>;
  /** Kills a node as one of its threads begins its k-th sync from now on; with `power`, its power fails then, where it has a disk of its own. Undone as `kill`. */
  killAtSync(node: NodeId, sync: number, power: boolean): Promise<"disturbed" | "busy">;
  /** Leaves no room on a node's disk. */
  fill(node: NodeId): Promise<void>;
  unfill(node: NodeId): Promise<void>;
  /** Damages files of a node that does not run; says which, and where. */
  damage(node: NodeId, damage: FileDamage): Promise<readonly string[]>;
}
