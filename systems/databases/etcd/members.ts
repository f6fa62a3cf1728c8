import { rmSync } from "node:fs";

import type { Etcd3, IMember } from "etcd3";

import type { NodeId } from "../../contracts/protocol.ts";
import type { Members, Surroundings } from "../../contracts/system.ts";
import { firstAnswer } from "../first-answer.ts";
import { oneAfterAnother } from "../one-after-another.ts";
import { untilItSucceeds } from "../until-it-succeeds.ts";
import { dataOf, peerUrl } from "./server.ts";
import { openEtcd, within } from "./store.ts";

/** How long one request may take, in milliseconds. */
const requestPatience = 2_000;
/** How long a change may be refused: etcd makes none before all members have been connected for five seconds. */
const changePatience = 20_000;

/** Members that etcd itself adds and removes (its `Cluster` service). */
export class EtcdMembers implements Members {
  readonly #surroundings: Surroundings;
  readonly #start: (node: NodeId) => Promise<void>;
  /** With whom a node began that joined later than the first. */
  readonly #joinedWith = new Map<NodeId, readonly NodeId[]>();

  constructor(surroundings: Surroundings, start: (node: NodeId) => Promise<void>) {
    this.#surroundings = surroundings;
    this.#start = start;
  }

  /** The members that a node is to be told of as it begins; undefined if it begins with all of the first. */
  joinedWith(node: NodeId): readonly NodeId[] | undefined {
    return this.#joinedWith.get(node);
  }

  async list(): Promise<readonly NodeId[]> {
    const { nodes } = this.#surroundings;
    const alive = nodes.filter((node) => this.#surroundings.alive(node));
    const members = await firstAnswer(alive.map((node) => this.#at(node, membersOf)));
    return members.flatMap((member) => this.#nodeOf(member) ?? []);
  }

  async remove(node: NodeId): Promise<void> {
    await this.#untilTaken(node, async (client) => {
      const found = (await membersOf(client)).find((member) => this.#nodeOf(member) === node);
      if (found !== undefined) await client.cluster.memberRemove({ ID: found.ID }, within(requestPatience));
    });
  }

  async add(node: NodeId): Promise<void> {
    await this.#untilTaken(node, async (client) => {
      const members = (await membersOf(client)).flatMap((member) => this.#nodeOf(member) ?? []);
      // A change that was not heard of may have been made; what a member has is not taken away.
      if (members.includes(node)) return;
      rmSync(dataOf(this.#surroundings, node), { recursive: true, force: true });
      // Written down before: whatever becomes of this, it is with these that it begins.
      this.#joinedWith.set(node, [...members, node]);
      const peerURLs = [peerUrl(this.#surroundings, node)];
      await client.cluster.memberAdd({ peerURLs }, within(requestPatience));
    });
    await this.#start(node);
  }

  /** Asks for a change, of somebody else than the node in question, until it is made. */
  async #untilTaken(node: NodeId, change: (client: Etcd3) => Promise<void>): Promise<void> {
    const { nodes } = this.#surroundings;
    await untilItSucceeds(() => {
      const others = nodes.filter((each) => each !== node && this.#surroundings.alive(each));
      return oneAfterAnother(others, (asked) => this.#at(asked, change));
    }, changePatience);
  }

  async #at<Result>(node: NodeId, request: (client: Etcd3) => Promise<Result>): Promise<Result> {
    const client = await openEtcd(this.#surroundings.address(node), requestPatience);
    try {
      return await request(client);
    } finally {
      client.close();
    }
  }

  #nodeOf({ peerURLs }: IMember): NodeId | undefined {
    return this.#surroundings.nodes.find((node) => peerURLs.includes(peerUrl(this.#surroundings, node)));
  }
}

/** The members, as a majority has agreed: the member that is asked reads first what takes one, and then knows no less. */
async function membersOf(client: Etcd3): Promise<readonly IMember[]> {
  await client.kv.range({ key: Buffer.from("members"), count_only: true }, within(requestPatience));
  const { members } = await client.cluster.memberList({}, within(requestPatience));
  return members;
}
