import type { Client, Completion, Invocation } from "../../contracts/client.ts";
import type { Address } from "../../contracts/system.ts";
import { LineConnection } from "./connection.ts";

/** How long a client waits for the connection, and for each answer, in milliseconds. */
const patience = 1_000;

/** How operations are told to a server, a line each. */
export interface LineLanguage {
  lineOf(operation: Invocation): string;
  /** What the answer says; one that is not understood is treated as none. */
  completionOf(operation: Invocation, answer: string): Completion;
  /** Whether an operation has no effect, so that without an answer it has failed. */
  isRead(operation: Invocation): boolean;
}

/**
 * A client of a server of lines, which answers PING with PONG. What was never sent has failed; of what was sent and not
 * answered nobody knows, unless it is a read, which has no effect.
 */
export class LineClient implements Client {
  readonly #address: Address;
  readonly #language: LineLanguage;
  #connection: LineConnection | undefined;
  #closed = false;

  constructor(address: Address, language: LineLanguage) {
    this.#address = address;
    this.#language = language;
  }

  async invoke(operation: Invocation): Promise<Completion> {
    const line = this.#language.lineOf(operation);
    let connection: LineConnection;
    try {
      connection = await this.#connect();
    } catch (error) {
      return { type: "fail", error: ["not-sent", messageOf(error)] };
    }
    try {
      return this.#language.completionOf(operation, await connection.ask(line, patience));
    } catch (error) {
      // A late answer must not be taken for the next one.
      this.#drop();
      const type = this.#language.isRead(operation) ? "fail" : "info";
      return { type, error: ["no-answer", messageOf(error)] };
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#drop();
    return Promise.resolve();
  }

  /** The connection, proved by a ping, since a proxy takes connections that it can pass nothing on. */
  async #connect(): Promise<LineConnection> {
    if (this.#connection?.usable === true) return this.#connection;
    this.#drop();
    const connection = await LineConnection.open(this.#address, patience);
    try {
      await connection.ask("PING", patience);
    } catch (error) {
      connection.close();
      throw error;
    }
    // Closed meanwhile: a connection that nobody ends would keep the whole process up.
    if (this.#closed) connection.close();
    else this.#connection = connection;
    return connection;
  }

  #drop(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
