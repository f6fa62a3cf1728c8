import type { Client, Completion, Invocation } from "../../contracts/client.ts";
import type { SqlDialect } from "./dialect.ts";
import { Refusal, type SqlOperation, type Statements } from "./operation.ts";
import type { SqlSession } from "./session.ts";

export interface SqlClientOptions {
  readonly dialect: SqlDialect;
  /** What the operations of the workload do. */
  readonly program: (invocation: Invocation) => SqlOperation;
  /** At which level transactions run. */
  readonly isolationLevel: string;
  /** Opens a connection that was seen to answer. */
  readonly connect: () => Promise<SqlSession>;
}

/** How far an operation had got when an error ended it. */
type Stage = "connecting" | "under way" | "committing";

/**
 * A client of a database that speaks SQL. A transaction whose `COMMIT` was never sent has failed: the server rolls it back when the
 * connection ends. Of one whose `COMMIT` was not answered nobody knows, unless it wrote nothing.
 */
export class SqlClient implements Client {
  readonly #options: SqlClientOptions;
  #session: SqlSession | undefined;
  #closed = false;

  constructor(options: SqlClientOptions) {
    this.#options = options;
  }

  async invoke(invocation: Invocation): Promise<Completion> {
    const operation = this.#options.program(invocation);
    let stage: Stage = "connecting";
    /** Whether a transaction of it has committed, so that it cannot be said to have failed. */
    let partly = false;
    const transact = async <Result>(body: (sql: Statements) => Promise<Result>): Promise<Result> => {
      stage = "connecting";
      const session = await this.#connected();
      stage = "under way";
      for (const statement of this.#options.dialect.begin(this.#options.isolationLevel))
        await session.run(statement);
      const result = await body(session);
      stage = "committing";
      await session.run("COMMIT");
      partly = true;
      return result;
    };
    try {
      return { type: "ok", value: await operation.perform(transact) };
    } catch (error) {
      if (error instanceof TypeError) {
        // An invocation or an answer that is none of the workload's: a defect, not an outcome.
        this.#drop();
        throw error;
      }
      await this.#rollBack();
      return this.#outcome(operation, error, { stage, partly });
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#drop();
    return Promise.resolve();
  }

  #outcome(
    { readOnly }: SqlOperation,
    error: unknown,
    { stage, partly }: { stage: Stage; partly: boolean },
  ): Completion {
    const { dialect } = this.#options;
    const unknown = stage === "committing" && !dialect.refusedCommit(error);
    const code = error instanceof Refusal ? "refused" : (dialect.codeOf(error) ?? stage.replaceAll(" ", "-"));
    return { type: (unknown || partly) && !readOnly ? "info" : "fail", error: [code, messageOf(error)] };
  }

  /** Ends the transaction that failed; without that, or without an answer to it, the connection. */
  async #rollBack(): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    try {
      if (session.usable) await session.run("ROLLBACK");
      else this.#drop();
    } catch {
      this.#drop();
    }
  }

  async #connected(): Promise<SqlSession> {
    if (this.#session?.usable === true) return this.#session;
    this.#drop();
    const session = await this.#options.connect();
    // Closed meanwhile: a connection that nobody ends would keep the whole process up.
    if (this.#closed) {
      session.close();
      throw new Error("the client was closed");
    }
    this.#session = session;
    return session;
  }

  #drop(): void {
    this.#session?.close();
    this.#session = undefined;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
