import { connect, type Socket } from "node:net";

import type { Json, JsonObject } from "../../histories/json.ts";
import type { Address } from "../../systems/contracts/system.ts";
import { decodeEnvelope, encodeEnvelope, longestLine } from "./envelope.ts";
import { LineSplitter } from "../../systems/line-splitter.ts";

/** No answer came: in time, or before the connection broke. What was asked may have happened. */
export class NoAnswer extends Error {}

interface Waiting {
  readonly resolve: (body: JsonObject) => void;
  readonly reject: (error: NoAnswer) => void;
}

/** A client's connection to a node of a protocol: asks, and pairs answers with questions by `msg_id`. */
export class NodeConnection {
  readonly #socket: Socket;
  readonly #name: string;
  readonly #waiting = new Map<Json, Waiting>();
  #lastId = 0;

  private constructor(socket: Socket, name: string) {
    this.#socket = socket;
    this.#name = name;
    const lines = new LineSplitter(longestLine);
    socket.on("data", (chunk) => {
      try {
        for (const line of lines.push(chunk)) this.#receive(line);
      } catch {
        socket.destroy();
      }
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      for (const { reject } of this.#waiting.values()) reject(new NoAnswer("connection lost"));
      this.#waiting.clear();
    });
  }

  /** Connects as client `name`; rejects when that takes longer than `milliseconds`. */
  static async open(address: Address, name: string, milliseconds: number): Promise<NodeConnection> {
    const socket = connect({ ...address, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        socket.destroy();
        reject(new NoAnswer(`no connection within ${milliseconds} ms`));
      }, milliseconds);
      socket.once("connect", () => {
        clearTimeout(timer);
        resolve();
      });
      socket.once("error", (error) => {
        clearTimeout(timer);
        reject(error);
      });
    });
    return new NodeConnection(socket, name);
  }

  get usable(): boolean {
    return this.#socket.writable;
  }

  /** The answer to `body`, addressed to `dest`; rejects with `NoAnswer`. */
  ask(dest: string, body: JsonObject, milliseconds: number): Promise<JsonObject> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new NoAnswer(`no answer within ${milliseconds} ms`));
      }, milliseconds);
      this.#waiting.set(id, {
        resolve(answer) {
          clearTimeout(timer);
          resolve(answer);
        },
        reject(error) {
          clearTimeout(timer);
          reject(error);
        },
      });
      if (!this.#socket.writable) return this.#settle(id)?.reject(new NoAnswer("connection lost"));
      this.#socket.write(encodeEnvelope({ src: this.#name, dest, body: { ...body, msg_id: id } }, true));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(line: string): void {
    const envelope = decodeEnvelope(line);
    // A damaged answer is a lost answer.
    if ("malformed" in envelope) return;
    const id = envelope.body["in_reply_to"];
    if (id !== undefined) this.#settle(id)?.resolve(envelope.body);
  }

  #settle(id: Json): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}

/** The `pong` of the node at `address`; undefined when none comes within `milliseconds`. */
export async function pingNode(address: Address, milliseconds: number): Promise<JsonObject | undefined> {
  const before = performance.now();
  let connection: NodeConnection | undefined;
  try {
    connection = await NodeConnection.open(address, "ping", milliseconds);
    const left = Math.max(1, milliseconds - (performance.now() - before));
    const answer = await connection.ask("*", { type: "ping" }, left);
    return answer["type"] === "pong" ? answer : undefined;
  } catch {
    return undefined;
  } finally {
    connection?.close();
  }
}
