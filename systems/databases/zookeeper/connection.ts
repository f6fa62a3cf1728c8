import type { Client } from "node-zookeeper-client";

import type { Address } from "../../contracts/system.ts";
import { clientLibrary } from "../client-library.ts";
import type { Login } from "../server-url.ts";

/** The client library; a usage error if it is not installed. */
export async function loadZookeeperClient(): Promise<typeof import("node-zookeeper-client")> {
  const library = await clientLibrary("node-zookeeper-client", () => import("node-zookeeper-client"));
  return library.default;
}

/** How long a session lives without a sign of its client, in milliseconds, unless another time is asked for. */
const usualSession = 5_000;

/** Who has not said who he is: everybody, to ZooKeeper. */
const nobody = { user: "", password: "" };

/** How the protocol numbers requests. */
const operations = { delete: 2, sync: 9, reconfigure: 16 } as const;

/** The node that holds the list of servers. */
const configurationPath = "/zookeeper/config";

/** The library's number of that state; it tells those who use it only of connections that were made. */
const disconnected = 0;

/** What of the library's insides is needed for what it does not offer: `sync`, and to be gone at once. */
interface ConnectionManager {
  readonly socket?: { destroy(): void };
  on(event: "state", listener: (state: number) => void): void;
  connect(): void;
  onSocketData(bytes: Buffer): void;
  queue(request: object, callback: (error?: Error | null) => void): void;
}

/** One connection to one server through the library `node-zookeeper-client`, for as long as that lasts. */
export class ZookeeperConnection {
  readonly client: Client;
  readonly #manager: ConnectionManager;
  #usable = true;

  private constructor(client: Client, manager: ConnectionManager) {
    this.client = client;
    this.#manager = manager;
    manager.on("state", (state) => {
      if (state === disconnected) this.#usable = false;
    });
  }

  /** Connects and opens a session of `sessionTimeout` milliseconds, which takes a majority of the servers; all that may take `patience` milliseconds. */
  static async open(
    { host, port }: Address,
    patience: number,
    { user, password }: Pick<Login, "user" | "password"> = nobody,
    sessionTimeout = usualSession,
  ): Promise<ZookeeperConnection> {
    const { createClient } = await loadZookeeperClient();
    const client = createClient(`${host}:${port}`, { sessionTimeout, retries: 0 });
    if (user !== "") client.addAuthInfo("digest", Buffer.from(`${user}:${password}`));
    const manager = managerOf(client);
    const connection = new ZookeeperConnection(client, manager);
    let deadline: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        client.once("connected", resolve);
        manager.on("state", (state) => {
          if (state === disconnected) reject(new Error("connection lost"));
        });
        deadline = setTimeout(() => reject(new Error(`no connection within ${patience} ms`)), patience);
        client.connect();
        // It would connect again by itself, and send what was not answered: that is for our own clients to decide.
        manager.connect = () => undefined;
        // It throws at error codes that it does not know, out of anybody's reach.
        const take = manager.onSocketData.bind(manager);
        manager.onSocketData = (bytes) => {
          try {
            take(bytes);
          } catch {
            manager.socket?.destroy();
          }
        };
      });
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Whether the connection is not known to be lost. */
  get usable(): boolean {
    return this.#usable;
  }

  /** Has the server catch up with the leader; the library does not offer it. */
  sync(done: (error?: Error | null) => void): void {
    this.#manager.queue(new OtherRequest(operations.sync, text("/")), done);
  }

  /** Has a server with votes join, as a line of the list says it, or leave, by its number; the library does not offer it. */
  reconfigure(change: { readonly joining?: string; readonly leaving?: string }): Promise<void> {
    const { joining, leaving } = change;
    // Whatever the list was before.
    const version = Buffer.alloc(8, 0xff);
    const body = Buffer.concat([text(joining), text(leaving), text(undefined), version]);
    return new Promise((resolve, reject) => {
      this.#manager.queue(new OtherRequest(operations.reconfigure, body), (error) =>
        error === undefined || error === null ? resolve() : reject(error),
      );
    });
  }

  /** The list of servers, as this one knows it. */
  configuration(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.client.getData(configurationPath, (error, data) =>
        // Without an answer there are no data.
        error instanceof Error ? reject(error) : resolve(data.toString()),
      );
    });
  }

  /** Ends the connection at once, whatever is under way; the server ends the session when it hears no more of it. */
  close(): void {
    this.#usable = false;
    this.client.close();
    // Not before it has been made, for one that is being opened.
    setImmediate(() => this.#manager.socket?.destroy());
  }
}

/** A request that the library does not know. To it, it is a deletion, the answer to which has no content that it would read. */
class OtherRequest {
  readonly header = { xid: 0, type: operations.delete };
  readonly #operation: number;
  readonly #body: Buffer;

  constructor(operation: number, body: Buffer) {
    this.#operation = operation;
    this.#body = body;
  }

  /** Its length; then its number, its kind and what it is about. */
  toBuffer(): Buffer {
    const head = Buffer.alloc(12);
    head.writeInt32BE(8 + this.#body.length, 0);
    head.writeInt32BE(this.header.xid, 4);
    head.writeInt32BE(this.#operation, 8);
    return Buffer.concat([head, this.#body]);
  }
}

/** A text with its length before it; none has the length -1. */
function text(content: string | undefined): Buffer {
  const bytes = Buffer.from(content ?? "");
  const length = Buffer.alloc(4);
  length.writeInt32BE(content === undefined ? -1 : bytes.length);
  return Buffer.concat([length, bytes]);
}

function managerOf(client: Client): ConnectionManager {
  if ("connectionManager" in client && isManager(client.connectionManager)) return client.connectionManager;
  throw new TypeError("node-zookeeper-client is not the version that this was written for");
}

function isManager(value: unknown): value is ConnectionManager {
  const methods = ["on", "connect", "onSocketData", "queue"];
  return (
    typeof value === "object" &&
    value !== null &&
    methods.every((name) => name in value && typeof Reflect.get(value, name) === "function")
  );
}
