/**
 * As much of Redis' protocol (RESP 2) as a test needs: one command at a time, answered with text, a number, null or an error. It never
 * connects again and sends nothing twice: a client library that does so by itself must be told not to.
 */
import { connect, type Socket } from "node:net";

import type { Address } from "rashomon/systems";

export type Reply = string | number | null;

/** The server has answered that it did not do it: "READONLY You can't write against a read only replica." */
export class ErrorReply extends Error {}

export class Connection {
  readonly #socket: Socket;
  readonly #patience: number;
  #received = "";
  #answer: ((reply: Reply | Error) => void) | undefined;

  private constructor(address: Address, patience: number) {
    this.#patience = patience;
    this.#socket = connect(address).setEncoding("utf8");
    this.#socket.on("error", (error) => this.#answer?.(error));
    this.#socket.on("close", () => this.#answer?.(new Error("the connection ended")));
    this.#socket.on("data", (text: string) => {
      this.#received += text;
      const reply = replyIn(this.#received);
      if (reply !== undefined) this.#answer?.(reply);
    });
  }

  /** A connection on which the server has answered: a proxy takes connections for servers that are down or cut off, too. */
  static async open(address: Address, patience: number): Promise<Connection> {
    const connection = new Connection(address, patience);
    await connection.ask("PING");
    return connection;
  }

  /** Whether another command can be sent. */
  get usable(): boolean {
    return this.#socket.writable;
  }

  /** The reply to a command; throws an `ErrorReply`, or what became of the connection, which has ended then. */
  async ask(...words: readonly string[]): Promise<Reply> {
    if (!this.usable) throw new Error("the connection has ended");
    this.#received = "";
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    const deadline = setTimeout(() => this.#socket.destroy(new Error("no answer in time")), this.#patience);
    const reply = await new Promise<Reply | Error>((resolve) => {
      this.#answer = resolve;
      this.#socket.write(`*${words.length}\r\n${parts.join("")}`);
    });
    clearTimeout(deadline);
    if (!(reply instanceof Error)) return reply;
    // A late answer must not be taken for the next one.
    if (!(reply instanceof ErrorReply)) this.close();
    throw reply;
  }

  /** Ends the connection at once. */
  close(): void {
    this.#socket.destroy();
  }
}

/** The reply that a text is, once all of it is there. */
function replyIn(text: string): Reply | ErrorReply | undefined {
  const end = text.indexOf("\r\n");
  if (end < 0) return undefined;
  const line = text.slice(1, end);
  if (text.startsWith("-")) return new ErrorReply(line);
  if (text.startsWith(":")) return Number(line);
  if (text.startsWith("+")) return line;
  if (line === "-1") return null;
  // All that we store is ASCII, so that bytes are characters.
  const rest = text.slice(end + 2);
  return rest.length < Number(line) + 2 ? undefined : rest.slice(0, Number(line));
}
