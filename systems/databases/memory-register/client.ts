import { connect, type Socket } from "node:net";

import type { Json } from "../../../histories/json.ts";
import type { Client, Completion, Invocation } from "../../contracts/client.ts";
import type { Address } from "../../contracts/system.ts";
import { LineSplitter } from "../../line-splitter.ts";

/** No line of the server or its clients is longer, in bytes. */
export const longestLine = 1 << 20;

/** How long a client waits for the connection, and for each answer, in milliseconds. */
const patience = 1_000;

/** A connection to the server: one line out, one line back, one at a time. */
export class RegisterConnection {
  readonly #socket: Socket;
  #waiting: { resolve(line: string): void; reject(error: Error): void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const lines = new LineSplitter(longestLine);
    socket.on("data", (chunk) => {
      try {
        for (const line of lines.push(chunk)) {
          this.#waiting?.resolve(line);
          this.#waiting = undefined;
        }
      } catch {
        socket.destroy();
      }
    });
    socket.on("error", () => undefined);
    socket.on("close", () => this.#waiting?.reject(new Error("connection lost")));
  }

  static open(address: Address, milliseconds: number): Promise<RegisterConnection> {
    const socket = connect({ ...address, noDelay: true });
    const connected = new Promise<RegisterConnection>((resolve, reject) => {
      socket.once("connect", () => resolve(new RegisterConnection(socket)));
      socket.once("error", reject);
    });
    return within(connected, milliseconds, "connection").catch((error: unknown) => {
      socket.destroy();
      throw error;
    });
  }

  get usable(): boolean {
    return this.#socket.writable;
  }

  ask(line: string, milliseconds: number): Promise<string> {
    const answer = new Promise<string>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    this.#socket.write(`${line}\n`);
    return within(answer, milliseconds, "answer");
  }

  close(): void {
    this.#socket.destroy();
  }
}

/**
 * A client of the server. What was never sent has failed; of what was sent and not answered nobody knows,
 * unless it is a read, which has no effect.
 */
export class RegisterClient implements Client {
  readonly #address: Address;
  #connection: RegisterConnection | undefined;
  #closed = false;

  constructor(address: Address) {
    this.#address = address;
  }

  async invoke(operation: Invocation): Promise<Completion> {
    const line = lineOf(operation);
    let connection: RegisterConnection;
    try {
      connection = await this.#connect();
    } catch (error) {
      return { type: "fail", error: ["not-sent", messageOf(error)] };
    }
    try {
      return completionOf(operation, await connection.ask(line, patience));
    } catch (error) {
      // A late answer must not be taken for the next one.
      this.#drop();
      return { type: operation.f === "read" ? "fail" : "info", error: ["no-answer", messageOf(error)] };
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#drop();
    return Promise.resolve();
  }

  /** The connection, proved by a ping, since a proxy takes connections that it can pass nothing on. */
  async #connect(): Promise<RegisterConnection> {
    if (this.#connection?.usable === true) return this.#connection;
    this.#drop();
    const connection = await RegisterConnection.open(this.#address, patience);
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

function lineOf({ f, key, value }: Invocation): string {
  const about = JSON.stringify(key ?? null);
  switch (f) {
    case "read":
      return `GET\t${about}`;
    case "write":
      return `SET\t${about}\t${JSON.stringify(value)}`;
    case "cas": {
      if (!Array.isArray(value) || value.length !== 2) {
        throw new TypeError(`cas: expected the value [from, to], found ${JSON.stringify(value)}`);
      }
      const [from, to]: readonly Json[] = value;
      return `CAS\t${about}\t${JSON.stringify(from)}\t${JSON.stringify(to)}`;
    }
    default:
      throw new TypeError(`expected read, write or cas, found ${f}`);
  }
}

function completionOf({ f }: Invocation, answer: string): Completion {
  const [word = "", json] = answer.split("\t");
  switch (word) {
    case "DONE":
      return { type: "ok" };
    case "VALUE":
      // JSON.parse gives nothing but JSON.
      return { type: "ok", value: JSON.parse(json ?? "null") as Json };
    case "NONE":
      return f === "read" ? { type: "ok", value: null } : { type: "fail", error: "never set" };
    case "NO":
      return { type: "fail", error: ["found", json ?? ""] };
    default:
      return { type: f === "read" ? "fail" : "info", error: ["unexpected-answer", answer] };
  }
}

async function within<Result>(promise: Promise<Result>, milliseconds: number, what: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
