import { setTimeout as sleep } from "node:timers/promises";

import type { JsonObject } from "../histories/json.ts";
import type { Client, Completion, Invocation } from "../systems/contracts/client.ts";
import type { NodeId } from "../systems/contracts/protocol.ts";
import type { Address } from "../systems/contracts/system.ts";
import { NodeConnection } from "./host/node-connection.ts";
import { answerPatience, completionOf, requestOf, unanswered, unsent } from "./vocabulary.ts";

/** How long a client tries to reach its node before it gives an operation up unsent, in milliseconds. */
const connectPatience = 1_000;
const connectPause = 50;

let clients = 0;

/**
 * A client of a protocol node.
 *
 * An operation that was never sent has failed; so has one that the node answers with a definite error. Of
 * one that was sent and not answered nobody knows, unless it is a read: that has no effect, and fails.
 */
export class ProtocolClient implements Client {
  readonly #node: NodeId;
  readonly #address: Address;
  readonly #name = `c${++clients}`;
  #connection: NodeConnection | undefined;
  #closed = false;

  constructor(node: NodeId, address: Address) {
    this.#node = node;
    this.#address = address;
  }

  async invoke(operation: Invocation): Promise<Completion> {
    const request = requestOf(operation);
    let connection: NodeConnection;
    try {
      connection = await this.#connect();
    } catch (error) {
      return unsent(messageOf(error));
    }
    let answer: JsonObject;
    try {
      answer = await connection.ask(this.#node, request, answerPatience);
    } catch (error) {
      // Whatever held it up, the next operation starts on a fresh connection.
      this.#drop();
      return unanswered(operation, messageOf(error));
    }
    return completionOf(operation, answer);
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#drop();
    return Promise.resolve();
  }

  /** The connection; made anew when it is broken, which is tried again and again while patience lasts. */
  async #connect(): Promise<NodeConnection> {
    if (this.#connection?.usable === true) return this.#connection;
    this.#drop();
    const end = performance.now() + connectPatience;
    for (;;) {
      try {
        const connection = await this.#connectOnce(Math.ceil(end - performance.now()));
        // Closed meanwhile: a connection that nobody ends would keep the whole process up.
        if (this.#closed) connection.close();
        else this.#connection = connection;
        return connection;
      } catch (error) {
        // A last try that could hardly succeed would only hide what was wrong.
        if (this.#closed || end - performance.now() < 2 * connectPause) throw error;
      }
      await sleep(connectPause);
    }
  }

  /**
   * A connection that a ping has proved: a fault proxy takes connections even when it can pass nothing on,
   * and an operation that it swallowed would be one of which nobody knows.
   */
  async #connectOnce(milliseconds: number): Promise<NodeConnection> {
    const connection = await NodeConnection.open(this.#address, this.#name, milliseconds);
    try {
      await connection.ask(this.#node, { type: "ping" }, milliseconds);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  #drop(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
