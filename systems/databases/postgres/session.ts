import { Socket } from "node:net";

import type { Client as PgClient } from "pg";

import type { Address } from "../../contracts/system.ts";
import { clientLibrary } from "../client-library.ts";
import type { Login } from "../server-url.ts";
import type { PostgresTls } from "./tls.ts";
import type { SqlResult, SqlSession, SqlValue } from "../sql/session.ts";

/** The superuser of the servers that we start. */
export const owner = "rashomon";
const ours: PostgresAccess = { user: owner, password: "", database: "postgres" };

/** How a client comes to a server: in the clear unless `tls` says how else. */
export interface PostgresAccess extends Login {
  readonly tls?: PostgresTls;
}

const library = () => import("pg");

/** The client library; a usage error if it is not installed. */
export async function loadPg(): Promise<Awaited<ReturnType<typeof library>>["default"]> {
  return (await clientLibrary("pg", library)).default;
}

/** A connection to a PostgreSQL server through the library `pg`. */
export class PostgresSession implements SqlSession {
  readonly #client: PgClient;
  readonly #socket: Socket;
  #usable = true;

  private constructor(client: PgClient, socket: Socket) {
    this.#client = client;
    this.#socket = socket;
    // Told by the statement under way, or found out by the next.
    client.on("error", () => this.close());
    client.on("end", () => this.close());
  }

  /** Connects; each statement, and connecting, may take `patience` milliseconds. */
  static async open(
    { host, port }: Address,
    patience: number,
    { user, password, database, tls }: PostgresAccess = ours,
  ): Promise<PostgresSession> {
    const pg = await loadPg();
    const socket = new Socket();
    const client = new pg.Client({
      host,
      port,
      user,
      database,
      ...(password === "" ? {} : { password }),
      // Left out, it would be what the environment says (PGSSLMODE).
      ssl: tls === undefined ? false : { ...tls },
      connectionTimeoutMillis: patience,
      query_timeout: patience,
      stream: () => socket,
    });
    const session = new PostgresSession(client, socket);
    try {
      await client.connect();
    } catch (error) {
      session.close();
      throw error;
    }
    return session;
  }

  get usable(): boolean {
    return this.#usable;
  }

  async run(statement: string, values: readonly SqlValue[] = []): Promise<SqlResult> {
    let position = 0;
    const text = statement.replaceAll("?", () => `$${++position}`);
    try {
      const { rows, rowCount, command } = await this.#client.query<Record<string, unknown>>(text, [
        ...values,
      ]);
      // The answer to the COMMIT of a transaction that had failed; it is no error to the server.
      if (statement === "COMMIT" && command !== "COMMIT") throw new RolledBack(command);
      return { rows, count: rowCount ?? 0 };
    } catch (error) {
      // An error of the server leaves the connection whole; without an answer, a late one must not be taken for the next.
      if (!(error instanceof Error && ("severity" in error || error instanceof RolledBack))) this.close();
      throw error;
    }
  }

  close(): void {
    this.#usable = false;
    this.#socket.destroy();
  }
}

/** The server answered a COMMIT with a rollback. */
class RolledBack extends Error {
  /** As if it had been an error: in failed transaction. */
  readonly code = "25P02";

  constructor(command: string) {
    super(`COMMIT was answered by ${command}`);
  }
}
