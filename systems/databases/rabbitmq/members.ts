import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { isJsonArray, isJsonObject, type Json } from "../../../histories/json.ts";
import type { NodeId } from "../../contracts/protocol.ts";
import type { Members, Surroundings } from "../../contracts/system.ts";
import { oneAfterAnother } from "../one-after-another.ts";
import { untilItSucceeds } from "../until-it-succeeds.ts";
import { dataOf, nodeName, rabbitmqTools } from "./server.ts";

/** How long a change may be refused, or nobody be there to make it, in milliseconds: a queue may have to find a leader. */
const changePatience = 30_000;

/** Nodes that leave and join a cluster, and replicas of its queue with them, by RabbitMQ's own tools (its guides on clustering and quorum queues). */
export class RabbitmqMembers implements Members {
  readonly #surroundings: Surroundings;
  readonly #queue: string;
  readonly #start: (node: NodeId) => Promise<void>;
  /** Whom a node joins that does so later than the first. */
  readonly #joins = new Map<NodeId, NodeId>();

  constructor(surroundings: Surroundings, queue: string, start: (node: NodeId) => Promise<void>) {
    this.#surroundings = surroundings;
    this.#queue = queue;
    this.#start = start;
  }

  /** Whom a node joins as it begins; undefined for those that were there at first. */
  joins(node: NodeId): NodeId | undefined {
    return this.#joins.get(node);
  }

  async list(): Promise<readonly NodeId[]> {
    const { nodes } = this.#surroundings;
    const alive = nodes.filter((node) => this.#surroundings.alive(node));
    return oneAfterAnother(alive, async (asked) => {
      const [cluster, queue] = await Promise.all([this.#nodesOfCluster(asked), this.#replicas(asked)]);
      return nodes.filter((node) => cluster.includes(this.#name(node)) && queue.includes(this.#name(node)));
    });
  }

  async remove(node: NodeId): Promise<void> {
    const name = this.#name(node);
    await this.#untilMade(node, async (asked) => {
      await this.#runUnless(asked, ["rabbitmq-queues", "delete_member", this.#queue, name], async () =>
        isWithout(await this.#replicas(asked), name),
      );
      // Only a node that serves nobody any more can be forgotten.
      if (this.#surroundings.alive(node)) await this.#run(node, ["rabbitmqctl", "stop_app"]);
      await this.#runUnless(asked, ["rabbitmqctl", "forget_cluster_node", name], async () =>
        isWithout(await this.#nodesOfCluster(asked), name),
      );
    });
  }

  async add(node: NodeId): Promise<void> {
    for (const path of dataOf(this.#surroundings, node)) rmSync(path, { recursive: true, force: true });
    await this.#untilMade(node, async (asked) => {
      // It may be half a member, from a time before that failed.
      if ((await this.#nodesOfCluster(asked)).includes(this.#name(node)))
        await this.#run(asked, ["rabbitmqctl", "forget_cluster_node", this.#name(node)]);
      this.#joins.set(node, asked);
    });
    await this.#start(node);
    const name = this.#name(node);
    await this.#untilMade(node, (asked) =>
      this.#runUnless(asked, ["rabbitmq-queues", "add_member", this.#queue, name], async () =>
        (await this.#replicas(asked)).includes(name),
      ),
    );
  }

  /** Does something at somebody else than the node in question, until that is done. */
  async #untilMade(node: NodeId, change: (asked: NodeId) => Promise<void>): Promise<void> {
    await untilItSucceeds(() => oneAfterAnother(this.#others(node), change), changePatience);
  }

  #others(node: NodeId): readonly NodeId[] {
    const { nodes } = this.#surroundings;
    return nodes.filter((each) => each !== node && this.#surroundings.alive(each));
  }

  /** The nodes of the cluster, running or not, by their names in Erlang. */
  async #nodesOfCluster(asked: NodeId): Promise<readonly string[]> {
    const status = await this.#tell(asked, "cluster_status", []);
    return textsOf(isJsonObject(status) ? (status["disk_nodes"] ?? null) : null);
  }

  /** The nodes with a replica of the queue, running or not. */
  async #replicas(asked: NodeId): Promise<readonly string[]> {
    const queues = await this.#tell(asked, "list_queues", ["name", "members"]);
    const found = (isJsonArray(queues) ? queues : [])
      .filter((each) => isJsonObject(each))
      .find(({ name }) => name === this.#queue);
    if (found === undefined) throw new Error(`there is no queue ${this.#queue}`);
    return textsOf(found["members"] ?? null);
  }

  /** What a command tells as JSON. */
  async #tell(asked: NodeId, command: string, columns: readonly string[]): Promise<Json> {
    const file = join(this.#surroundings.logs(asked), `${command}.json`);
    await this.#run(asked, ["rabbitmqctl", "--quiet", "--formatter", "json", command, ...columns], file);
    // JSON.parse gives nothing but JSON.
    return JSON.parse(readFileSync(file, "utf8")) as Json;
  }

  /** Runs a command; one that fails since what it is for is so already has not failed. */
  async #runUnless(
    asked: NodeId,
    command: readonly [string, ...string[]],
    isSo: () => Promise<boolean>,
  ): Promise<void> {
    try {
      await this.#run(asked, command);
    } catch (error) {
      if (!(await isSo())) throw error;
    }
  }

  #run(asked: NodeId, command: readonly [string, ...string[]], output?: string): Promise<void> {
    return this.#surroundings.run(asked, rabbitmqTools(this.#surroundings, asked, command, output));
  }

  #name(node: NodeId): string {
    return nodeName(this.#surroundings, node);
  }
}

function isWithout(names: readonly string[], name: string): boolean {
  return !names.includes(name);
}

function textsOf(value: Json): readonly string[] {
  return (isJsonArray(value) ? value : []).filter((each) => typeof each === "string");
}
