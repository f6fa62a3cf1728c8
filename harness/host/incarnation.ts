import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How often a node has been started in `directory`, this time included. */
export function nextIncarnation(directory: string): number {
  const file = join(directory, "incarnation");
  let previous = 0;
  try {
    previous = Number.parseInt(readFileSync(file, "utf8"), 10);
  } catch {
    // The first start.
  }
  const incarnation = Number.isSafeInteger(previous) ? previous + 1 : 1;
  writeFileSync(file, `${incarnation}\n`);
  return incarnation;
}
