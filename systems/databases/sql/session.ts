/** What may stand for a `?` in a statement. */
export type SqlValue = string | number | null;

export interface SqlResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Rows that the statement changed or gave. */
  readonly count: number;
}

/** A connection to a database that speaks SQL, for one statement at a time. */
export interface SqlSession {
  /** Runs a statement, each `?` in it for a value; throws what the database or its client library says. */
  run(statement: string, values?: readonly SqlValue[]): Promise<SqlResult>;
  /** Whether another statement can be sent. */
  readonly usable: boolean;
  /** Ends the connection at once, whatever is under way. */
  close(): void;
}

/** The whole number in a column of a row; null where it is NULL. Throws a `TypeError` if it is none. */
export function wholeNumberIn(row: Readonly<Record<string, unknown>>, column: string): number | null {
  const cell = row[column];
  if (cell === null) return null;
  // Some client libraries give 64 bits as text.
  const value = typeof cell === "string" && /^-?\d+$/.test(cell) ? Number(cell) : cell;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new TypeError(`expected a whole number in column ${column}, found ${JSON.stringify(cell)}`);
}

/** The text in a column of a row. Throws a `TypeError` if it is none. */
export function textIn(row: Readonly<Record<string, unknown>>, column: string): string {
  const cell = row[column];
  if (typeof cell === "string") return cell;
  throw new TypeError(`expected text in column ${column}, found ${JSON.stringify(cell)}`);
}
