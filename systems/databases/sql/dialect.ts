/** Where databases that speak SQL differ. */
export interface SqlDialect {
  /**
   * A statement that inserts the row (k, v), or, where there is one of that key, sets its v. `v` is the column's new
   * value in terms of `old` and `given`.
   */
  upsert(table: string, v: (old: string, given: string) => string): string;
  /** Two texts put together. */
  concatenated(first: string, second: string): string;
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
