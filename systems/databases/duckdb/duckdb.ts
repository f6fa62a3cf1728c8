import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import type { NodeId } from "../../contracts/protocol.ts";
import type { System } from "../../contracts/system.ts";
import { EngineError } from "../embedded/engine.ts";
import { EmbeddedSession } from "../embedded/session.ts";
import { missing } from "../missing.ts";
import { sqlCluster } from "../sql/cluster.ts";
import { upsertOnConflict, type SqlDialect } from "../sql/dialect.ts";
import { faultsOfResources, faultsOfServers } from "../faults.ts";
import { sqlWorkloads } from "../sql/programs.ts";
import { sqlPromises } from "../sql/promises.ts";
import { loadDuckdb } from "./engine.ts";

/**
 * Which errors of a COMMIT say that nothing was committed: another transaction has changed the same row, or inserted one with the same key.
 * DuckDB has no codes for its errors, only words.
 */
const refusals = /conflict|constraint violat|Failed to commit: PRIMARY KEY or UNIQUE/i;

export const duckdbDialect: SqlDialect = {
  upsert: upsertOnConflict,
  concatenated: (first, second) => `${first} || ${second}`,
  numbered: (table) => `BIGINT PRIMARY KEY DEFAULT nextval('${table}_numbers')`,
  numbering: (table) => [`CREATE SEQUENCE IF NOT EXISTS ${table}_numbers`],
  // There are no locks of rows: whoever deletes one as the second is refused.
  skippingLocked: "",
  // There is one level.
  begin: () => ["BEGIN TRANSACTION"],
  refusedCommit: (error) => error instanceof EngineError && refusals.test(error.message),
  codeOf: (error) => (error instanceof EngineError && error.code !== "" ? error.code : undefined),
};

/**
 * DuckDB: a process that has a database file open, whose clients share it. Its transactions are snapshots of which the first committer wins (duckdb.org,
 * "Concurrency"): snapshot isolation.
 */
export const duckdb: System = {
  name: "duckdb",
  summary: "DuckDB: a process with a database file, whose clients run transactions side by side",
  claims: ["snapshot-isolation"],
  workloads: sqlWorkloads,
  capabilities: new Set([...faultsOfServers, ...faultsOfResources]),
  nodeCounts: { default: 1, minimum: 1, maximum: 1 },
  mutants: [],
  promises: (_, workload) =>
    sqlPromises(workload, { level: "snapshot", promised: "snapshot-isolation", servers: 1 }),
  missing: () => missing(loadDuckdb),
  async open(surroundings, { workload = "list-append" }) {
    await loadDuckdb();
    const program = createRequire(import.meta.url).resolve("rashomon/systems/duckdb");
    const fileOf = (node: NodeId): string => join(surroundings.directory(node), "data", "database.duckdb");
    return sqlCluster(
      surroundings,
      {
        dialect: duckdbDialect,
        now: "SELECT epoch_ms(get_current_timestamp()) AS now",
        version: "SELECT 'DuckDB ' || version() AS version",
        connect: (address, patience) => EmbeddedSession.open(address, patience),
        prepare(node) {
          mkdirSync(dirname(fileOf(node)), { recursive: true });
          return Promise.resolve(!existsSync(fileOf(node)));
        },
        server(node) {
          const { host, port } = surroundings.address(node);
          return { command: process.execPath, arguments: [program, host, String(port), fileOf(node)] };
        },
      },
      { workload, isolationLevel: "snapshot" },
    );
  },
};
