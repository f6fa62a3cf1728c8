import type { SqlResult, SqlValue } from "../sql/session.ts";

/** A database that is no server but a library, which keeps it in a file. */
export interface Engine {
  connect(): Promise<EngineConnection>;
}

/** One of the connections to the database within this process, for one statement at a time. */
export interface EngineConnection {
  /** Runs a statement, each `?` in it for a value; throws an `EngineError`. */
  run(statement: string, values: readonly SqlValue[]): Promise<SqlResult>;
  /** Rolls back what is under way. */
  close(): void;
}

/** What the engine says is wrong. */
export class EngineError extends Error {
  /** Its name for it; empty if it has none. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
