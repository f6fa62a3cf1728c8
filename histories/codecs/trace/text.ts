import { isUtf8 } from "node:buffer";
import { InputError, type Place } from "../../errors.ts";
import { inWords, isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { Fault } from "../decoder.ts";
import { chunksOf } from "../file-chunks.ts";
import { parseScanned } from "../json-records-decoder.ts";
import { JsonScanner } from "../json-scanner.ts";

/** The whole text of a log file, gzip or not, `-` for standard input. */
export async function textOf(path: string): Promise<string> {
  const file = path === "-" ? "standard input" : path;
  const chunks: Buffer[] = [];
  for await (const chunk of chunksOf(path, file)) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  if (!isUtf8(bytes))
    throw new InputError("E_UTF8", { place: { file }, expected: "text in UTF-8", found: "other bytes" });
  return bytes.toString("utf8").replace(/^\uFEFF/, "");
}

/** The lines of a text that are not blank, each with its 1-based number. */
export function* linesOf(text: string): Generator<{ readonly line: number; readonly content: string }> {
  let line = 0;
  for (let at = 0; at <= text.length;) {
    line++;
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const content = text.slice(at, end).trim();
    if (content !== "") yield { line, content };
    at = end + 1;
  }
}

/** Where something stands, for errors. */
export function placeOf(file: string | undefined, line: number): Place {
  return { ...(file === undefined ? {} : { file }), line };
}

const scanner = new JsonScanner({ oneLine: true });

/**
 * A line as JSON object; an error that names the line where it is none, or has a name twice. An integer that a double does not
 * hold exactly, as those of 64 bits may be, is `{"#int":"…"}`, so that different ones stay different.
 */
export function objectOn(content: string, place: Place, expected: string): JsonObject {
  const plain = parsedWhole(content);
  if (plain !== undefined) return plain;
  const bytes = Buffer.from(content);
  let end: number;
  try {
    end = scanner.scan(bytes, 0, bytes.length);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const isSpecial = error.code !== "E_JSON";
    throw new InputError(error.code, {
      place,
      expected: isSpecial ? error.expected : expected,
      found: isSpecial ? error.found : shown(content),
      cause: error,
    });
  }
  const value = end === bytes.length ? parseScanned(bytes, 0, end, scanner) : undefined;
  if (!isJsonObject(value)) throw new InputError("E_JSON", { place, expected, found: shown(content) });
  return value;
}

/** Most lines are written as JSON.stringify writes them: then nothing of them was lost, and they need no closer look. */
function parsedWhole(content: string): JsonObject | undefined {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return undefined;
  }
  // What JSON.parse returns is JSON.
  const json = value as Json;
  return isJsonObject(json) && JSON.stringify(json) === content ? json : undefined;
}

/** The digits of an integer that a double does not hold exactly. */
export function largeInteger(value: Json | undefined): string | undefined {
  const digits = isJsonObject(value) ? value["#int"] : undefined;
  return typeof digits === "string" ? digits : undefined;
}

/** A text, or a number of any size as text. */
export function word(value: Json | undefined): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : largeInteger(value);
}

/** What was found, for errors. */
export function foundIn(value: Json | undefined): string {
  return value === undefined ? "nothing" : shown(inWords(value));
}

export function shown(content: string): string {
  return content.length > 60 ? `${content.slice(0, 60)}…` : content;
}
