import { rmSync } from "node:fs";

import type { NodeId } from "../../contracts/protocol.ts";
import type { Members, Surroundings } from "../../contracts/system.ts";
import { firstAnswer } from "../first-answer.ts";
import { oneAfterAnother } from "../one-after-another.ts";
import { untilItSucceeds } from "../until-it-succeeds.ts";
import { ZookeeperConnection } from "./connection.ts";
import { filesOf, numberOf, serverLine } from "./server.ts";

/** How long one request may take, in milliseconds. */
const requestPatience = 3_000;
/** How long a change may be refused, or nobody be there to make it: the leader may be on its way out, or the one that joins not yet up to date. */
const changePatience = 20_000;

/** Servers that ZooKeeper itself adds and removes (Administrator's Guide, "Dynamic Reconfiguration"). */
export class ZookeeperMembers implements Members {
  readonly #surroundings: Surroundings;
  readonly #start: (node: NodeId) => Promise<void>;
  /** With whom a node begins that joins later than the first. */
  readonly #joinedWith = new Map<NodeId, readonly NodeId[]>();

  constructor(surroundings: Surroundings, start: (node: NodeId) => Promise<void>) {
    this.#surroundings = surroundings;
    this.#start = start;
  }

  /** The servers that a node is to be told of as it begins; undefined if it begins with all of the first. */
  joinedWith(node: NodeId): readonly NodeId[] | undefined {
    return this.#joinedWith.get(node);
  }

  list(): Promise<readonly NodeId[]> {
    const { nodes } = this.#surroundings;
    const alive = nodes.filter((node) => this.#surroundings.alive(node));
    return firstAnswer(alive.map((node) => this.#at(node, (connection) => this.#listAt(connection))));
  }

  async remove(node: NodeId): Promise<void> {
    const leaving = String(numberOf(this.#surroundings, node));
    await this.#untilMade(node, false, (connection) => connection.reconfigure({ leaving }));
  }

  async add(node: NodeId): Promise<void> {
    for (const file of filesOf(this.#surroundings, node)) rmSync(file, { recursive: true, force: true });
    // It follows the leader without a vote, until it is added.
    await untilItSucceeds(
      async () => this.#joinedWith.set(node, [...(await this.list()), node]),
      changePatience,
    );
    await this.#start(node);
    const joining = serverLine(this.#surroundings, node);
    await this.#untilMade(node, true, (connection) => connection.reconfigure({ joining }));
  }

  /** Asks for a change, of somebody else than the node in question, until that is a member, or none. */
  async #untilMade(
    node: NodeId,
    member: boolean,
    change: (connection: ZookeeperConnection) => Promise<void>,
  ): Promise<void> {
    const { nodes } = this.#surroundings;
    await untilItSucceeds(() => {
      const others = nodes.filter((each) => each !== node && this.#surroundings.alive(each));
      return oneAfterAnother(others, (asked) =>
        this.#at(asked, async (connection) => {
          if ((await this.#listAt(connection)).includes(node) !== member) await change(connection);
        }),
      );
    }, changePatience);
  }

  /** The servers with votes, as one of them knows once it has caught up with the leader. */
  async #listAt(connection: ZookeeperConnection): Promise<readonly NodeId[]> {
    await promised((done) => connection.sync(done));
    const text = await connection.configuration();
    const { nodes } = this.#surroundings;
    return nodes.filter((node) => {
      const start = `server.${numberOf(this.#surroundings, node)}=`;
      return text.split("\n").some((line) => line.startsWith(start) && line.includes(":participant"));
    });
  }

  async #at<Result>(
    node: NodeId,
    request: (connection: ZookeeperConnection) => Promise<Result>,
  ): Promise<Result> {
    const connection = await ZookeeperConnection.open(this.#surroundings.address(node), requestPatience);
    try {
      return await inTime(request(connection));
    } finally {
      connection.close();
    }
  }
}

function promised(ask: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    ask((error) => (error === undefined || error === null ? resolve() : reject(error)));
  });
}

async function inTime<Result>(answer: Promise<Result>): Promise<Result> {
  let deadline: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    deadline = setTimeout(() => reject(new Error(`no answer within ${requestPatience} ms`)), requestPatience);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(deadline);
  }
}
