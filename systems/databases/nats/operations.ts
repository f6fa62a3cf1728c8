import { setTimeout as sleep } from "node:timers/promises";

import { canonical, isJsonArray, sameValue, type Json } from "../../../histories/json.ts";
import type { Completion, Invocation } from "../../contracts/client.ts";
import { NobodyThere, Refused, type NatsSession } from "./session.ts";
import { queueConsumer, type StreamNames } from "./streams.ts";
import { codes, readMessage, readValue, writeValue, type Reads, type Versioned } from "./values.ts";

/** What operations need besides a connection. */
export interface Means {
  readonly reads: Reads;
  readonly names: StreamNames;
  /** Makes the stream of a partition of the log, unless it is there. */
  partition(stream: string): Promise<void>;
  /** Whoever needs that stream next has to make it again. */
  isGone(stream: string): void;
}

type Operation = (session: NatsSession, invocation: Invocation, means: Means) => Promise<Completion>;

/** The workloads, and what their operations do. */
export const operations: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  queue: { enqueue, dequeue },
  log: { append, poll },
  register: { read: readRegister, write: writeRegister, cas: compareAndSet },
  set: {
    add: (session, invocation, means) =>
      change(session, "set", means, (value) => [...(isJsonArray(value) ? value : []), invocation.value]),
    read: async (session, _, means) => ok((await valueOf(session, "set", means)).value ?? []),
  },
  counter: {
    add: (session, { value: amount }, means) =>
      change(session, "counter", means, (value) => Number(value ?? 0) + Number(amount)),
    read: async (session, _, means) => ok((await valueOf(session, "counter", means)).value ?? 0),
  },
  "unique-ids": { generate: async (session, _, { names }) => ok(await session.publish(names.ids, null)) },
};

/** How often a change is tried again that somebody else forestalled; each time it certainly did not happen. */
const attempts = 8;

/** How long whoever finds a queue neither empty nor with anything to be had waits before saying so, in milliseconds: it will be asked again at once. */
const lookAgain = 100;

/** The most messages that a poll gives. */
const pollLimit = 16;

function ok(value?: Json): Completion {
  return value === undefined ? { type: "ok" } : { type: "ok", value };
}

async function enqueue(session: NatsSession, { value }: Invocation, { names }: Means): Promise<Completion> {
  await session.publish(names.queue, value);
  return ok();
}

async function dequeue(session: NatsSession, _: Invocation, { names }: Means): Promise<Completion> {
  const { queue } = names;
  let message: Awaited<ReturnType<NatsSession["request"]>>;
  try {
    const wanted = JSON.stringify({ batch: 1, no_wait: true });
    message = await session.request(`$JS.API.CONSUMER.MSG.NEXT.${queue}.${queueConsumer}`, wanted);
  } catch (error) {
    // Nothing was acknowledged, so whatever was sent out will be sent again.
    return { type: "fail", error: ["no-answer", messageOf(error)] };
  }
  const { headers, reply } = message;
  if (headers?.code === 404) return emptiness(session, queue);
  if (reply === undefined || reply === "")
    return { type: "fail", error: ["status", headers?.code ?? 0, headers?.description ?? ""] };
  const value = message.json<Json>();
  try {
    await session.request(reply, "+ACK");
    return ok(value);
  } catch (error) {
    return { type: "info", value, error: ["not-acknowledged", messageOf(error)] };
  }
}

/** Nothing to be had at the moment is not nothing left: a message may be out with somebody who never got it, until it is given to another. */
async function emptiness(session: NatsSession, queue: string): Promise<Completion> {
  try {
    const consumer = await session.ask(`CONSUMER.INFO.${queue}.${queueConsumer}`);
    const { num_pending: waiting = null, num_ack_pending: out = null } = consumer;
    if (waiting === 0 && out === 0) return ok(null);
    await sleep(lookAgain);
    return { type: "fail", error: ["not-to-be-had", { out, waiting }] };
  } catch (error) {
    return { type: "fail", error: ["no-answer", messageOf(error)] };
  }
}

async function append(session: NatsSession, { key, value }: Invocation, means: Means): Promise<Completion> {
  const stream = means.names.log(canonical(key ?? null));
  try {
    await means.partition(stream);
  } catch (error) {
    return { type: "fail", error: ["not-sent", messageOf(error)] };
  }
  try {
    return ok((await session.publish(stream, value)) - 1);
  } catch (error) {
    if (error instanceof NobodyThere) means.isGone(stream);
    throw error;
  }
}

async function poll(session: NatsSession, { key, value }: Invocation, means: Means): Promise<Completion> {
  const stream = means.names.log(canonical(key ?? null));
  await means.partition(stream);
  const from = Number(value);
  const asked = Array.from({ length: pollLimit }, async (_, i) => {
    try {
      return await readMessage(session, stream, { seq: from + i + 1 });
    } catch (error) {
      // Where the stream is gone, there is nothing either.
      if (error instanceof Refused && (error.code === codes.noMessage || error.code === codes.noStream))
        return undefined;
      throw error;
    }
  });
  const found = await Promise.all(asked);
  const end = found.indexOf(undefined);
  return ok(
    found
      .slice(0, end === -1 ? found.length : end)
      .flatMap((message) => (message === undefined ? [] : [[message.sequence - 1, message.value]])),
  );
}

function valueOf(session: NatsSession, key: string, { names, reads }: Means): Promise<Versioned> {
  return readValue(session, names, key, reads);
}

async function readRegister(session: NatsSession, { key }: Invocation, means: Means): Promise<Completion> {
  return ok((await valueOf(session, canonical(key ?? null), means)).value);
}

async function writeRegister(
  session: NatsSession,
  { key, value }: Invocation,
  { names }: Means,
): Promise<Completion> {
  await writeValue(session, names, canonical(key ?? null), value);
  return ok();
}

async function compareAndSet(
  session: NatsSession,
  { key, value }: Invocation,
  means: Means,
): Promise<Completion> {
  const [from = null, to = null] = isJsonArray(value) ? value : [];
  const name = canonical(key ?? null);
  const before = await readFor(() => valueOf(session, name, means));
  if ("type" in before) return before;
  // A register that was never written holds null, which nobody expects.
  if (!sameValue(before.value, from) || before.sequence === 0)
    return { type: "fail", error: ["found", before.value] };
  await writeValue(session, means.names, name, to, before.sequence);
  return ok();
}

/** Replaces a value by what `next` makes of it, whatever others do at the same time. */
async function change(
  session: NatsSession,
  key: string,
  means: Means,
  next: (value: Json) => Json,
): Promise<Completion> {
  for (let attempt = 1; ; attempt++) {
    const before = await readFor(() => valueOf(session, key, means));
    if ("type" in before) return before;
    try {
      await writeValue(session, means.names, key, next(before.value), before.sequence);
      return ok();
    } catch (error) {
      const forestalled = error instanceof Refused && error.code === codes.wrongLastSequence;
      if (!forestalled || attempt === attempts) throw error;
    }
  }
}

/** What a read gives that comes before a write: if it fails, nothing was written. */
async function readFor<Result>(read: () => Promise<Result>): Promise<Result | Completion> {
  try {
    return await read();
  } catch (error) {
    return { type: "fail", error: ["not-sent", messageOf(error)] };
  }
}

/**
 * What is known of an operation that threw an error:
 *
 * | error                                                      | writes | reads |
 * | ---------------------------------------------------------- | ------ | ----- |
 * | no responders: nobody took the request                      | fail   | fail  |
 * | 10071, wrong last sequence: the condition did not hold       | fail   | fail  |
 * | any other code: JetStream does not say whether it may happen  | info   | fail  |
 * | no answer in time, connection lost                          | info   | fail  |
 */
export function completionOfError({ f }: Invocation, error: unknown): Completion {
  const why = messageOf(error);
  if (f === "read" || f === "poll" || error instanceof NobodyThere)
    return { type: "fail", error: ["no-answer", why] };
  if (!(error instanceof Refused)) return { type: "info", error: ["no-answer", why] };
  const refused = error.code === codes.wrongLastSequence;
  return { type: refused ? "fail" : "info", error: ["refused", error.code, why] };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
