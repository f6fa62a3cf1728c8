import type { Redis } from "ioredis";

import { isJsonArray, type Json } from "../../../histories/json.ts";
import type { Address } from "../../contracts/system.ts";
import { clientLibrary } from "../client-library.ts";
import type { TlsAccess } from "../server-url.ts";
import { isErrorReply } from "./errors.ts";

const library = () => import("ioredis");

/** The client library; a usage error if it is not installed. */
export async function loadIoredis(): Promise<Awaited<ReturnType<typeof library>>> {
  return clientLibrary("ioredis", library);
}

/** A command and its arguments. */
export type Command = readonly [name: string, ...rest: (string | number)[]];

/** How a client comes to a server that somebody else has set up. */
export interface Access {
  readonly username?: string;
  readonly password?: string;
  /** The number of the database. */
  readonly db?: number;
  /** What every key begins with. */
  readonly keyPrefix?: string;
  readonly tls?: TlsAccess;
}

/**
 * A connection to a Redis server through `ioredis`, of which nothing is wanted but the protocol: it does not connect again, sends nothing a
 * second time, and keeps nothing for later.
 */
export class RedisConnection {
  readonly #redis: Redis;
  #usable = true;

  private constructor(redis: Redis) {
    this.#redis = redis;
    // Told by the command under way, or found out by the next.
    redis.on("error", () => undefined);
    redis.on("end", () => {
      this.#usable = false;
    });
  }

  /** Connects, and waits for an answer, since a proxy takes connections that it can pass nothing on; either, and each answer, may take `patience` milliseconds. */
  static async open(
    { host, port }: Address,
    patience: number,
    access: Access = {},
  ): Promise<RedisConnection> {
    const { Redis: Library } = await loadIoredis();
    const redis = new Library({
      ...access,
      host,
      port,
      lazyConnect: true,
      connectTimeout: patience,
      commandTimeout: patience,
      retryStrategy: null,
      reconnectOnError: null,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      // Version 2 of the protocol says it all, and every server speaks it.
      protocol: 2,
      disableClientInfo: true,
    });
    const connection = new RedisConnection(redis);
    try {
      await redis.connect();
      await connection.ask("PING");
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  /** Whether another command can be sent. */
  get usable(): boolean {
    return this.#usable && this.#redis.status === "ready" && this.#redis.stream.writable;
  }

  /** The answer to a command; throws what the server or the library says. */
  async ask(...[name, ...rest]: Command): Promise<Json> {
    if (!this.usable) throw new NotSent("the connection has ended");
    try {
      return answerOf(await this.#redis.call(name, ...rest));
    } catch (error) {
      // An error of the server leaves the connection whole; without an answer, it ends.
      if (!isErrorReply(error)) this.close();
      throw error;
    }
  }

  /**
   * The answers to commands that are carried out together, by MULTI and EXEC; null if a watched key has changed. All are sent at once. Throws
   * `InPart` if a command failed among others that did not.
   */
  async together(commands: readonly Command[]): Promise<readonly Json[] | null> {
    const sent = [["MULTI"] as const, ...commands].map((command) => this.ask(...command));
    const [answers] = await Promise.allSettled([this.ask("EXEC"), ...sent]);
    if (answers.status === "rejected") throw answers.reason;
    return isJsonArray(answers.value) ? answers.value : null;
  }

  /** Ends the connection at once, whatever is under way. */
  close(): void {
    this.#usable = false;
    this.#redis.disconnect();
    // Without this it would wait for the other side to end as well, which a cut link never does.
    this.#redis.stream?.destroy();
  }
}

/** A command was never sent. */
export class NotSent extends Error {}

/** A command failed among others that were carried out. */
export class InPart extends Error {}

/** An answer, which is text, whole numbers, null and lists of them. */
function answerOf(value: unknown): Json {
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  if (Array.isArray(value)) return value.map(answerOf);
  if (value instanceof Error) throw new InPart(value.message, { cause: value });
  throw new TypeError(`expected an answer of text, numbers and lists, found ${typeof value}`);
}
