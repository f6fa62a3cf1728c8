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
import { serveLines, serverArguments } from "../lines/server.ts";
import { RegisterTable } from "./register-table.ts";

const { host, port } = serverArguments("");
const table = new RegisterTable();
serveLines(host, port, (line, reply) => reply(table.answer(line)));
