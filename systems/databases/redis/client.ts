import type { Json } from "../../../histories/json.ts";
import type { Client, Completion, Invocation } from "../../contracts/client.ts";
import type { Address } from "../../contracts/system.ts";
import { Refusal } from "../sql/operation.ts";
import { NotSent, RedisConnection, type Access } from "./connection.ts";
import { codeOf, isRefusal } from "./errors.ts";
import type { Commands, RedisOperation } from "./operation.ts";

/** How a client finds the server to ask. */
export interface Finder {
  /** The server that is to be asked about a key. */
  find(key: string, readOnly: boolean): Promise<Address>;
  /** Learns from an error which server it is not; whether another may be asked at once. */
  learn(error: unknown, key: string): boolean;
}

export interface RedisClientOptions {
  /** What the operations of the workload do. */
  readonly program: (invocation: Invocation) => RedisOperation;
  readonly finder: Finder;
  /** How many replicas are to have a change before it is acknowledged. */
  readonly copies: number;
  /** How long connecting, and each answer, may take, in milliseconds. */
  readonly patience: number;
  /** How the server at an address is come to; as everybody comes to it unless given. */
  readonly access?: (address: Address) => Access;
}

/** How far an operation had got when an error ended it. */
type Stage = "connecting" | "asking" | "changing" | "waiting";

/** A client is sent on to other servers so often at most. */
const redirections = 5;

/**
 * A client of Redis. What was never sent has failed, and so has what the server refused; of a change that was sent and not answered nobody knows.
 */
export class RedisClient implements Client {
  readonly #options: RedisClientOptions;
  readonly #connections = new Map<string, RedisConnection>();
  #closed = false;

  constructor(options: RedisClientOptions) {
    this.#options = options;
  }

  async invoke(invocation: Invocation): Promise<Completion> {
    const operation = this.#options.program(invocation);
    const { key } = operation;
    for (let left = redirections; ; left--) {
      const attempt = new Attempt(this.#options);
      try {
        return { type: "ok", value: await this.#perform(operation, attempt) };
      } catch (error) {
        if (error instanceof TypeError) throw error;
        // Refused, so that nothing happened: another server may do it.
        const elsewhere = this.#options.finder.learn(error, key);
        if (elsewhere && left > 0 && attempt.outcomeOf(error) === "fail") continue;
        const code = error instanceof Refusal ? "refused" : (codeOf(error) ?? attempt.stage);
        return {
          type: operation.readOnly ? "fail" : attempt.outcomeOf(error),
          error: [code, error instanceof Error ? error.message : String(error)],
        };
      }
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
    return Promise.resolve();
  }

  async #perform(operation: RedisOperation, attempt: Attempt): Promise<Json> {
    const { key, readOnly } = operation;
    const connection = await this.#connected(await this.#options.finder.find(key, readOnly));
    return operation.perform(attempt.on(connection));
  }

  async #connected(address: Address): Promise<RedisConnection> {
    const name = `${address.host}:${address.port}`;
    const known = this.#connections.get(name);
    if (known?.usable === true) return known;
    known?.close();
    this.#connections.delete(name);
    const { patience, access } = this.#options;
    const connection = await RedisConnection.open(address, patience, access?.(address));
    // Closed meanwhile: a connection that nobody ends would keep the whole process up.
    if (this.#closed) {
      connection.close();
      throw new Error("the client was closed");
    }
    this.#connections.set(name, connection);
    return connection;
  }
}

/** What is known of one attempt at an operation. */
class Attempt {
  readonly #options: RedisClientOptions;
  stage: Stage = "connecting";

  constructor(options: RedisClientOptions) {
    this.#options = options;
  }

  /** The commands of the operation on a connection. */
  on(connection: RedisConnection): Commands {
    this.stage = "asking";
    const changed = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
      this.stage = "changing";
      const given = await answer;
      const { copies, patience } = this.#options;
      if (copies === 0 || given === null) return given;
      this.stage = "waiting";
      const reached = Number(await connection.ask("WAIT", copies, Math.ceil(patience / 2)));
      if (!(reached >= copies)) throw new Error(`${reached} replicas have it, of ${copies}`);
      return given;
    };
    return {
      ask: (...command) => connection.ask(...command),
      change: (...command) => changed(connection.ask(...command)),
      together: (commands) => changed(connection.together(commands)),
    };
  }

  /** Whether an error leaves open what became of a change. */
  outcomeOf(error: unknown): "fail" | "info" {
    // It was answered, and the answer says that there was nothing to do.
    if (error instanceof Refusal) return "fail";
    if (this.stage === "waiting") return "info";
    if (error instanceof NotSent || isRefusal(error)) return "fail";
    return this.stage === "changing" ? "info" : "fail";
  }
}
