import type { Address } from "../../contracts/system.ts";
import { LineConnection } from "../lines/connection.ts";
import type { SqlResult, SqlSession, SqlValue } from "../sql/session.ts";
import { EngineError } from "./engine.ts";
import { lineOf, resultOf } from "./language.ts";

/** A connection to a process that serves an embedded database. */
export class EmbeddedSession implements SqlSession {
  readonly #connection: LineConnection;
  readonly #patience: number;

  private constructor(connection: LineConnection, patience: number) {
    this.#connection = connection;
    this.#patience = patience;
  }

  /** Connects, proved by a ping, since a proxy takes connections that it can pass nothing on; each statement, and connecting, may take `patience` milliseconds. */
  static async open(address: Address, patience: number): Promise<EmbeddedSession> {
    const connection = await LineConnection.open(address, patience);
    try {
      await connection.ask("PING", patience);
    } catch (error) {
      connection.close();
      throw error;
    }
    return new EmbeddedSession(connection, patience);
  }

  get usable(): boolean {
    return this.#connection.usable;
  }

  async run(statement: string, values: readonly SqlValue[] = []): Promise<SqlResult> {
    try {
      return resultOf(await this.#connection.ask(lineOf(statement, values), this.#patience));
    } catch (error) {
      // An error of the engine leaves the connection whole; without an answer, a late one must not be taken for the next.
      if (!(error instanceof EngineError)) this.close();
      throw error;
    }
  }

  close(): void {
    this.#connection.close();
  }
}
