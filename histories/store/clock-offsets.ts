import { appendFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

import { isJsonObject, type Json } from "../json.ts";

/** How far the wall clock of a node was off at a moment of a run. */
export interface ClockOffset {
  /** Nanoseconds since the start of the run. */
  readonly time: number;
  readonly node: string;
  /** Milliseconds that the clock was ahead at least, negative if it was behind; null if the node did not say. */
  readonly offset: number | null;
}

/** Adds a look at the clocks to a file, one JSON object a line; those of one look have the same time. */
export function appendClockOffsets(file: string, offsets: readonly ClockOffset[]): void {
  appendFileSync(file, offsets.map((offset) => `${JSON.stringify(offset)}\n`).join(""));
}

/** What was seen of the clocks, in order of time; undefined where nobody looked. What is torn at the end is left out. */
export async function readClockOffsets(file: string): Promise<readonly ClockOffset[] | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  return text.split("\n").flatMap((line) => {
    try {
      const value = JSON.parse(line) as Json;
      if (!isJsonObject(value)) return [];
      const { time, node, offset } = value;
      if (typeof time !== "number" || typeof node !== "string") return [];
      return typeof offset === "number" || offset === null ? [{ time, node, offset }] : [];
    } catch {
      return [];
    }
  });
}
