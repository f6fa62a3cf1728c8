import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { isJsonArray } from "../../../histories/json.ts";
import type { NodeId } from "../../contracts/protocol.ts";
import type { Members, Surroundings } from "../../contracts/system.ts";
import { untilItSucceeds } from "../until-it-succeeds.ts";
import { knownIn, type Known } from "./cluster-nodes.ts";
import { answerOf, ordered } from "./server.ts";

/** The port at which the members of a cluster speak to one another. */
export const busPort = "bus";
/** How long one request may take, in milliseconds. */
const requestPatience = 2_000;
/** How long a change may take, in milliseconds: a failover first, and a copy of all that a primary has. */
const changePatience = 20_000;
/** After so long without success a failover that was ordered is given up, in milliseconds (Redis manual, CLUSTER FAILOVER). */
const failoverPatience = 5_000;

/** What one member knows of all, itself included. */
interface View {
  readonly by: NodeId;
  readonly known: readonly Known[];
}

/**
 * Members of a Redis Cluster, which have no list that they agree on: each has its own, and an operator tells every one of them whom to forget, and a new one whom to
 * meet, as `redis-cli --cluster del-node` and `add-node` do (manual, "Scaling with Redis Cluster"). A primary leaves once a replica has taken its place, and
 * whoever joins is a replica.
 */
export class RedisClusterMembers implements Members {
  readonly #surroundings: Surroundings;
  readonly #folderOf: (node: NodeId) => string;
  readonly #start: (node: NodeId) => Promise<void>;
  /** The names of those that left; whoever was down when all were told to forget them does not know yet. */
  readonly #gone = new Set<string>();
  /** Who has yet to become a replica. */
  readonly #joining = new Set<NodeId>();

  constructor(
    surroundings: Surroundings,
    folderOf: (node: NodeId) => string,
    start: (node: NodeId) => Promise<void>,
  ) {
    this.#surroundings = surroundings;
    this.#folderOf = folderOf;
    this.#start = start;
  }

  /** Those that most of the members know which answer, and most of them do. */
  async list(): Promise<readonly NodeId[]> {
    const views = await this.#views();
    const members = this.#surroundings.nodes.filter((node) => {
      const knowing = views.filter(({ known }) => this.#find(node, known) !== undefined);
      return !this.#joining.has(node) && 2 * knowing.length > views.length;
    });
    if (2 * views.length <= members.length)
      throw new Error(`only ${views.length} of ${members.length} members say who the members are`);
    return members;
  }

  async dispensable(): Promise<readonly NodeId[]> {
    const views = await this.#views();
    return (await this.list()).filter((node) => {
      const others = views.filter(({ by }) => by !== node);
      return others.length > 0 && others.every(({ known }) => this.#isDispensable(node, known));
    });
  }

  async remove(node: NodeId): Promise<void> {
    await untilItSucceeds(async () => {
      const others = (await this.#views()).filter(({ by }) => by !== node);
      const name = others.flatMap(({ known }) => this.#find(node, known)?.name ?? [])[0];
      if (name === undefined) return;
      for (const { known } of others)
        if (known.some((each) => each.name === name && each.serves)) await this.#replace(node, known);
      const told = await Promise.allSettled(others.map(({ by }) => this.#forget(by, name)));
      const why = told.find((each) => each.status === "rejected");
      if (why !== undefined) throw new Error(`not all have forgotten ${node}`, { cause: why.reason });
      this.#gone.add(name);
    }, changePatience);
    // As it would otherwise go on as a replica; one that does not answer ends soon.
    await answerOf(this.#surroundings.address(node), requestPatience, "CLUSTER", "RESET", "SOFT");
  }

  async add(node: NodeId): Promise<void> {
    this.#joining.add(node);
    rmSync(this.#folderOf(node), { recursive: true, force: true });
    await this.#start(node);
    await untilItSucceeds(async () => {
      const others = (await this.#views()).filter(({ by }) => by !== node);
      for (const { by, known } of others)
        for (const { name } of known) if (this.#gone.has(name)) await this.#forget(by, name);
      const [first] = others;
      if (first === undefined) throw new Error("nobody is there to be met");
      if (others.some(({ known }) => this.#find(node, known) === undefined)) {
        await this.#meet(node, first.by);
        throw new Error(`${node} has yet to be known by all`);
      }
      await this.#follow(node, first.known);
    }, changePatience);
    this.#joining.delete(node);
  }

  /** What each of the members that answer knows, without those that have left and run on. */
  async #views(): Promise<readonly View[]> {
    const { nodes } = this.#surroundings;
    const asked = nodes.filter((node) => this.#surroundings.alive(node));
    const views = await Promise.all(
      asked.map(async (by) => {
        const answer = await answerOf(this.#surroundings.address(by), requestPatience, "CLUSTER", "NODES");
        return typeof answer === "string" ? [{ by, known: knownIn(answer) }] : [];
      }),
    );
    return views.flat().filter(({ known }) => !known.some(({ self, name }) => self && this.#gone.has(name)));
  }

  /** A node among those that a member knows. */
  #find(node: NodeId, known: readonly Known[]): Known | undefined {
    const { host, port } = this.#surroundings.address(node);
    return known.find(
      (each) =>
        each.address.host === host &&
        each.address.port === port &&
        !each.handshake &&
        !this.#gone.has(each.name),
    );
  }

  /** The node that a member knows by a name. */
  #nodeOf(known: Known): NodeId | undefined {
    return this.#surroundings.nodes.find((node) => this.#find(node, [known]) !== undefined);
  }

  /** Those of the replicas of a primary that run and are heard of. */
  #replicasOf(primary: string, known: readonly Known[]): readonly NodeId[] {
    return known
      .filter((each) => each.follows === primary && !each.failing)
      .flatMap((each) => this.#nodeOf(each) ?? [])
      .filter((node) => this.#surroundings.alive(node));
  }

  /** Whether somebody else has what a node has: its primary, which is up, or a replica. */
  #isDispensable(node: NodeId, known: readonly Known[]): boolean {
    const found = this.#find(node, known);
    if (found === undefined) return false;
    if (found.follows === undefined) return !found.serves || this.#replicasOf(found.name, known).length > 0;
    const primary = known.find(({ name }) => name === found.follows);
    const primaryNode = primary === undefined ? undefined : this.#nodeOf(primary);
    if (primary?.failing === false && primaryNode !== undefined && this.#surroundings.alive(primaryNode))
      return true;
    return this.#replicasOf(found.follows, known).some((each) => each !== node);
  }

  /** Has a replica take the place of a primary, where that lives; of one that does not, the others see to it themselves. */
  async #replace(node: NodeId, known: readonly Known[]): Promise<void> {
    const name = this.#find(node, known)?.name ?? "";
    const [replica] = this.#replicasOf(name, known);
    if (replica === undefined) throw new Error(`no replica is there to take the place of ${node}`);
    if (this.#surroundings.alive(node)) {
      const address = this.#surroundings.address(replica);
      await ordered(address, requestPatience, "CLUSTER", "FAILOVER");
      for (const before = performance.now(); performance.now() - before < failoverPatience; await sleep(50)) {
        const role = await answerOf(address, requestPatience, "ROLE");
        if (isJsonArray(role) && role[0] === "master") break;
      }
    }
    throw new Error(`${node} has yet to be replaced`);
  }

  /** Tells a member to forget another; nothing if that does not know it. */
  async #forget(node: NodeId, name: string): Promise<void> {
    try {
      await ordered(this.#surroundings.address(node), requestPatience, "CLUSTER", "FORGET", name);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith("ERR Unknown node")) throw error;
    }
  }

  async #meet(node: NodeId, member: NodeId): Promise<void> {
    const { host, port } = this.#surroundings.address(member);
    const bus = this.#surroundings.address(member, busPort).port;
    await ordered(this.#surroundings.address(node), requestPatience, "CLUSTER", "MEET", host, port, bus);
  }

  /** Has a node follow the primary that has the fewest replicas, until it has all of it. */
  async #follow(node: NodeId, known: readonly Known[]): Promise<void> {
    const address = this.#surroundings.address(node);
    const role = await answerOf(address, requestPatience, "ROLE");
    if (isJsonArray(role) && role[0] === "slave") {
      if (role[3] === "connected") return;
    } else {
      const [primary] = known
        .filter(({ serves, failing }) => serves && !failing)
        .toSorted((a, b) => this.#replicasOf(a.name, known).length - this.#replicasOf(b.name, known).length);
      if (primary === undefined) throw new Error("there is no primary to follow");
      await ordered(address, requestPatience, "CLUSTER", "REPLICATE", primary.name);
    }
    throw new Error(`${node} has yet to get what its primary has`);
  }
}
