import { createServer } from "node:net";

import { LineSplitter } from "../../line-splitter.ts";
import { longestLine } from "./connection.ts";

/**
 * Serves lines on a port until the standard input of this process ends: `answer` gets each line with a way to answer it, now or later. PING is
 * answered here, with PONG and the milliseconds since 1970.
 */
export function serveLines(
  host: string,
  port: number,
  answer: (line: string, reply: (line: string) => void) => void,
): void {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => undefined);
    const lines = new LineSplitter(longestLine);
    const reply = (line: string): void => {
      if (socket.writable) socket.write(`${line}\n`);
    };
    socket.on("data", (chunk) => {
      try {
        for (const line of lines.push(chunk)) {
          if (line === "PING") reply(`PONG\t${Date.now()}`);
          else answer(line, reply);
        }
      } catch {
        // A line without an end.
        socket.destroy();
      }
    });
  });
  server.listen(port, host, () => process.stderr.write(`listens on ${host}:${port}\n`));
  process.on("SIGTERM", () => process.exit(0));
  // Whoever started this server holds its standard input open for as long as it is wanted.
  process.stdin.on("end", () => process.exit(0));
  process.stdin.resume();
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
