/**
 * A server of registers in memory, as small as a server can be: one process, one thread, no disk.
 *
 *     node main.js HOST PORT
 *
 * One request a line, one answer a line, in order; keys and values are JSON without a raw newline, and each
 * takes one tab-separated field:
 *
 *     PING                    → PONG <milliseconds since 1970>
 *     GET <key>               → VALUE <json>, or NONE if the key was never set
 *     SET <key> <json>        → DONE
 *     CAS <key> <from> <to>   → DONE, or NO <json> if the value is another, or NONE
 *     anything else           → WHAT <what is wrong>
 */
import { createServer } from "node:net";

import { LineSplitter } from "../../line-splitter.ts";
import { longestLine } from "./client.ts";
import { RegisterTable } from "./register-table.ts";

const [host, port] = process.argv.slice(2);
if (host === undefined || port === undefined) {
  process.stderr.write("expected HOST PORT\n");
  process.exit(64);
}

const table = new RegisterTable();
const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => undefined);
  const lines = new LineSplitter(longestLine);
  socket.on("data", (chunk) => {
    try {
      for (const line of lines.push(chunk)) {
        const answer = line === "PING" ? `PONG\t${Date.now()}` : table.answer(line);
        if (socket.writable) socket.write(`${answer}\n`);
      }
    } catch {
      // A line without an end.
      socket.destroy();
    }
  });
});
server.listen(Number(port), host, () => process.stderr.write(`listens on ${host}:${port}\n`));
process.on("SIGTERM", () => process.exit(0));
// Whoever started this server holds its standard input open for as long as it is wanted.
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
