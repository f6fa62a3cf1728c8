import { join } from "node:path";

import type { NodeId } from "../../../systems/contracts/protocol.ts";
import { allDone } from "../../all-done.ts";
import type { FaultJournal } from "../../journal.ts";
import { NodeDisk } from "./node-disk.ts";

/** The disks of all nodes of a run, one each. */
export class NodeDisks {
  readonly #disks: ReadonlyMap<NodeId, NodeDisk>;
  readonly #entries: ReadonlyMap<NodeId, number>;
  readonly #journal: FaultJournal;

  private constructor(
    disks: ReadonlyMap<NodeId, NodeDisk>,
    entries: ReadonlyMap<NodeId, number>,
    journal: FaultJournal,
  ) {
    this.#disks = disks;
    this.#entries = entries;
    this.#journal = journal;
  }

  /** Makes and mounts a disk for each node in its folder below `directory`. */
  static async open(nodes: readonly NodeId[], directory: string, journal: FaultJournal): Promise<NodeDisks> {
    const disks = new Map(nodes.map((node) => [node, new NodeDisk(join(directory, node))]));
    const entries = new Map(
      Array.from(disks, ([node, { mountPoint }]) => [
        node,
        journal.enter({ kind: "disk", node, mountPoint }),
      ]),
    );
    const all = new NodeDisks(disks, entries, journal);
    try {
      await allDone(Array.from(disks.values(), (disk) => disk.make()));
    } catch (error) {
      await all.close();
      throw error;
    }
    return all;
  }

  of(node: NodeId): NodeDisk {
    const disk = this.#disks.get(node);
    if (disk === undefined) throw new Error(`no node ${node} in this world`);
    return disk;
  }

  async sync(): Promise<void> {
    await allDone(Array.from(this.#disks.values(), (disk) => disk.sync()));
  }

  verify(): void {
    for (const disk of this.#disks.values()) disk.verify();
  }

  /** Unmounts all disks; their files stay, and can be mounted by whoever wants to look at them. */
  async close(): Promise<void> {
    await allDone(
      Array.from(this.#disks, async ([node, disk]) => {
        await disk.unmount();
        const entry = this.#entries.get(node);
        if (entry !== undefined) this.#journal.strike(entry);
      }),
    );
  }
}
