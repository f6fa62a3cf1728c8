import type { DuckDBConnection, JS } from "@duckdb/node-api";

import { clientLibrary } from "../client-library.ts";
import { EngineError, type Engine, type EngineConnection } from "../embedded/engine.ts";
import type { SqlResult, SqlValue } from "../sql/session.ts";

/** The part of the library that is used. */
type Library = Pick<typeof import("@duckdb/node-api"), "DuckDBInstance">;

/** The library; a usage error if it is not installed. */
export async function loadDuckdb(): Promise<Library> {
  return clientLibrary("@duckdb/node-api", () => import("@duckdb/node-api"));
}

/** A database in a file, which no other process may have open. */
export async function openDuckdb(file: string): Promise<Engine> {
  const { DuckDBInstance } = await loadDuckdb();
  const instance = await DuckDBInstance.create(file, { threads: "2", memory_limit: "256MB" });
  return {
    async connect() {
      return new DuckdbConnection(await instance.connect());
    },
  };
}

/** Statements whose rows are not the number of those that they changed. */
const givesRows = /^SELECT\b|\bRETURNING\b/;

class DuckdbConnection implements EngineConnection {
  readonly #connection: DuckDBConnection;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  async run(statement: string, values: readonly SqlValue[]): Promise<SqlResult> {
    try {
      const result = await this.#connection.run(statement, [...values]);
      const rows = (await result.getRowObjectsJS()).map(inJson);
      return givesRows.test(statement)
        ? { rows, count: rows.length }
        : { rows: [], count: result.rowsChanged };
    } catch (error) {
      throw engineErrorOf(error);
    }
  }

  close(): void {
    this.#connection.closeSync();
  }
}

/** A row whose 64 bits are text. */
function inJson(row: Readonly<Record<string, JS>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [name, typeof cell === "bigint" ? String(cell) : cell]),
  );
}

/** What the library says is wrong; its name is what the message begins with, as in "Constraint Error: …". */
function engineErrorOf(error: unknown): EngineError {
  const message = error instanceof Error ? error.message : String(error);
  const [, kind = ""] = /^(\w+) Error: /.exec(message) ?? [];
  return new EngineError(kind, message);
}
