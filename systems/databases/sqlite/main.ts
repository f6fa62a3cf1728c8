/**
 * A process that has an SQLite database open, and serves statements on it, one client after the other.
 *
 *     node main.js HOST PORT FILE JOURNAL SYNCHRONOUS
 */
import { serveEngine } from "../embedded/server.ts";
import { serverArguments } from "../lines/server.ts";
import { openSqlite } from "./engine.ts";

const { host, port, rest } = serverArguments("FILE JOURNAL SYNCHRONOUS");
const [file = "", journal = "", synchronous = ""] = rest;
serveEngine(host, port, await openSqlite({ file, journal, synchronous }));
