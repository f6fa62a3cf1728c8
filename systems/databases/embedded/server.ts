import { serveConversations, type Caller, type Conversation } from "../lines/server.ts";
import { EngineError, type Engine, type EngineConnection } from "./engine.ts";
import { answerInWords, statementOf } from "./language.ts";

/** After so many milliseconds without a word a transaction is given up: clients that were cut off would hold its locks for ever. */
const silence = 3_000;

/** Serves an engine's statements, one connection to the database for each client, until the standard input of this process ends. */
export function serveEngine(host: string, port: number, engine: Engine): void {
  serveConversations(host, port, (caller) => new Statements(engine, caller));
}

/** The statements of one client, one after the other. */
class Statements implements Conversation {
  readonly #caller: Caller;
  readonly #connection: Promise<EngineConnection>;
  #last: Promise<void>;
  #ended = false;
  #inTransaction = false;
  #patience: NodeJS.Timeout | undefined;

  constructor(engine: Engine, caller: Caller) {
    this.#caller = caller;
    this.#connection = engine.connect();
    // Told by the first statement.
    this.#last = this.#connection.then(
      () => undefined,
      () => undefined,
    );
  }

  hear(line: string): void {
    clearTimeout(this.#patience);
    this.#last = this.#last.then(() => this.#run(line));
  }

  ended(): void {
    this.#ended = true;
    clearTimeout(this.#patience);
    void this.#last.then(async () => (await this.#connection).close()).catch(() => undefined);
  }

  async #run(line: string): Promise<void> {
    // Nobody is there to hear of it, nor to commit it.
    if (this.#ended) return;
    const answer = await this.#outcome(line);
    this.#caller.reply(answer);
    if (this.#inTransaction && !this.#ended) {
      clearTimeout(this.#patience);
      this.#patience = setTimeout(() => this.#caller.hangUp(), silence);
    }
  }

  async #outcome(line: string): Promise<string> {
    try {
      const { statement, values } = statementOf(line);
      const result = await (await this.#connection).run(statement, values);
      const [verb] = statement.split(" ", 1);
      if (verb === "BEGIN") this.#inTransaction = true;
      else if (verb === "COMMIT" || verb === "ROLLBACK") this.#inTransaction = false;
      return answerInWords(result);
    } catch (error) {
      if (error instanceof EngineError) return answerInWords(error);
      const why = error instanceof Error ? error.message : String(error);
      return answerInWords(new EngineError("", why));
    }
  }
}
