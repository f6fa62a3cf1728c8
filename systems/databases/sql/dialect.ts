/** Where databases that speak SQL differ. */
export interface SqlDialect {
  /**
   * A statement that inserts the row (k, v), or, where there is one of that key, sets its v. `v` is the column's new
   * value in terms of `old` and `given`.
   */
  upsert(table: string, v: (old: string, given: string) => string): string;
  /** Two texts put together. */
  concatenated(first: string, second: string): string;
  /** The type of the column `id` of a table: its primary key, which the server numbers in the order of insertions, more or less. */
  numbered(table: string): string;
  /** Statements that such a column needs before its table is made; none unless given. */
  numbering?(table: string): readonly string[];
  /** What ends a SELECT that locks the rows that it gives and passes over those which others have locked; nothing where whoever is second is refused. */
  readonly skippingLocked: string;
  /** What begins a transaction at an isolation level, one of those that the system offers. */
  begin(isolationLevel: string): readonly string[];
  /** Whether an error of a `COMMIT` says that the transaction was not committed and never will be. */
  refusedCommit(error: unknown): boolean;
  /** A short name of an error, such as its SQLSTATE; undefined if it has none. */
  codeOf(error: unknown): string | undefined;
}

/** `ON CONFLICT`, which PostgreSQL and SQLite have. */
export function upsertOnConflict(table: string, v: (old: string, given: string) => string): string {
  return `INSERT INTO ${table} (k, v) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = ${v(`${table}.v`, "excluded.v")}`;
}

/** `FOR UPDATE SKIP LOCKED`, which PostgreSQL and MariaDB (since 10.6) have. */
export const skippingLocked = " FOR UPDATE SKIP LOCKED";
