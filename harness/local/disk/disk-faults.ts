import { setTimeout as sleep } from "node:timers/promises";

import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { FaultJournal } from "../../journal.ts";
import type { DiskDisturbance, DiskFaults, FileDamage } from "../../nemesis/disk-faults.ts";
import type { NodeProcesses } from "../node-processes.ts";
import { damageFiles } from "./damage.ts";
import type { NodeDisk } from "./node-disk.ts";
import type { NodeDisks } from "./node-disks.ts";
import { Tracer } from "./tracer.ts";

/** How long it may take until a tracer says that a node is dead by it, in milliseconds. */
const deathPatience = 2_000;

interface Disturbed {
  readonly kind: DiskDisturbance["kind"];
  readonly tracer: Tracer;
  /** Where it is to be killed at a sync: until it was, or is no more to be. */
  readonly death?: Promise<void>;
}

/** What can be done to the disks of nodes, with the processes that use them. */
export class LocalDiskFaults implements DiskFaults {
  readonly #disks: NodeDisks | undefined;
  readonly #directory: (node: NodeId) => string;
  readonly #processes: NodeProcesses;
  readonly #journal: FaultJournal;
  readonly #disturbed = new Map<NodeId, Disturbed>();
  /** Whom a tracer is about to come between, or to leave. */
  readonly #changing = new Set<NodeId>();
  /** The last of what is to be done to the disk of a node as a whole: its power cut, its room taken. */
  readonly #turns = new Map<NodeId, Promise<void>>();

  constructor(parts: {
    /** Disks of the nodes' own, where they have some. */
    readonly disks: NodeDisks | undefined;
    /** Where a node keeps its files. */
    readonly directory: (node: NodeId) => string;
    readonly processes: NodeProcesses;
    readonly journal: FaultJournal;
  }) {
    this.#disks = parts.disks;
    this.#directory = parts.directory;
    this.#processes = parts.processes;
    this.#journal = parts.journal;
  }

  cutPower(node: NodeId): Promise<void> {
    return this.#inTurn(node, () => this.#cutPower(node));
  }

  /** Does one thing after the other to a node's disk: between two mounts there is none. */
  #inTurn(node: NodeId, act: () => Promise<void>): Promise<void> {
    const turn = this.#free(node)
      .then(act)
      .finally(() => {
        if (this.#turns.get(node) === turn) this.#turns.delete(node);
      });
    this.#turns.set(node, turn);
    return turn;
  }

  /** Waits for what is being done to a node's disk; whether it went well is told to whoever asked for it. */
  async #free(node: NodeId): Promise<void> {
    await this.#turns.get(node)?.catch(() => undefined);
  }

  async #cutPower(node: NodeId): Promise<void> {
    const disk = this.#ownDisk(node);
    this.disarm(node);
    // Stopped first: between the last write that reaches the disk and its end the node must not get to see an error, nor tell anybody of it.
    if (this.#processes.alive(node))
      await this.#processes.pause(node).catch((error: unknown) => {
        // One that has ended meanwhile sees nothing any more.
        if (this.#processes.alive(node)) throw error;
      });
    try {
      await disk.cutPower();
    } finally {
      await this.#processes.kill(node);
    }
    await disk.restorePower();
  }

  /**
   * Waits until a death at a sync is complete, and a disk has its power back, where a node does not run: one that were started meanwhile would find
   * a disk that is going away, and be ended with the rest of what it was.
   */
  async settled(node: NodeId): Promise<void> {
    const death = this.#disturbed.get(node)?.death;
    // Whether it went well is told to whoever undoes it.
    const complete = death?.catch(() => undefined);
    if (complete !== undefined && !this.#processes.alive(node))
      await Promise.race([complete, sleep(deathPatience, undefined, { ref: false })]);
    await this.#free(node);
  }

  async cutPowerOfLiar(node: NodeId): Promise<boolean> {
    if (this.#disturbed.get(node)?.kind !== "lie") return false;
    await this.cutPower(node);
    return true;
  }

  async disturb(node: NodeId, disturbance: DiskDisturbance): Promise<"disturbed" | "busy"> {
    const tracer = await this.#attach(node, disturbance);
    if (tracer === undefined) return "busy";
    this.#disturbed.set(node, { kind: disturbance.kind, tracer });
    return "disturbed";
  }

  async killAtSync(node: NodeId, sync: number, power: boolean): Promise<"disturbed" | "busy"> {
    // It may happen before all are attached to.
    this.#processes.expectEnd?.(node, true);
    let tracer: Tracer | undefined;
    try {
      tracer = await this.#attach(node, { kind: "kill", sync });
    } finally {
      if (tracer === undefined) this.#processes.expectEnd?.(node, false);
    }
    if (tracer === undefined) return "busy";
    const death = tracer.killed.then(async (how) => {
      if (how === "otherwise") return;
      // The rest of it: the other processes of a node, and what was not synced.
      await (power && this.#disks !== undefined ? this.cutPower(node) : this.#processes.kill(node));
    });
    // Told when it is undone.
    death.catch(() => undefined);
    this.#disturbed.set(node, { kind: "kill", tracer, death });
    return "disturbed";
  }

  async undisturb(node: NodeId, kind: DiskDisturbance["kind"]): Promise<number | null> {
    const disturbed = this.#disturbed.get(node);
    if (disturbed?.kind !== kind) return null;
    this.#disturbed.delete(node);
    this.#changing.add(node);
    try {
      const calls = await disturbed.tracer.detach();
      const hits = kind === "kill" && (await disturbed.tracer.killed) === "at-call" ? 1 : calls;
      await disturbed.death;
      if (this.#processes.alive(node)) this.#processes.expectEnd?.(node, false);
      return hits;
    } finally {
      this.#changing.delete(node);
    }
  }

  /** A node that ends from now on does so for another reason than that it was to be killed at a sync. */
  disarm(node: NodeId): void {
    const disturbed = this.#disturbed.get(node);
    if (disturbed?.death !== undefined) disturbed.tracer.disarm();
  }

  async fill(node: NodeId): Promise<void> {
    const disk = this.#ownDisk(node);
    await this.#inTurn(node, () => disk.fill());
  }

  async unfill(node: NodeId): Promise<void> {
    const disk = this.#ownDisk(node);
    await this.#inTurn(node, () => disk.unfill());
  }

  damage(node: NodeId, damage: FileDamage): Promise<readonly string[]> {
    if (this.#processes.alive(node)) throw new Error(`${node} runs`);
    return Promise.resolve(damageFiles(this.#directory(node), damage));
  }

  /** Leaves all nodes to themselves. */
  async close(): Promise<void> {
    for (const [node, { kind }] of this.#disturbed) await this.undisturb(node, kind);
  }

  /** One at a time can come between a process and the system; none if another does. */
  async #attach(node: NodeId, disturbance: DiskDisturbance): Promise<Tracer | undefined> {
    const leader = this.#processes.pid(node);
    if (leader === undefined || this.#disturbed.has(node) || this.#changing.has(node)) return undefined;
    this.#changing.add(node);
    try {
      return await Tracer.attach(node, leader, disturbance, this.#journal);
    } finally {
      this.#changing.delete(node);
    }
  }

  #ownDisk(node: NodeId): NodeDisk {
    if (this.#disks === undefined) throw new Error("the nodes have no disks of their own in this run");
    return this.#disks.of(node);
  }
}
