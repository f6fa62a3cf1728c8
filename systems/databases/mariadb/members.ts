import type { NodeId } from "../../contracts/protocol.ts";
import type { Members, Surroundings } from "../../contracts/system.ts";
import { firstAnswer } from "../first-answer.ts";
import { textIn } from "../sql/session.ts";
import { MariadbSession } from "./session.ts";

/** How long one statement may take, in milliseconds. */
const patience = 2_000;

/** Nodes of a Galera group: who is connected to it is a member, and one that leaves in good order is missed by nobody. */
export class GaleraMembers implements Members {
  readonly #surroundings: Surroundings;
  readonly #startAnew: (node: NodeId) => Promise<void>;

  constructor(surroundings: Surroundings, startAnew: (node: NodeId) => Promise<void>) {
    this.#surroundings = surroundings;
    this.#startAnew = startAnew;
  }

  list(): Promise<readonly NodeId[]> {
    const { nodes } = this.#surroundings;
    const alive = nodes.filter((node) => this.#surroundings.alive(node));
    return firstAnswer(alive.map((node) => this.#listAt(node)));
  }

  /** One that was killed is left out by the others before long. */
  async remove(node: NodeId): Promise<void> {
    if (!this.#surroundings.alive(node)) return;
    const session = await MariadbSession.open(this.#surroundings.address(node), patience);
    try {
      await session.run("SHUTDOWN");
    } finally {
      session.close();
    }
  }

  add(node: NodeId): Promise<void> {
    return this.#startAnew(node);
  }

  /** The members as one of them sees them, whose group is the one that goes on. */
  async #listAt(node: NodeId): Promise<readonly NodeId[]> {
    const session = await MariadbSession.open(this.#surroundings.address(node), patience);
    try {
      const [status = {}] = (await session.run("SHOW STATUS LIKE 'wsrep_cluster_status'")).rows;
      if (textIn(status, "Value") !== "Primary") throw new Error(`${node} is cut off from the group`);
      const { rows } = await session.run("SELECT node_name AS node FROM mysql.wsrep_cluster_members");
      const names = new Set(rows.map((row) => textIn(row, "node")));
      return this.#surroundings.nodes.filter((each) => names.has(each));
    } finally {
      session.close();
    }
  }
}
