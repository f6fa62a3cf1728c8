import type { EventTrace } from "../../event-trace.ts";
import { readJsonTrace } from "./json-trace.ts";
import { readNativeTrace } from "./native-trace.ts";
import { readShiVizLog } from "./shiviz.ts";
import { textOf } from "./text.ts";

export interface ReadTraceOptions {
  /** How events look in a log of text, as ShiViz has it: a regular expression with the groups host, clock and event. */
  readonly expression?: string;
}

/**
 * Reads a trace, whose format is found by its content: our own `trace.jsonl`, one JSON object a line of other people's, or the logs
 * of ShiViz and GoVector.
 */
export async function readTrace(path: string, options: ReadTraceOptions = {}): Promise<EventTrace> {
  return readTraceFrom(await textOf(path), { ...options, file: path === "-" ? "standard input" : path });
}

export function readTraceFrom(
  text: string,
  { file, expression }: ReadTraceOptions & { readonly file?: string } = {},
): EventTrace {
  const named = file === undefined ? {} : { file };
  if (expression !== undefined) return readShiVizLog(text, { ...named, expression });
  const [first = ""] = text.trimStart().split("\n", 1);
  if (!first.startsWith("{")) return readShiVizLog(text, named);
  return looksNative(first) ? readNativeTrace(text, file) : readJsonTrace(text, file);
}

function looksNative(line: string): boolean {
  return /"index"\s*:\s*0\b/.test(line) && /"kind"\s*:/.test(line) && /"time"\s*:/.test(line);
}

/** Whether a text begins as a trace, and not as a history. */
export function looksLikeTrace(prefix: string): boolean {
  const [first = ""] = prefix.trimStart().split("\n", 1);
  if (!first.startsWith("{")) return /^\S+ \{\s*("[^"]*"\s*:\s*\d+\s*,?\s*)*\}\s*$/.test(first);
  // A history of other tools has types and functions.
  if (/"f"\s*:/.test(first) || /"rashomon"\s*:/.test(first)) return false;
  if (looksNative(first)) return true;
  return (
    /"(?:node|host|process|pid)"\s*:/.test(first) &&
    /"(?:clock|vectorClock|vector_clock|vc|lamport|lamportClock|lamport_clock)"\s*:/.test(first)
  );
}
