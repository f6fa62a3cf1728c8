import type { ChannelModel, ConfirmChannel, GetMessage } from "amqplib";

import type { Address } from "../../contracts/system.ts";
import { clientLibrary } from "../client-library.ts";
import type { Login, TlsAccess } from "../server-url.ts";

const library = () => import("amqplib");

/** The client library; a usage error if it is not installed. */
export async function loadAmqplib(): Promise<Awaited<ReturnType<typeof library>>["default"]> {
  return (await clientLibrary("amqplib", library)).default;
}

/** How a client comes to a broker: who it is, and at which virtual host its queues are. */
export interface AmqpAccess {
  readonly login: Pick<Login, "user" | "password">;
  readonly virtualHost: string;
  readonly tls?: TlsAccess;
}

/** As brokers know everybody that is on the same machine, unless they are told otherwise. */
export const guest: AmqpAccess = { login: { user: "guest", password: "guest" }, virtualHost: "/" };

/** Seconds without a sign of life after which either end takes the connection for lost. */
const heartbeatSeconds = 5;
/** After how long, in milliseconds, a broker has surely noticed that a client is gone: two signs of life missed, and some time to see it. */
export const noticedAfter = (2 * heartbeatSeconds + 5) * 1_000;

/** What a publication came to, as the broker says. */
export type Publication = "confirmed" | "returned" | "refused";

/** A connection to a broker through the library `amqplib`, with one channel, on which publications are confirmed. */
export class AmqpSession {
  readonly #abort: AbortController;
  readonly #channel: ConfirmChannel;
  readonly #patience: number;
  /** Which broker it is, and of which version, as it says itself: "RabbitMQ 3.10.8". */
  readonly broker: string;
  #returned = false;
  #usable = true;

  private constructor(
    abort: AbortController,
    model: ChannelModel,
    channel: ConfirmChannel,
    patience: number,
  ) {
    this.#abort = abort;
    this.#channel = channel;
    this.#patience = patience;
    const { product, version } = model.connection.serverProperties;
    this.broker = `${product} ${version}`;
    channel.on("return", () => {
      this.#returned = true;
    });
    // Told by the request under way, or found out by the next.
    for (const emitter of [model, channel])
      emitter.on("close", () => this.close()).on("error", () => this.close());
  }

  /** Connects; each request, and connecting, may take `patience` milliseconds. */
  static async open(
    { host, port }: Address,
    patience: number,
    { login, virtualHost, tls }: AmqpAccess = guest,
  ): Promise<AmqpSession> {
    const { connect } = await loadAmqplib();
    const abort = new AbortController();
    // Taken by the socket, of which the library lets nobody dispose; it has no name in the types of TLS connections.
    const socket = { ...tls, noDelay: true, timeout: patience, signal: abort.signal };
    const opening = (async () => {
      const model = await connect(
        {
          protocol: tls === undefined ? "amqp" : "amqps",
          hostname: host,
          port,
          username: login.user,
          password: login.password,
          vhost: virtualHost,
          heartbeat: heartbeatSeconds,
        },
        socket,
      );
      model.on("error", () => undefined);
      const channel = await model.createConfirmChannel();
      return new AmqpSession(abort, model, channel, patience);
    })();
    try {
      return await within(opening, patience, "connection");
    } catch (error) {
      abort.abort();
      throw error;
    }
  }

  get usable(): boolean {
    return this.#usable;
  }

  async declareQueue(name: string, type: "classic" | "quorum"): Promise<void> {
    await this.#within(
      this.#channel.assertQueue(name, { durable: true, arguments: { "x-queue-type": type } }),
    );
  }

  /** Throws if there is no such queue. */
  async findQueue(name: string): Promise<void> {
    await this.#within(this.#channel.checkQueue(name));
  }

  async deleteQueue(name: string): Promise<void> {
    await this.#within(this.#channel.deleteQueue(name));
  }

  /** Publishes a message that is to be kept on disk, and waits until the broker says what became of it. */
  publish(queue: string, content: string): Promise<Publication> {
    this.#returned = false;
    const confirmed = new Promise<Publication>((resolve, reject) => {
      this.#channel.sendToQueue(
        queue,
        Buffer.from(content),
        { persistent: true, mandatory: true },
        (error: unknown) => {
          if (!this.#usable) reject(new Error("connection lost"));
          else
            resolve(
              error !== null && error !== undefined ? "refused" : this.#returned ? "returned" : "confirmed",
            );
        },
      );
    });
    return this.#within(confirmed);
  }

  /** The next message of a queue, if there is one; gone with it, or to be acknowledged. */
  async get(queue: string, acknowledged: "at once" | "later"): Promise<GetMessage | undefined> {
    const message = await this.#within(this.#channel.get(queue, { noAck: acknowledged === "at once" }));
    return message === false ? undefined : message;
  }

  /** Acknowledges a message. There is no answer to that; but requests of a channel are taken in order, so one that follows has an answer later. */
  async acknowledge(message: GetMessage): Promise<void> {
    this.#channel.ack(message);
    await this.#within(this.#channel.prefetch(1));
  }

  close(): void {
    this.#usable = false;
    this.#abort.abort();
  }

  async #within<Result>(answer: Promise<Result>): Promise<Result> {
    try {
      return await within(answer, this.#patience, "answer");
    } catch (error) {
      // A late answer must not be taken for the next one.
      this.close();
      throw error;
    }
  }
}

async function within<Result>(promise: Promise<Result>, milliseconds: number, what: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
