import type { NodeId } from "../../contracts/protocol.ts";
import type { Surroundings } from "../../contracts/system.ts";
import { infoOf, ordered, patience } from "./server.ts";

/** A primary and the replicas that follow it, as an operator sets them up and changes them. */
export class Replication {
  readonly #surroundings: Surroundings;
  #primary: NodeId;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#primary = surroundings.nodes[0] ?? "";
  }

  get primary(): NodeId {
    return this.#primary;
  }

  /** The directives that make a node, about to start, the primary or a replica of it. */
  directives(node: NodeId): Readonly<Record<string, string>> {
    if (node === this.#primary) return {};
    const { host, port } = this.#surroundings.route(node, this.#primary);
    return { replicaof: `${host} ${port}` };
  }

  /** Makes the candidate that has most of the changes the primary; those that are left follow it. */
  async promote(candidates: readonly NodeId[]): Promise<NodeId> {
    const offsets = await Promise.all(
      candidates.map(async (node) => {
        const fields = await infoOf(this.#surroundings.address(node), "replication");
        return Number(fields.get("slave_repl_offset") ?? fields.get("master_repl_offset") ?? -1);
      }),
    );
    const chosen = candidates[offsets.indexOf(Math.max(...offsets))];
    if (chosen === undefined) throw new Error("no candidate for a primary");
    await ordered(this.#surroundings.address(chosen), patience, "REPLICAOF", "NO", "ONE");
    this.#primary = chosen;
    for (const node of candidates) {
      if (node === chosen) continue;
      const { host, port } = this.#surroundings.route(node, chosen);
      await ordered(this.#surroundings.address(node), patience, "REPLICAOF", host, port);
    }
    return chosen;
  }
}
