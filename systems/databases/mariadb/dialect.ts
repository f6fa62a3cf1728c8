import { skippingLocked, type SqlDialect } from "../sql/dialect.ts";

/** MariaDB's isolation levels. */
export const isolationLevels = [
  "repeatable-read",
  "serializable",
  "read-committed",
  "read-uncommitted",
] as const;

/**
 * Numbers of errors (manual, "MariaDB error codes") with which the server answers a COMMIT that it has not made: a deadlock, which is also
 * how a cluster says that the transaction did not pass certification, and a record that had changed.
 */
const refusals = new Set([1213, 1020]);

export const mariadbDialect: SqlDialect = {
  upsert: (table, v) =>
    `INSERT INTO ${table} (k, v) VALUES (?, ?) ON DUPLICATE KEY UPDATE v = ${v(`${table}.v`, "VALUES(v)")}`,
  concatenated: (first, second) => `CONCAT(${first}, ${second})`,
  // Galera has each node give numbers that no other gives (`wsrep_auto_increment_control`).
  numbered: () => "BIGINT AUTO_INCREMENT PRIMARY KEY",
  skippingLocked,
  begin: (level) => [
    `SET TRANSACTION ISOLATION LEVEL ${level.toUpperCase().replaceAll("-", " ")}`,
    "START TRANSACTION",
  ],
  refusedCommit: (error) =>
    error instanceof Error &&
    "errno" in error &&
    typeof error.errno === "number" &&
    refusals.has(error.errno),
  codeOf: (error) =>
    error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined,
};
