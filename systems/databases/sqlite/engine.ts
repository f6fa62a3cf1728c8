import { setTimeout as sleep } from "node:timers/promises";

import type { DatabaseSyncInstance, StatementSyncInstance } from "@photostructure/sqlite";

import { clientLibrary } from "../client-library.ts";
import type { Engine, EngineConnection } from "../embedded/engine.ts";
import type { SqlResult, SqlValue } from "../sql/session.ts";
import { engineErrorOf, isBusy } from "./errors.ts";

const library = () => import("@photostructure/sqlite");

/** The library; a usage error if it is not installed. */
export async function loadSqlite(): Promise<Awaited<ReturnType<typeof library>>> {
  return clientLibrary("@photostructure/sqlite", library);
}

/** How long a statement waits for others, in milliseconds; every client's patience is longer. */
const busyPatience = 1_000;

export interface SqliteOptions {
  readonly file: string;
  /** The journal's mode, and how far each commit is forced to the disk, in SQLite's own words. */
  readonly journal: string;
  readonly synchronous: string;
}

/** A database in a file, which other processes may have open as well. */
export async function openSqlite({ file, journal, synchronous }: SqliteOptions): Promise<Engine> {
  const { DatabaseSync } = await loadSqlite();
  // Whoever is first sets the journal's mode, for which nobody else may be at the database. Here the whole process may wait.
  const first = new DatabaseSync(file, { timeout: 30_000 });
  first.exec(`PRAGMA journal_mode = ${journal}`);
  first.close();
  return {
    async connect() {
      const connection = new SqliteConnection(new DatabaseSync(file, { timeout: 0 }));
      // Which is to look at the database, and may have to wait for that.
      await connection.run(`PRAGMA synchronous = ${synchronous}`, []);
      return connection;
    },
  };
}

class SqliteConnection implements EngineConnection {
  readonly #database: DatabaseSyncInstance;
  readonly #prepared = new Map<string, StatementSyncInstance>();
  /** Statements that the transaction has had; undefined outside one. */
  #statements: number | undefined;
  #closed = false;

  constructor(database: DatabaseSyncInstance) {
    this.#database = database;
  }

  async run(statement: string, values: readonly SqlValue[]): Promise<SqlResult> {
    const before = performance.now();
    for (;;) {
      try {
        return this.#done(statement, this.#prepare(statement), values);
      } catch (error) {
        const ours = engineErrorOf(error);
        const waited = performance.now() - before;
        if (this.#closed || !isBusy(ours) || !this.#mayWait(statement) || waited > busyPatience) throw ours;
      }
      // Not by the library's own patience: whoever has the lock may be another connection of this thread.
      await sleep(2);
    }
  }

  close(): void {
    this.#closed = true;
    if (this.#database.isOpen) this.#database.close();
  }

  #done(statement: string, prepared: StatementSyncInstance, values: readonly SqlValue[]): SqlResult {
    if (prepared.columns().length > 0) {
      const rows = prepared.all(...values);
      this.#count(statement);
      return { rows, count: rows.length };
    }
    const { changes } = prepared.run(...values);
    this.#count(statement);
    return { rows: [], count: changes };
  }

  /** Whoever holds a lock already may be what others wait for, so that it has to let go of it: all but its COMMIT, before which they go. */
  #mayWait(statement: string): boolean {
    return this.#statements === undefined || this.#statements === 0 || statement === "COMMIT";
  }

  #count(statement: string): void {
    if (statement.startsWith("BEGIN")) this.#statements = 0;
    else if (statement === "COMMIT" || statement === "ROLLBACK") this.#statements = undefined;
    else if (this.#statements !== undefined) this.#statements++;
  }

  #prepare(statement: string): StatementSyncInstance {
    let prepared = this.#prepared.get(statement);
    if (prepared === undefined) {
      prepared = this.#database.prepare(statement);
      this.#prepared.set(statement, prepared);
    }
    return prepared;
  }
}
