import { InputError } from "../../../histories/errors.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../histories/json.ts";
import type { ChoiceRecord, ChoiceSequence } from "./choice-record.ts";

/**
 * A record as data for a replay file: by stream, base64 of the values as variable-length integers (seven
 * bits a byte, the lowest first, the high bit set on all bytes but the last), base64 of the labels as one
 * byte each, and the names of the labels.
 */
export function encodeChoices(record: ChoiceRecord): JsonObject {
  const streams: Record<string, Json> = {};
  for (const [name, { values, labels, names }] of record) {
    streams[name] = { values: toBase64(toVarints(values)), labels: toBase64(labels), names };
  }
  return streams;
}

/** The record that `json` is; an `InputError` tells what is wrong with it and where. */
export function decodeChoices(json: Json): ChoiceRecord {
  if (!isJsonObject(json)) throw malformed("choices as an object with one member a stream", "none");
  const record = new Map<string, ChoiceSequence>();
  for (const [stream, sequence] of Object.entries(json)) {
    const where = `stream ${JSON.stringify(stream)}`;
    if (!isJsonObject(sequence))
      throw malformed("an object of values, labels and names", `another value in ${where}`);
    const { names } = sequence;
    if (!isJsonArray(names) || !names.every((name) => typeof name === "string")) {
      throw malformed("the names of labels as an array of texts", `another value in ${where}`);
    }
    const values = fromVarints(fromBase64(sequence["values"], `${where}, values`), where);
    const labels = fromBase64(sequence["labels"], `${where}, labels`);
    if (labels.length !== values.length) {
      throw malformed(`${values.length} labels, as there are values`, `${labels.length} in ${where}`);
    }
    const unnamed = labels.findIndex((label) => label >= names.length);
    if (unnamed >= 0) throw malformed(`labels below ${names.length}`, `${labels[unnamed]} in ${where}`);
    record.set(stream, { values, labels, names });
  }
  return record;
}

function malformed(expected: string, found: string): InputError {
  return new InputError("E_CHOICES", { expected, found });
}

function toVarints(values: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(5 * values.length);
  let length = 0;
  for (let value of values) {
    while (value >= 128) {
      bytes[length++] = (value & 127) | 128;
      value >>>= 7;
    }
    bytes[length++] = value;
  }
  return bytes.subarray(0, length);
}

function fromVarints(bytes: Uint8Array, where: string): Uint32Array {
  const values = new Uint32Array(bytes.reduce((count, byte) => count + (byte < 128 ? 1 : 0), 0));
  let count = 0;
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte & 127) * scale;
    scale *= 128;
    if (value >= 2 ** 32 || scale > 2 ** 35) throw malformed("values below 2^32", `a larger one in ${where}`);
    if (byte >= 128) continue;
    values[count++] = value;
    value = 0;
    scale = 1;
  }
  if (scale !== 1) throw malformed("a last byte below 128", `an unended value in ${where}`);
  return values;
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  const chunk = 1 << 13;
  for (let i = 0; i < bytes.length; i += chunk) {
    text += String.fromCharCode(...bytes.subarray(i, i + chunk));
  }
  return btoa(text);
}

function fromBase64(json: Json | undefined, where: string): Uint8Array {
  if (typeof json !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(json) || json.length % 4 !== 0) {
    throw malformed("base64 text", `another value in ${where}`);
  }
  return Uint8Array.from(atob(json), (character) => character.charCodeAt(0));
}
