import { isJsonObject, type JsonObject } from "../../histories/json.ts";
import type { Envelope } from "./envelope.ts";

// What the ends of an ordered link say to one another, each in an envelope of its own. A session is one sender's messages to one life of
// a peer, numbered from 0.

/** Begins a connection of a session. */
export function openLine(from: string, to: string, session: string): Envelope {
  return { src: from, dest: to, body: { type: "link_open", session } };
}

/** The session that a peer opens; undefined if the message is another. */
export function openedSession({ type, session }: JsonObject): string | undefined {
  return type === "link_open" && typeof session === "string" ? session : undefined;
}

/** The answer: which life of the receiver this is, and the number of the message that it expects. */
export function openedBody(incarnation: string, next: number): JsonObject {
  return { type: "link_opened", incarnation, next };
}

export function opened(body: JsonObject): { incarnation: string; next: number } | undefined {
  const { type, incarnation, next } = body;
  if (type !== "link_opened" || typeof incarnation !== "string" || typeof next !== "number") return undefined;
  return { incarnation, next };
}

/** A message of the session. */
export function dataLine({ src, dest, body }: Envelope, number: number): Envelope {
  return { src, dest, body: { type: "link_data", number, message: body } };
}

export function dataOf({
  type,
  number,
  message,
}: JsonObject): { number: number; message: JsonObject } | undefined {
  if (type !== "link_data" || typeof number !== "number" || message === undefined) return undefined;
  return isJsonObject(message) ? { number, message } : undefined;
}

/** The receiver has all messages before `next`. */
export function acknowledgement(next: number): JsonObject {
  return { type: "link_ack", next };
}

export function acknowledged({ type, next }: JsonObject): number | undefined {
  return type === "link_ack" && typeof next === "number" ? next : undefined;
}
