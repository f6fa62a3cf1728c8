import type { Client, Completion, Invocation } from "../../contracts/client.ts";
import { completionOfError, messageOf, operations, type Means } from "./operations.ts";
import type { NatsSession } from "./session.ts";
import type { MadeStreams, StreamNames } from "./streams.ts";

export interface NatsClientOptions {
  readonly workload: string;
  readonly reads: Means["reads"];
  readonly names: StreamNames;

  connect(): Promise<NatsSession>;
  /** Shared by all clients. */
  readonly streams: MadeStreams;
}

/** A client of JetStream; what it knows of operations that fail is told in `operations.ts`. */
export class NatsClient implements Client {
  readonly #operations: (typeof operations)[string];
  readonly #options: NatsClientOptions;
  #session: NatsSession | undefined;
  #closed = false;

  constructor(options: NatsClientOptions) {
    this.#operations = operations[options.workload] ?? {};
    this.#options = options;
  }

  async invoke(invocation: Invocation): Promise<Completion> {
    const { f } = invocation;
    const operation = Object.hasOwn(this.#operations, f) ? this.#operations[f] : undefined;
    if (operation === undefined)
      throw new TypeError(`expected ${Object.keys(this.#operations).join(" or ")}, found ${f}`);
    let session: NatsSession;
    try {
      session = await this.#connect();
    } catch (error) {
      return { type: "fail", error: ["not-sent", messageOf(error)] };
    }
    const { reads, names, streams } = this.#options;
    const means: Means = {
      reads,
      names,
      partition: (stream) => streams.make(session, stream),
      isGone: (stream) => streams.isGone(stream),
    };
    try {
      return await operation(session, invocation, means);
    } catch (error) {
      return completionOfError(invocation, error);
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#session?.close();
    return Promise.resolve();
  }

  async #connect(): Promise<NatsSession> {
    if (this.#session?.usable === true) return this.#session;
    this.#session?.close();
    this.#session = await this.#options.connect();
    // Closed meanwhile: a connection that nobody ends would keep the whole process up.
    if (this.#closed) this.#session.close();
    return this.#session;
  }
}
