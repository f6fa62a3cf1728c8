import type { Client, Exception } from "node-zookeeper-client";

import type { Address } from "../../contracts/system.ts";
import type { Login } from "../server-url.ts";
import type { Change, Versioned, VersionedStore } from "../versioned/store.ts";
import { ZookeeperConnection } from "./connection.ts";

export interface ZookeeperStoreOptions {
  /** Milliseconds for connecting, and for each answer. */
  readonly patience: number;
  /** Whether the server catches up with the leader before each read. */
  readonly sync: boolean;
  /** The node below which all others are: "/app/run"; the root unless given. */
  readonly below?: string;
  /** Who asks; nobody in particular unless given. */
  readonly login?: Pick<Login, "user" | "password">;
}

/** Numbers of errors (class `KeeperException.Code`). */
export const noNode = -101;
export const badVersion = -103;
export const nodeExists = -110;

/**
 * Errors with which the server answers a write that it has not made and never will: not understood, not allowed, or against what is there.
 * After all others, loss of the connection and the end of the session among them, nobody knows.
 */
const refusals = new Set([-5, -6, -8, -102, noNode, badVersion, -108, nodeExists, -111, -114]);

/** Whether an error says that nothing was written and never will be. */
export function refusedByZookeeper(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && refusals.has(code);
}

/** ZooKeeper as a store with versions: each key is a node below one of them, and its version that of the node's data. */
export class ZookeeperStore implements VersionedStore {
  readonly readsTogether = false;
  readonly #connection: ZookeeperConnection;
  readonly #options: ZookeeperStoreOptions;

  private constructor(connection: ZookeeperConnection, options: ZookeeperStoreOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  static async open(address: Address, options: ZookeeperStoreOptions): Promise<ZookeeperStore> {
    const { patience, login } = options;
    return new ZookeeperStore(await ZookeeperConnection.open(address, patience, login), options);
  }

  get #client(): Client {
    return this.#connection.client;
  }

  async read(keys: readonly string[]): Promise<readonly Versioned[]> {
    await this.#catchUp();
    return Promise.all(keys.map((key) => this.#readOne(key)));
  }

  async names(folder: string): Promise<readonly string[]> {
    await this.#catchUp();
    const children = await this.#answer<string[]>((done) =>
      this.#client.getChildren(this.#options.below ?? "/", done),
    );
    const first = `${folder}/`;
    return children
      .map(decodeURIComponent)
      .filter((key) => key.startsWith(first))
      .map((key) => key.slice(first.length));
  }

  async put(key: string, text: string): Promise<void> {
    for (;;) {
      const data = Buffer.from(text);
      const set = this.#answer<unknown>((done) => this.#client.setData(this.#pathOf(key), data, -1, done));
      if ((await unless(set, noNode)) !== undefined) return;
      // Somebody else may have made it meanwhile: then there is something to set.
      if (await this.write([{ key, expected: never, text }])) return;
    }
  }

  async write(changes: readonly Change[]): Promise<boolean> {
    const transaction = this.#client.transaction();
    for (const { key, expected, text } of changes) {
      const path = this.#pathOf(key);
      if (expected.version !== undefined) {
        if (text === undefined) transaction.check(path, expected.version);
        else transaction.setData(path, Buffer.from(text), expected.version);
        continue;
      }
      transaction.create(path);
      // The library takes a condition on version 0 for none, so that no node is to have that version when it is seen.
      if (text === undefined) transaction.remove(path);
      else transaction.setData(path, Buffer.from(text));
    }
    const made = this.#answer<unknown>((done) => transaction.commit(done));
    return (await unless(made, noNode, badVersion, nodeExists)) !== undefined;
  }

  refused(error: unknown): boolean {
    return refusedByZookeeper(error);
  }

  close(): void {
    this.#connection.close();
  }

  /** The node of a key; a name must not hold a slash. */
  #pathOf(key: string): string {
    return `${this.#options.below ?? ""}/${encodeURIComponent(key)}`;
  }

  async #readOne(key: string): Promise<Versioned> {
    const found = this.#answer<Versioned>((done) =>
      this.#client.getData(this.#pathOf(key), (error, data, stat) => {
        // Without an answer there are neither data nor their version.
        if (isError(error)) done(error, never);
        else done(null, { text: data.toString(), version: stat.version });
      }),
    );
    return (await unless(found, noNode)) ?? never;
  }

  async #catchUp(): Promise<void> {
    if (!this.#options.sync) return;
    await this.#answer<null>((done) => {
      this.#connection.sync((error) => done(error, null));
    });
  }

  #answer<Result>(ask: (done: Callback<Result>) => void): Promise<Result> {
    return answered(ask, this.#options.patience);
  }
}

/** What a request gives, in time. */
export async function answered<Result>(
  ask: (done: Callback<Result>) => void,
  patience: number,
): Promise<Result> {
  let deadline: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Result>((resolve, reject) => {
      deadline = setTimeout(() => reject(new Error(`no answer within ${patience} ms`)), patience);
      ask((error, result) => (isError(error) ? reject(error) : resolve(result)));
    });
  } finally {
    clearTimeout(deadline);
  }
}

/** How the library gives an error or a result. */
type Callback<Result> = (error: Error | Exception | null | undefined, result: Result) => void;

/** A key that is not there. */
const never: Versioned = { text: undefined, version: undefined };

/** What is hoped for; undefined after one of these errors. */
export async function unless<Result>(
  hoped: Promise<Result>,
  ...codes: number[]
): Promise<Result | undefined> {
  try {
    return await hoped;
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || !codes.includes(code)) throw error;
    return undefined;
  }
}

function isError(error: Error | Exception | null | undefined): error is Error | Exception {
  return error !== null && error !== undefined;
}

function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error && "code" in error)) return undefined;
  return typeof error.code === "number" ? error.code : undefined;
}
