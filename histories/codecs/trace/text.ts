import { isUtf8 } from "node:buffer";
import { InputError, type Place } from "../../errors.ts";
import { chunksOf } from "../file-chunks.ts";

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

/** A line as JSON object; an error that names the line where it is none. */
export function objectOn(content: string, place: Place, expected: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new InputError("E_JSON", { place, expected, found: shown(content), cause: error });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new InputError("E_JSON", { place, expected, found: shown(content) });
  return value as Readonly<Record<string, unknown>>;
}

export function shown(content: string): string {
  return content.length > 60 ? `${content.slice(0, 60)}…` : content;
}
