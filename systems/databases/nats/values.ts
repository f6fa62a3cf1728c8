import { isJsonObject, type Json } from "../../../histories/json.ts";
import { Refused, type NatsSession } from "./session.ts";
import type { StreamNames } from "./streams.ts";

/** Codes with which JetStream says no, and nothing has happened. */
export const codes = { noMessage: 10037, noStream: 10059, wrongLastSequence: 10071 } as const;

/** Who is asked for values: the leader of their stream, or whoever is near, who may be behind. */
export type Reads = "leader" | "direct";

/** A value, and the sequence number of the message that holds it: 0 if there is none. */
export interface Versioned {
  readonly value: Json;
  readonly sequence: number;
}

/** The value of a key; null if it was never set. */
export async function readValue(
  session: NatsSession,
  names: StreamNames,
  key: string,
  reads: Reads,
): Promise<Versioned> {
  const subject = names.value(key);
  if (reads === "direct") {
    const argument = JSON.stringify({ last_by_subj: subject });
    const message = await session.request(`$JS.API.DIRECT.GET.${names.values}`, argument);
    const { headers } = message;
    if (headers?.code === 404) return { value: null, sequence: 0 };
    const sequence = Number(headers?.get("Nats-Sequence") ?? "");
    if (!Number.isSafeInteger(sequence) || sequence < 1)
      throw new Error(`status ${headers?.code ?? "unknown"}`);
    return { value: message.json<Json>(), sequence };
  }
  try {
    return await readMessage(session, names.values, { last_by_subj: subject });
  } catch (error) {
    if (error instanceof Refused && error.code === codes.noMessage) return { value: null, sequence: 0 };
    throw error;
  }
}

/** A message of a stream, as its leader has it. */
export async function readMessage(
  session: NatsSession,
  stream: string,
  which: { readonly seq: number } | { readonly last_by_subj: string },
): Promise<Versioned> {
  const { message = null } = await session.ask(`STREAM.MSG.GET.${stream}`, { ...which });
  const { seq = null, data = null } = isJsonObject(message) ? message : {};
  if (typeof seq !== "number" || typeof data !== "string") throw new Error("an answer without a message");
  // What clients published was JSON.
  return { value: JSON.parse(Buffer.from(data, "base64").toString()) as Json, sequence: seq };
}

/** Sets a value, if the key's latest message is still the one of this sequence number, where one is given. */
export async function writeValue(
  session: NatsSession,
  names: StreamNames,
  key: string,
  value: Json,
  expected?: number,
): Promise<void> {
  const headers = expected === undefined ? {} : { "Nats-Expected-Last-Subject-Sequence": String(expected) };
  await session.publish(names.value(key), value, headers);
}
