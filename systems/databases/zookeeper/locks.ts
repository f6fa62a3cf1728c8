import { canonical, type Json } from "../../../histories/json.ts";
import type { Client, Completion, Invocation } from "../../contracts/client.ts";
import { Refusal, unfit } from "../sql/operation.ts";
import { loadZookeeperClient, type ZookeeperConnection } from "./connection.ts";
import { answered, badVersion, nodeExists, noNode, refusedByZookeeper, unless } from "./store.ts";

/** How long a session that holds locks lives without a sign of its client, in milliseconds: four ticks of the servers that we start, which grant two at least. */
export const lockSession = 2_000;

export interface ZookeeperLocksOptions {
  /** Milliseconds for each answer. */
  readonly patience: number;
  /** Opens a connection, and with it the session on which locks are held. */
  readonly connect: () => Promise<ZookeeperConnection>;
  /** The node below which all others are: "/app/run"; the root unless given. */
  readonly below?: string;
}

/** The nodes of a lock: the one that its holder's session keeps, and one whose version counts how often the lock was taken. */
interface LockNodes {
  readonly lock: string;
  readonly latest: string;
}

/**
 * A client that takes locks as ZooKeeper's recipes have it ("ZooKeeper Recipes and Solutions", locks), without a queue of those who wait: a lock is an ephemeral node, which
 * goes when the session of its holder ends. In the same transaction the data of another node are written, whose version, which nothing takes back, is the fencing
 * token. Who releases a lock names the token, and is refused if somebody else has been given one since.
 */
export class ZookeeperLocks implements Client {
  readonly #options: ZookeeperLocksOptions;
  #connection: ZookeeperConnection | undefined;
  #closed = false;

  constructor(options: ZookeeperLocksOptions) {
    this.#options = options;
  }

  async invoke(invocation: Invocation): Promise<Completion> {
    const { f, key = null, value } = invocation;
    const path = (name: string): string =>
      `${this.#options.below ?? ""}/${encodeURIComponent(`${name}/${canonical(key)}`)}`;
    const nodes: LockNodes = { lock: path("locks"), latest: path("latest") };
    if (f !== "acquire" && (f !== "release" || typeof value !== "number"))
      throw unfit(invocation, "acquire, or release of a token");
    let sent = false;
    try {
      const connection = await this.#connected();
      sent = true;
      const result =
        typeof value === "number"
          ? this.#release(connection, nodes, value)
          : this.#acquire(connection, nodes);
      return { type: "ok", value: await result };
    } catch (error) {
      if (error instanceof Refusal) return { type: "fail", error: ["refused", error.message] };
      const unknown = sent && !refusedByZookeeper(error);
      this.#drop();
      return { type: unknown ? "info" : "fail", error: [sent ? "writing" : "connecting", messageOf(error)] };
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#drop();
    return Promise.resolve();
  }

  /** Takes the lock if nobody holds it; its token. */
  async #acquire(connection: ZookeeperConnection, nodes: LockNodes): Promise<Json> {
    const taken = await unless(this.#take(connection, nodes), nodeExists, noNode);
    if (taken !== undefined) return taken;
    const made = this.#answer<string>((done) => connection.client.create(nodes.latest, done));
    if ((await unless(made, nodeExists)) === undefined) throw new Refusal("somebody holds the lock");
    // Nobody had ever taken it.
    const first = await unless(this.#take(connection, nodes), nodeExists);
    if (first === undefined) throw new Refusal("somebody has taken the lock meanwhile");
    return first;
  }

  async #take({ client }: ZookeeperConnection, { lock, latest }: LockNodes): Promise<number> {
    const { CreateMode } = await loadZookeeperClient();
    const results = await this.#answer<unknown>((done) =>
      client
        .transaction()
        .create(lock, CreateMode.EPHEMERAL)
        .setData(latest, Buffer.from("taken"))
        .commit(done),
    );
    return versionIn(results);
  }

  /** Gives the lock back that was taken with a token, if that is the latest: its session may have ended, as long as nobody else had it since. */
  async #release({ client }: ZookeeperConnection, { lock, latest }: LockNodes, token: number): Promise<Json> {
    const removed = this.#answer<unknown>((done) =>
      client.transaction().check(latest, token).remove(lock).commit(done),
    );
    if ((await unless(removed, noNode, badVersion)) !== undefined) return token;
    const isLatest = this.#answer<unknown>((done) => client.transaction().check(latest, token).commit(done));
    if ((await unless(isLatest, noNode, badVersion)) === undefined)
      throw new Refusal("the lock was lost: its session ended, and somebody else has taken it since");
    return token;
  }

  async #connected(): Promise<ZookeeperConnection> {
    if (this.#connection?.usable === true) return this.#connection;
    this.#drop();
    const connection = await this.#options.connect();
    // Closed meanwhile: a session that somebody keeps alive would keep the whole process up.
    if (this.#closed) {
      connection.close();
      throw new Error("the client was closed");
    }
    this.#connection = connection;
    return connection;
  }

  #drop(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  #answer<Result>(ask: Parameters<typeof answered<Result>>[0]): Promise<Result> {
    return answered(ask, this.#options.patience);
  }
}

/** The version of the node whose data a transaction of two steps has written as the second. */
function versionIn(results: unknown): number {
  const second: unknown = Array.isArray(results) ? results[1] : undefined;
  const stat: unknown =
    typeof second === "object" && second !== null && "stat" in second ? second.stat : undefined;
  if (typeof stat === "object" && stat !== null && "version" in stat && typeof stat.version === "number")
    return stat.version;
  throw new TypeError(`expected the version of what was written, found ${JSON.stringify(results)}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
