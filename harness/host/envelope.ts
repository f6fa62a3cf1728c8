import { crc32 } from "node:zlib";

import { isJsonObject, type JsonObject } from "../../histories/json.ts";

/** A message between nodes and clients, as Maelstrom writes it: one JSON object a line. */
export interface Envelope {
  readonly src: string;
  readonly dest: string;
  /** `type` always; `msg_id` when an answer is wanted, `in_reply_to` in that answer. */
  readonly body: JsonObject;
}

/** A line that is no envelope. */
export interface MalformedLine {
  readonly malformed: string;
  /** Who seems to have sent it, and to which message an answer would belong, as far as can be told. */
  readonly src?: string;
  readonly msgId?: number;
}

/** No line is longer, in bytes. */
export const longestLine = 1 << 20;

/**
 * The line of an envelope, with its newline. `checked` lines carry a checksum: a fault proxy that swallows
 * bytes in mid-stream can join the head of one line to the tail of another, and the result must not pass
 * for a message.
 */
export function encodeEnvelope({ src, dest, body }: Envelope, checked: boolean): string {
  if (!checked) return JSON.stringify({ src, dest, body }) + "\n";
  return JSON.stringify({ src, dest, crc: checksum(src, dest, body), body }) + "\n";
}

/** The envelope on `line`; its checksum is verified where it has one. */
export function decodeEnvelope(line: string): Envelope | MalformedLine {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { malformed: "expected a JSON object a line" };
  }
  if (!isJsonObject(json)) return { malformed: "expected a JSON object" };
  const { src, dest, body, crc } = json;
  const msgId = isJsonObject(body) ? body["msg_id"] : undefined;
  const sender = {
    ...(typeof src === "string" ? { src } : {}),
    ...(typeof msgId === "number" ? { msgId } : {}),
  };
  if (typeof src !== "string") return { malformed: "expected src, a string", ...sender };
  if (typeof dest !== "string") return { malformed: "expected dest, a string", ...sender };
  if (!isJsonObject(body)) return { malformed: "expected body, an object", ...sender };
  if (crc !== undefined && crc !== checksum(src, dest, body)) {
    // Of a damaged line not even the sender is sure.
    return { malformed: "the checksum does not match" };
  }
  if (typeof body["type"] !== "string") return { malformed: "expected body.type, a string", ...sender };
  if (msgId !== undefined && !Number.isSafeInteger(msgId)) {
    return { malformed: "expected body.msg_id, an integer", src };
  }
  return { src, dest, body };
}

/** CRC-32 of the parts as JSON; parsing and writing them again gives the same text. */
function checksum(src: string, dest: string, body: JsonObject): number {
  return crc32(JSON.stringify([src, dest, body]));
}
