import { setTimeout as sleep } from "node:timers/promises";

import { isJsonArray, type Json } from "../histories/json.ts";
import type { NodeId } from "../systems/contracts/protocol.ts";
import type { Members, Surroundings } from "../systems/contracts/system.ts";
import { firstAnswer } from "../systems/databases/first-answer.ts";
import { NodeConnection, pingNode } from "./host/node-connection.ts";

/** How long a node may take to answer, and a leader to change the members, in milliseconds. */
const requestPatience = 2_000;
/** How long a change may be refused, or nobody be there to make it. */
const changePatience = 15_000;

/**
 * The members of a bundled protocol that lets them change, by its own request `reconfigure`. Whoever comes back has what it had on its disk: such protocols rest on
 * nodes that never forget.
 */
export class ProtocolMembers implements Members {
  readonly #surroundings: Surroundings;
  readonly #start: (node: NodeId) => Promise<void>;

  constructor(surroundings: Surroundings, start: (node: NodeId) => Promise<void>) {
    this.#surroundings = surroundings;
    this.#start = start;
  }

  /** What the latest leader says, if a majority of those whom it names says the same. */
  async list(): Promise<readonly NodeId[]> {
    const answers = await Promise.all(
      this.#alive().map(async (node) => {
        const { leads = null, members = null } =
          (await pingNode(this.#surroundings.address(node), requestPatience)) ?? {};
        return { node, leads: typeof leads === "number" ? leads : -1, members: membersIn(members) };
      }),
    );
    const [leader] = answers.toSorted((a, b) => b.leads - a.leads);
    if (leader?.members === undefined || leader.leads < 0)
      throw new Error("no leader whose members are settled");
    const { members } = leader;
    const agreeing = answers.filter(
      (each) => members.includes(each.node) && each.members?.join() === members.join(),
    );
    if (2 * agreeing.length <= members.length) throw new Error("no majority agrees on who the members are");
    return members;
  }

  remove(node: NodeId): Promise<void> {
    return this.#change((members) => members.filter((each) => each !== node));
  }

  async add(node: NodeId): Promise<void> {
    await this.#change((members) =>
      this.#surroundings.nodes.filter((each) => each === node || members.includes(each)),
    );
    await this.#start(node);
  }

  /** Asks everybody, of whom only the leader serves it, until somebody has done it. */
  async #change(change: (members: readonly NodeId[]) => readonly NodeId[]): Promise<void> {
    const before = performance.now();
    for (;;) {
      try {
        const current = await this.list();
        const wanted = change(current);
        if (wanted.length === current.length) return;
        await firstAnswer(this.#alive().map((node) => this.#ask(node, wanted)));
        return;
      } catch (error) {
        if (performance.now() - before > changePatience) throw error;
        await sleep(100);
      }
    }
  }

  async #ask(node: NodeId, members: readonly NodeId[]): Promise<void> {
    const address = this.#surroundings.address(node);
    const connection = await NodeConnection.open(address, "operator", requestPatience);
    try {
      const { type = null, text = null } = await connection.ask(
        node,
        { type: "reconfigure", members },
        requestPatience,
      );
      if (type !== "reconfigure_ok")
        throw new Error(`${node} did not change the members: ${JSON.stringify(text)}`);
    } finally {
      connection.close();
    }
  }

  #alive(): readonly NodeId[] {
    return this.#surroundings.nodes.filter((node) => this.#surroundings.alive(node));
  }
}

/** The members, if there is one group of them: while they change there are two. */
function membersIn(groups: Json): readonly NodeId[] | undefined {
  const [only = null, ...more] = isJsonArray(groups) ? groups : [];
  if (!isJsonArray(only) || more.length > 0) return undefined;
  return only.filter((name) => typeof name === "string");
}
