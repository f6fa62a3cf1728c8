import { setTimeout as sleep } from "node:timers/promises";

import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { Cluster, Members } from "../../systems/contracts/system.ts";
import type { MembershipFaults } from "../nemesis/membership-faults.ts";
import type { NodeProcesses } from "./node-processes.ts";

/** How long the members may take to say who they are: they may have to find a leader. In milliseconds. */
const usualPatience = 15_000;

/** The members of a running cluster: each change is done by the system's own means, and seen in its own list of members. */
export class LocalMembership implements MembershipFaults {
  readonly #cluster: () => Cluster;
  readonly #processes: Pick<NodeProcesses, "alive" | "expectEnd">;
  readonly #kill: (node: NodeId) => Promise<void>;
  readonly #away = new Set<NodeId>();
  #touched = false;

  constructor(parts: {
    readonly cluster: () => Cluster;
    readonly processes: Pick<NodeProcesses, "alive" | "expectEnd">;
    readonly kill: (node: NodeId) => Promise<void>;
  }) {
    this.#cluster = parts.cluster;
    this.#processes = parts.processes;
    this.#kill = parts.kill;
  }

  /** Whether a node was taken out, so that it is not to be started. */
  away(node: NodeId): boolean {
    return this.#away.has(node);
  }

  list(patience: number): Promise<readonly NodeId[]> {
    return this.#until(() => true, "the members to say who they are", patience);
  }

  async dispensable(node: NodeId): Promise<boolean> {
    const members = this.#members();
    if (members.dispensable === undefined) return true;
    try {
      return (await members.dispensable()).includes(node);
    } catch {
      // Whoever cannot be told to be dispensable stays.
      return false;
    }
  }

  async takeOut(node: NodeId): Promise<void> {
    this.#touched = true;
    // It may end by itself when it hears that it is no member.
    this.#away.add(node);
    if (this.#processes.alive(node)) this.#processes.expectEnd?.(node, true);
    try {
      await this.#members().remove(node);
    } catch (error) {
      // A change that was not heard of may have been made.
      if ((await this.list(usualPatience)).includes(node)) {
        this.#away.delete(node);
        if (this.#processes.alive(node)) this.#processes.expectEnd?.(node, false);
        throw error;
      }
    }
    await this.#until((members) => !members.includes(node), `${node} to be no member`);
    await this.#kill(node);
  }

  async takeIn(node: NodeId): Promise<void> {
    if ((await this.list(usualPatience)).includes(node)) {
      if (!this.#processes.alive(node)) await this.#cluster().start(node);
    } else {
      await this.#kill(node);
      await this.#members().add(node);
      await this.#until((members) => members.includes(node), `${node} to be a member again`);
    }
    this.#away.delete(node);
  }

  /** Throws unless all of `nodes` are members; nothing is asked of a system whose members nobody changed. */
  async verify(nodes: readonly NodeId[]): Promise<void> {
    if (!this.#touched) return;
    await this.#until((members) => nodes.every((node) => members.includes(node)), "all nodes to be members");
  }

  /** The members, once they are as they should be. */
  async #until(
    holds: (members: readonly NodeId[]) => boolean,
    what: string,
    patience = usualPatience,
  ): Promise<readonly NodeId[]> {
    const before = performance.now();
    for (;;) {
      let found: string;
      try {
        const members = await this.#members().list();
        if (holds(members)) return members;
        found = `they are ${members.join(", ")}`;
      } catch (error) {
        found = error instanceof Error ? error.message : String(error);
      }
      if (performance.now() - before > patience) throw new Error(`expected ${what}: ${found}`);
      await sleep(50);
    }
  }

  #members(): Members {
    const { members } = this.#cluster();
    if (members === undefined) throw new Error("the members of this system do not change");
    return members;
  }
}
