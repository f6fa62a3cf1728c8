import { rmSync } from "node:fs";

import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../histories/json.ts";
import type { NodeId } from "../../contracts/protocol.ts";
import type { Members, Surroundings } from "../../contracts/system.ts";
import { firstAnswer } from "../first-answer.ts";
import { oneAfterAnother } from "../one-after-another.ts";
import { untilItSucceeds } from "../until-it-succeeds.ts";
import { dataOf, operator } from "./server.ts";
import { NatsSession, Refused } from "./session.ts";
import { mostReplicas, streamsOf } from "./streams.ts";

/** How long one request may take, in milliseconds. */
const requestPatience = 2_000;
/** How long a change may take, in milliseconds: a stream that has lost its leader finds another within ten seconds. */
const changePatience = 30_000;

/** The servers of JetStream, as its leader lists them: those that agree on which streams there are, and on who has a replica of each. */
interface MetaGroup {
  readonly leader: string;
  readonly servers: readonly string[];
}

/** The servers that have a replica of a stream or of a consumer, by their names: whether it has all that there is, or is not there to get it. */
type Replicas = ReadonlyMap<string, "current" | "behind" | "offline">;

/**
 * Servers that JetStream itself removes, as an operator has it do with one that will not come back (`nats server raft peer-remove`; NATS manual, "JetStream clustering",
 * "Administration"): each stream gives up its replica there, for another where a server is left without one. Whoever joins is given replicas of all streams that lack one.
 */
export class NatsMembers implements Members {
  readonly #surroundings: Surroundings;
  readonly #start: (node: NodeId) => Promise<void>;
  /** How often a node has joined anew. */
  readonly #returns = new Map<NodeId, number>();

  constructor(surroundings: Surroundings, start: (node: NodeId) => Promise<void>) {
    this.#surroundings = surroundings;
    this.#start = start;
  }

  /**
   * The name of a node's server, by which the others know its replicas: another one each time that it joins. One that was removed is taken back only when all
   * other servers have been started again (nats-server until its pull request 6815, of April 2025), and one that has lost its data is to be another for them.
   */
  nameOf(node: NodeId): string {
    const returns = this.#returns.get(node) ?? 0;
    return returns === 0 ? node : `${node}-${returns + 1}`;
  }

  async list(): Promise<readonly NodeId[]> {
    const { servers } = await this.#metaGroup();
    return this.#surroundings.nodes.filter((node) => servers.includes(this.nameOf(node)));
  }

  /** The nodes that lead streams, as the first says who answers; none while nobody does. */
  async leaders(): Promise<readonly NodeId[]> {
    const { nodes } = this.#surroundings;
    const alive = nodes.filter((node) => this.#surroundings.alive(node));
    // A server alone has no group, and nobody to follow.
    if (nodes.length === 1) return alive;
    const asked = alive.map((node) =>
      this.#at(node, undefined, async (session) => {
        const leading = new Set<Json>();
        for (const stream of await streamsOf(session, "")) {
          const { cluster = null } = await session.ask(`STREAM.INFO.${stream}`);
          if (isJsonObject(cluster)) leading.add(cluster["leader"] ?? null);
        }
        return leading;
      }),
    );
    const leading = await firstAnswer(asked).catch(() => new Set<Json>());
    return alive.filter((node) => leading.has(this.nameOf(node)));
  }

  async remove(node: NodeId): Promise<void> {
    const name = this.nameOf(node);
    await untilItSucceeds(async () => {
      const { leader, servers } = await this.#metaGroup();
      if (leader === name) {
        // One that removes itself is no leader any more when its replicas are to be taken out of streams, and they stay.
        await this.#order(node, "META.LEADER.STEPDOWN");
        throw new Error(`${node} has yet to be followed by another leader`);
      }
      if (servers.includes(name)) await this.#order(node, "SERVER.REMOVE", { peer: name });
      await this.#everyReplica(node, async (session, stream, replicas) => {
        if (replicas.has(name)) await this.#removeFrom(session, stream, name);
        if ([...replicas.values()].includes("behind"))
          throw new Error(`a replica of ${stream} has yet to get what others have`);
      });
    }, changePatience);
  }

  async add(node: NodeId): Promise<void> {
    rmSync(dataOf(this.#surroundings, node), { recursive: true, force: true });
    this.#returns.set(node, (this.#returns.get(node) ?? 0) + 1);
    await this.#start(node);
    await untilItSucceeds(async () => {
      const { servers } = await this.#metaGroup();
      if (!servers.includes(this.nameOf(node))) throw new Error(`${node} has yet to be taken in`);
      await this.#everyReplica(node, async (session, stream, replicas) => {
        const gone = [...replicas.keys()].find((name) => !servers.includes(name));
        if (gone !== undefined) await this.#removeFrom(session, stream, gone);
        // With more servers than replicas, others may have got its part.
        if (replicas.size < wanted(servers) || replicas.get(this.nameOf(node)) === "behind")
          throw new Error(`${node} has yet to get its replica of ${stream}`);
      });
    }, changePatience);
  }

  /** What most of the servers agree on: what the one says that they name as their leader. */
  async #metaGroup(): Promise<MetaGroup> {
    const { nodes } = this.#surroundings;
    const alive = nodes.filter((node) => this.#surroundings.alive(node));
    const told = await Promise.all(alive.map((node) => this.#metaGroupAt(node).catch(() => undefined)));
    for (const group of told) {
      if (group === undefined) continue;
      const { leader, servers } = group;
      const followers = told.filter((each) => each?.leader === leader && servers.includes(each.name));
      if (2 * followers.length > servers.length) return group;
    }
    throw new Error(`no leader of JetStream has most of its servers behind it (asked: ${alive.join(", ")})`);
  }

  /** What one server says of the group; only a leader lists the servers. */
  #metaGroupAt(node: NodeId): Promise<MetaGroup & { readonly name: string }> {
    return this.#at(node, operator, async (session) => {
      const { data } = await session.tell(`$SYS.REQ.SERVER.${session.serverId}.JSZ`);
      const { meta_cluster: group = null } = isJsonObject(data) ? data : {};
      if (!isJsonObject(group)) throw new Error(`${node} is no server of JetStream`);
      const { leader } = group;
      const others = [...replicasIn(group).keys()].filter((each) => each !== leader);
      const name = this.nameOf(node);
      if (typeof leader !== "string") throw new Error(`${node} knows no leader`);
      return { name, leader, servers: leader === name ? [leader, ...others] : [] };
    });
  }

  /** Gives JetStream an order, as its operator, through somebody else than the node in question. */
  async #order(node: NodeId, order: string, argument: JsonObject = {}): Promise<void> {
    await oneAfterAnother(this.#others(node), (asked) =>
      this.#at(asked, operator, (session) => session.ask(order, argument)),
    );
  }

  /** Looks at the replicas of each stream and of each of its consumers, as somebody else than the node in question finds them. */
  async #everyReplica(
    node: NodeId,
    look: (session: NatsSession, stream: string, replicas: Replicas) => Promise<void>,
  ): Promise<void> {
    await oneAfterAnother(this.#others(node), (asked) =>
      this.#at(asked, undefined, async (session) => {
        for (const stream of await streamsOf(session, "")) {
          const { cluster = null } = await session.ask(`STREAM.INFO.${stream}`);
          await look(session, stream, replicasIn(cluster));
          const { consumers = null } = await session.ask(`CONSUMER.LIST.${stream}`);
          for (const consumer of isJsonArray(consumers) ? consumers : [])
            if (isJsonObject(consumer)) await look(session, stream, replicasIn(consumer["cluster"] ?? null));
        }
      }),
    );
  }

  /** Has a stream and its consumers give up a replica, which the leader that was to see to it did not live to do, or has done meanwhile. */
  async #removeFrom(session: NatsSession, stream: string, name: string): Promise<never> {
    try {
      await session.ask(`STREAM.PEER.REMOVE.${stream}`, { peer: name });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
    throw new Error(`${stream} has yet to give up its replica on ${name}`);
  }

  #others(node: NodeId): readonly NodeId[] {
    const { nodes } = this.#surroundings;
    return nodes.filter((each) => each !== node && this.#surroundings.alive(each));
  }

  async #at<Result>(
    node: NodeId,
    login: typeof operator | undefined,
    request: (session: NatsSession) => Promise<Result>,
  ): Promise<Result> {
    const access = login === undefined ? {} : { login };
    const session = await NatsSession.open(this.#surroundings.address(node), requestPatience, access);
    try {
      return await request(session);
    } finally {
      session.close();
    }
  }
}

/** How many replicas each stream is to have: as it was made, as far as there are servers. */
function wanted(servers: readonly string[]): number {
  return Math.min(mostReplicas, servers.length);
}

/** The servers of a group, as the group's leader tells of them. */
function replicasIn(group: Json): Replicas {
  const { leader = null, replicas = null } = isJsonObject(group) ? group : {};
  const found = new Map<string, "current" | "behind" | "offline">();
  if (typeof leader === "string") found.set(leader, "current");
  for (const replica of isJsonArray(replicas) ? replicas : []) {
    const { name = null, current = null, offline = null } = isJsonObject(replica) ? replica : {};
    if (typeof name === "string")
      found.set(name, offline === true ? "offline" : current === true ? "current" : "behind");
  }
  return found;
}
