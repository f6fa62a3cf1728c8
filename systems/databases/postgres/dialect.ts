import { skippingLocked, upsertOnConflict, type SqlDialect } from "../sql/dialect.ts";

/**
 * PostgreSQL's isolation levels, weakest first: by its manual (13.2) read uncommitted is read committed.
 */
export const isolationLevels = ["serializable", "repeatable-read", "read-committed"] as const;

export const postgresDialect: SqlDialect = {
  upsert: upsertOnConflict,
  concatenated: (first, second) => `${first} || ${second}`,
  numbered: () => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
  skippingLocked,
  begin: (level) => [`BEGIN ISOLATION LEVEL ${level.toUpperCase().replaceAll("-", " ")}`],
  refusedCommit: (error) => {
    const state = sqlState(error);
    return state !== undefined && refusals.some((refusal) => state.startsWith(refusal));
  },
  codeOf: sqlState,
};

/**
 * The classes of SQLSTATE (manual, appendix A) with which the server answers a COMMIT that it has not made: constraints that were
 * deferred, no transaction under way, serialization and deadlock. Not 40003, whose name is "statement completion unknown",
 * nor 57 and 08, which may come while it waits for a standby after the commit was made.
 */
const refusals = ["23", "25", "40001", "40002", "40P01"];

/** Five digits and capitals by which PostgreSQL names an error. */
function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}
