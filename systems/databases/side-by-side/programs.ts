import { createRequire } from "node:module";

import type { ProcessSpecification } from "../../contracts/system.ts";

/** One process that runs several programs, for nodes that are made of more than one: whatever is done to a node is done to all of them. */
export function sideBySide(
  ...programs: readonly Pick<ProcessSpecification, "command" | "arguments">[]
): ProcessSpecification {
  const main = createRequire(import.meta.url).resolve("rashomon/systems/side-by-side");
  const all = programs.map(({ command, arguments: rest }) => [command, ...rest]);
  return { command: process.execPath, arguments: [main, JSON.stringify(all)] };
}
