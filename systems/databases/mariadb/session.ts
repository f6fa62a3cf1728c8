import { connect, type Socket } from "node:net";

import type { Connection, SslOptions } from "mysql2/promise";

import type { Address } from "../../contracts/system.ts";
import { clientLibrary } from "../client-library.ts";
import type { Login, TlsAccess } from "../server-url.ts";
import type { SqlResult, SqlSession, SqlValue } from "../sql/session.ts";

/** The database that holds the tables. */
export const database = "rashomon";

/** How a client comes to a server. */
export interface MariadbAccess extends Pick<Login, "user" | "password"> {
  readonly tls?: TlsAccess;
}

/** How we log in at the servers that we start. */
const ours: MariadbAccess = { user: "root", password: "" };

/** The client library; a usage error if it is not installed. */
export function loadMysql2(): Promise<Pick<typeof import("mysql2/promise"), "createConnection">> {
  return clientLibrary("mysql2", () => import("mysql2/promise"));
}

/** A connection to a MariaDB server through the library `mysql2`. */
export class MariadbSession implements SqlSession {
  readonly #connection: Connection;
  readonly #socket: Socket;
  readonly #patience: number;
  #usable = true;

  private constructor(connection: Connection, socket: Socket, patience: number) {
    this.#connection = connection;
    this.#socket = socket;
    this.#patience = patience;
    // Told by the statement under way, or found out by the next.
    connection.on("error", () => this.close());
    socket.on("close", () => this.close());
  }

  /** Connects; each statement, and connecting, may take `patience` milliseconds. */
  static async open(
    { host, port }: Address,
    patience: number,
    { user, password, tls }: MariadbAccess = ours,
  ): Promise<MariadbSession> {
    const mysql = await loadMysql2();
    const socket = connect(port, host);
    // The server speaks first, so that a proxy which takes connections that it can pass nothing on stays silent.
    const deadline = setTimeout(() => socket.destroy(new Error("no connection in time")), patience);
    try {
      const connection = await mysql.createConnection({
        user,
        ...(password === "" ? {} : { password }),
        stream: socket,
        ...(tls === undefined ? {} : { host: tls.named, ssl: optionsOf(tls) }),
        connectTimeout: patience,
        supportBigNumbers: true,
      });
      return new MariadbSession(connection, socket, patience);
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      clearTimeout(deadline);
    }
  }

  get usable(): boolean {
    return this.#usable;
  }

  async run(statement: string, values: readonly SqlValue[] = []): Promise<SqlResult> {
    try {
      const [result]: readonly [unknown, ...unknown[]] = await this.#connection.query(
        { sql: statement, timeout: this.#patience },
        [...values],
      );
      // Rows of a SELECT; of other statements, what was done.
      if (Array.isArray(result)) return { rows: result.filter(isRow), count: result.length };
      return { rows: [], count: isRow(result) ? Number(result["affectedRows"]) : 0 };
    } catch (error) {
      // An error of the server leaves the connection whole; without an answer, a late one must not be taken for the next.
      if (!(error instanceof Error && "sqlState" in error)) this.close();
      throw error;
    }
  }

  close(): void {
    this.#usable = false;
    this.#connection.destroy();
    this.#socket.destroy();
  }
}

/** In the library's words: it checks the certificate against the host that it is given. */
function optionsOf({ ca, cert, key }: TlsAccess): SslOptions {
  return {
    rejectUnauthorized: true,
    verifyIdentity: true,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
