import { setTimeout as sleep } from "node:timers/promises";

import type { Json, JsonObject } from "../histories/json.ts";
import type { Client, Completion, Invocation } from "../systems/contracts/client.ts";
import type { NodeId } from "../systems/contracts/protocol.ts";
import type { Address } from "../systems/contracts/system.ts";
import { errorCodes, isDefinite } from "../systems/protocols/errors.ts";
import { NodeConnection } from "./host/node-connection.ts";

/** How long a client tries to reach its node before it gives an operation up unsent, in milliseconds. */
const connectPatience = 1_000;
const connectPause = 50;
/** How long it waits for an answer: longer than nodes take to say that they could not do it in time. */
const answerPatience = 2_000;

let clients = 0;

/**
 * A client of a protocol node, for the register workload: `read`, `write` with the value, `cas` with
 * `[from, to]`; a key never written reads as null.
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
      return { type: "fail", error: ["not-sent", messageOf(error)] };
    }
    let answer: JsonObject;
    try {
      answer = await connection.ask(this.#node, request, answerPatience);
    } catch (error) {
      // Whatever held it up, the next operation starts on a fresh connection.
      this.#drop();
      return { type: operation.f === "read" ? "fail" : "info", error: ["no-answer", messageOf(error)] };
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

function requestOf({ f, key, value }: Invocation): JsonObject {
  const about = { key: key ?? null };
  switch (f) {
    case "read":
      return { type: "read", ...about };
    case "write":
      return { type: "write", ...about, value };
    case "cas": {
      if (!Array.isArray(value) || value.length !== 2) {
        throw new TypeError(`cas: expected the value [from, to], found ${JSON.stringify(value)}`);
      }
      const [from, to]: readonly Json[] = value;
      return { type: "cas", ...about, from: from ?? null, to: to ?? null };
    }
    default:
      throw new TypeError(`expected read, write or cas, found ${f}`);
  }
}

function completionOf({ f }: Invocation, answer: JsonObject): Completion {
  const { type, code, text } = answer;
  if (type === `${f}_ok`) {
    return f === "read" ? { type: "ok", value: answer["value"] ?? null } : { type: "ok" };
  }
  if (type !== "error" || typeof code !== "number") {
    return { type: "info", error: ["unexpected-answer", answer] };
  }
  if (f === "read" && code === errorCodes.keyDoesNotExist) return { type: "ok", value: null };
  const failed = f === "read" || isDefinite(code);
  return { type: failed ? "fail" : "info", error: [code, text ?? null] };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
