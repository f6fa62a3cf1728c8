import type { SqlDialect } from "./dialect.ts";

/** Statements that make the tables of all workloads. Keys are the operations' keys in canonical JSON. */
export function tables(dialect: SqlDialect): readonly string[] {
  return [
    ...["ids", "messages"].flatMap((table) => dialect.numbering?.(table) ?? []),
    "CREATE TABLE IF NOT EXISTS registers (k VARCHAR(64) PRIMARY KEY, v BIGINT)",
    "CREATE TABLE IF NOT EXISTS lists (k VARCHAR(64) PRIMARY KEY, v TEXT)",
    "CREATE TABLE IF NOT EXISTS predicate_rows (k VARCHAR(64) PRIMARY KEY, v BIGINT)",
    "CREATE TABLE IF NOT EXISTS accounts (k VARCHAR(64) PRIMARY KEY, v BIGINT)",
    "CREATE TABLE IF NOT EXISTS pairs_a (id BIGINT PRIMARY KEY, k VARCHAR(64))",
    "CREATE TABLE IF NOT EXISTS pairs_b (id BIGINT PRIMARY KEY, k VARCHAR(64))",
    "CREATE TABLE IF NOT EXISTS elements (k VARCHAR(64), v BIGINT, PRIMARY KEY (k, v))",
    "CREATE TABLE IF NOT EXISTS parts (k VARCHAR(64) PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS shared_rows (k BIGINT PRIMARY KEY, v BIGINT)",
    "CREATE TABLE IF NOT EXISTS members (v BIGINT PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS counters (k VARCHAR(64) PRIMARY KEY, v BIGINT)",
    `CREATE TABLE IF NOT EXISTS ids (id ${dialect.numbered("ids")}, v BIGINT)`,
    `CREATE TABLE IF NOT EXISTS messages (id ${dialect.numbered("messages")}, v BIGINT)`,
    "CREATE TABLE IF NOT EXISTS locks (k VARCHAR(64) PRIMARY KEY, held BIGINT, token BIGINT)",
  ];
}
