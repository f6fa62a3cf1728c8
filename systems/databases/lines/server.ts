import { createServer } from "node:net";

import { LineSplitter } from "../../line-splitter.ts";
import { longestLine } from "./connection.ts";

/** What is said on one connection. */
export interface Conversation {
  /** Hears a line of the client. */
  hear(line: string): void;
  /** The connection has ended. */
  ended?(): void;
}

/** The server's side of a connection. */
export interface Caller {
  readonly reply: (line: string) => void;
  /** Ends the connection at once. */
  readonly hangUp: () => void;
}

/**
 * Serves conversations in lines on a port until the standard input of this process ends. PING is answered here, with PONG and the milliseconds
 * since 1970.
 */
export function serveConversations(host: string, port: number, open: (caller: Caller) => Conversation): void {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => undefined);
    const lines = new LineSplitter(longestLine);
    const reply = (line: string): void => {
      if (socket.writable) socket.write(`${line}\n`);
    };
    const conversation = open({ reply, hangUp: () => socket.destroy() });
    socket.on("data", (chunk) => {
      try {
        for (const line of lines.push(chunk)) {
          if (line === "PING") reply(`PONG\t${Date.now()}`);
          else conversation.hear(line);
        }
      } catch {
        // A line without an end.
        socket.destroy();
      }
    });
    socket.on("close", () => conversation.ended?.());
  });
  server.listen(port, host, () => process.stderr.write(`listens on ${host}:${port}\n`));
  process.on("SIGTERM", () => process.exit(0));
  // Whoever started this server holds its standard input open for as long as it is wanted.
  process.stdin.on("end", () => process.exit(0));
  process.stdin.resume();
}

/** Serves lines that have nothing to do with one another: `answer` gets each with a way to answer it, now or later. */
export function serveLines(
  host: string,
  port: number,
  answer: (line: string, reply: (line: string) => void) => void,
): void {
  serveConversations(host, port, ({ reply }) => ({ hear: (line) => answer(line, reply) }));
}

/** The arguments HOST and PORT, and those that follow; ends the process without them. */
export function serverArguments(expected: string): { host: string; port: number; rest: string[] } {
  const [host, port, ...rest] = process.argv.slice(2);
  if (host === undefined || port === undefined) {
    process.stderr.write(`expected HOST PORT${expected === "" ? "" : ` ${expected}`}\n`);
    process.exit(64);
  }
  return { host, port: Number(port), rest };
}
