/**
 * A process that has a DuckDB database open, and serves statements on it, many clients side by side.
 *
 *     node main.js HOST PORT FILE
 */
import { serveEngine } from "../embedded/server.ts";
import { serverArguments } from "../lines/server.ts";
import { openDuckdb } from "./engine.ts";

const { host, port, rest } = serverArguments("FILE");
const [file = ""] = rest;
serveEngine(host, port, await openDuckdb(file));
