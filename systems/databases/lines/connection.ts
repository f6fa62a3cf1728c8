import { connect, type Socket } from "node:net";

import type { Address } from "../../contracts/system.ts";
import { LineSplitter } from "../../line-splitter.ts";

/** No line of a server or its clients is longer, in bytes. */
export const longestLine = 1 << 20;

/** A connection to a server: one line out, one line back, one at a time. */
export class LineConnection {
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

  static open(address: Address, milliseconds: number): Promise<LineConnection> {
    const socket = connect({ ...address, noDelay: true });
    const connected = new Promise<LineConnection>((resolve, reject) => {
      socket.once("connect", () => resolve(new LineConnection(socket)));
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
