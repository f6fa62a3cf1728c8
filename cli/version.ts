import { createRequire } from "node:module";

import { isJsonObject } from "../histories/json.ts";

/** The version of this program, from its package. */
export const version: string = readVersion();

function readVersion(): string {
  const description: unknown = createRequire(import.meta.url)("rashomon/package.json");
  const found = isJsonObject(description) ? description["version"] : undefined;
  return typeof found === "string" ? found : "0.0.0";
}
