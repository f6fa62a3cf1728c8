import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import type { System } from "../../contracts/system.ts";
import { EngineError } from "../embedded/engine.ts";
import { EmbeddedSession } from "../embedded/session.ts";
import { missing } from "../missing.ts";
import { sqlCluster } from "../sql/cluster.ts";
import { upsertOnConflict, type SqlDialect } from "../sql/dialect.ts";
import { faultsOfResources, faultsOfServers } from "../faults.ts";
import { sqlWorkloads } from "../sql/programs.ts";
import { sqlPromises } from "../sql/promises.ts";
import { loadSqlite } from "./engine.ts";
import { refusedCommit } from "./errors.ts";

const dialect: SqlDialect = {
  upsert: upsertOnConflict,
  concatenated: (first, second) => `${first} || ${second}`,
  numbered: () => "INTEGER PRIMARY KEY AUTOINCREMENT",
  // There are no locks of rows.
  skippingLocked: "",
  begin: (kind) => [`BEGIN ${kind.toUpperCase()}`],
  refusedCommit,
  codeOf: (error) => (error instanceof EngineError && error.code !== "" ? error.code : undefined),
};

/** SQLite's own words for the ways to keep a journal. */
const journals: Readonly<Record<string, string>> = { wal: "WAL", rollback: "DELETE" };

/**
 * SQLite: processes that have one database file open. Transactions are serializable (sqlite.org, "Isolation In SQLite"), whatever becomes of a
 * process; with less than full synchronization they may be lost with the power, but not with a process.
 */
export const sqlite: System = {
  name: "sqlite",
  summary: "SQLite: processes that share a database file, each serving clients",
  claims: ["serializable"],
  workloads: sqlWorkloads,
  // The file is on one disk, which all of them have open: no power is cut of one alone.
  capabilities: new Set([
    ...[...faultsOfServers].filter((fault) => fault !== "power-cut"),
    ...faultsOfResources,
  ]),
  nodeCounts: { default: 3, minimum: 1, maximum: 9 },
  mutants: [],
  settings: [
    {
      name: "journal",
      summary: "how changes are made whole: a log of what is written ahead, or one of what was there before",
      values: ["wal", "rollback"],
    },
    {
      name: "synchronous",
      summary: "how far each commit is forced to the disk",
      values: ["full", "normal", "off"],
    },
    {
      name: "begin",
      summary: "whether transactions take the lock of writers when they first write, or as they begin",
      values: ["deferred", "immediate"],
    },
  ],
  // However many processes there are, they read and write one file.
  promises: (_, workload) =>
    sqlPromises(workload, { level: "serializable", promised: "serializable", servers: 1 }),
  missing: () => missing(loadSqlite),
  async open(surroundings, { workload = "list-append", settings = {} }) {
    await loadSqlite();
    const program = createRequire(import.meta.url).resolve("rashomon/systems/sqlite");
    const { journal = "wal", synchronous = "full", begin = "deferred" } = settings;
    const [first = ""] = surroundings.nodes;
    const file = join(surroundings.directory(first), "data", "database.db");
    return sqlCluster(
      surroundings,
      {
        dialect,
        now: "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) AS now",
        version: "SELECT 'SQLite ' || sqlite_version() AS version",
        connect: (address, patience) => EmbeddedSession.open(address, patience),
        prepare(node) {
          mkdirSync(dirname(file), { recursive: true });
          return Promise.resolve(node === first && !existsSync(file));
        },
        server(node) {
          const { host, port } = surroundings.address(node);
          return {
            command: process.execPath,
            arguments: [program, host, String(port), file, journals[journal] ?? "WAL", synchronous],
          };
        },
      },
      { workload, isolationLevel: begin },
    );
  },
};
