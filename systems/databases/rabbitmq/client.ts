import { setTimeout as sleep } from "node:timers/promises";

import type { Json } from "../../../histories/json.ts";
import type { Client, Completion, Invocation } from "../../contracts/client.ts";
import type { OutstandingDeliveries } from "./outstanding-deliveries.ts";
import type { AmqpSession } from "./session.ts";

export interface QueueClientOptions {
  /** The queue that clients share. */
  readonly queue: string;
  connect(): Promise<AmqpSession>;
  /** Whether messages are acknowledged by the broker as it sends them, or by the client once it has them. */
  readonly acknowledgements: "automatic" | "manual";
  /** Shared by all clients of the queue. */
  readonly outstanding: OutstandingDeliveries;
}

/** How long whoever finds nothing to be had, and the queue perhaps not empty, waits before saying so, in milliseconds: it will be asked again at once. */
const lookAgain = 100;

/**
 * A client of a queue. What it knows of an operation:
 *
 * | what happened                                               | enqueue | dequeue                                    |
 * | ----------------------------------------------------------- | ------- | ------------------------------------------ |
 * | no connection, or nothing sent                               | fail    | fail                                       |
 * | confirmed; given                                             | ok      | ok                                         |
 * | returned: the queue was nowhere to be found                   | fail    |                                            |
 * | refused (`basic.nack`): the broker does not say what became of it | info    |                                            |
 * | channel closed by the broker, connection lost, no answer     | info    | info; fail if messages are acknowledged by hand, since none was |
 * | the same, once the message had come and was being acknowledged |         | info, with the message: it may come again  |
 * | no message there, while one may be out with a client that was cut off |    | fail: the queue need not be empty          |
 */
export class QueueClient implements Client {
  readonly #options: QueueClientOptions;
  #session: AmqpSession | undefined;
  #closed = false;

  constructor(options: QueueClientOptions) {
    this.#options = options;
  }

  async invoke({ f, value }: Invocation): Promise<Completion> {
    if (f !== "enqueue" && f !== "dequeue") throw new TypeError(`expected enqueue or dequeue, found ${f}`);
    let session: AmqpSession;
    try {
      session = await this.#connect();
    } catch (error) {
      return { type: "fail", error: ["not-sent", messageOf(error)] };
    }
    return f === "enqueue" ? enqueue(session, this.#options.queue, value) : this.#dequeue(session);
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#session?.close();
    return Promise.resolve();
  }

  async #connect(): Promise<AmqpSession> {
    if (this.#session?.usable === true) return this.#session;
    this.#session?.close();
    this.#session = await this.#options.connect();
    // Closed meanwhile: a connection that nobody ends would keep the whole process up.
    if (this.#closed) this.#session.close();
    return this.#session;
  }

  async #dequeue(session: AmqpSession): Promise<Completion> {
    const { acknowledgements, outstanding, queue } = this.#options;
    const manual = acknowledgements === "manual";
    let message: Awaited<ReturnType<AmqpSession["get"]>>;
    try {
      message = await session.get(queue, manual ? "later" : "at once");
    } catch (error) {
      if (manual) outstanding.note();
      return { type: manual ? "fail" : "info", error: ["no-answer", messageOf(error)] };
    }
    if (message === undefined) {
      if (!outstanding.possible) return { type: "ok", value: null };
      await sleep(lookAgain);
      return {
        type: "fail",
        error: ["not-to-be-had", "a message may be out with a client that was cut off"],
      };
    }
    // What clients enqueued was JSON.
    const value = JSON.parse(message.content.toString()) as Json;
    if (!manual) return { type: "ok", value };
    try {
      await session.acknowledge(message);
      return { type: "ok", value };
    } catch (error) {
      outstanding.note();
      return { type: "info", value, error: ["not-acknowledged", messageOf(error)] };
    }
  }
}

async function enqueue(session: AmqpSession, queue: string, value: Json): Promise<Completion> {
  try {
    switch (await session.publish(queue, JSON.stringify(value))) {
      case "confirmed":
        return { type: "ok" };
      case "returned":
        return { type: "fail", error: ["returned", "no queue took the message"] };
      case "refused":
        return { type: "info", error: ["refused", "the broker takes no responsibility for the message"] };
    }
  } catch (error) {
    return { type: "info", error: ["no-answer", messageOf(error)] };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
