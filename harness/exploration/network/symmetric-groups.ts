import { UsageError } from "../../../histories/errors.ts";
import type { Exploration } from "../../../systems/contracts/protocol.ts";

/** Nodes can be symmetric only if clients, timers and crashes treat them alike. */
export function checkGroups({ name, symmetric, clients, timers, crashes, beginning }: Exploration): void {
  if (symmetric !== undefined && beginning !== undefined) {
    throw new UsageError(
      `Configuration ${name}: its beginning is not the same for nodes that are symmetric.`,
    );
  }
  for (const group of symmetric ?? []) {
    const asked = group.find((node) => clients.some((script) => script.some((each) => each.node === node)));
    if (asked !== undefined) {
      throw new UsageError(
        `Configuration ${name}: ${asked} is asked by a client, so it is not as the others.`,
      );
    }
    for (const some of [timers?.nodes, crashes?.nodes]) {
      const alike = group.filter((node) => some?.includes(node) !== false);
      if (alike.length === 0 || alike.length === group.length) continue;
      throw new UsageError(
        `Configuration ${name}: timers or crashes are for some of ${group.join(", ")} only.`,
      );
    }
  }
}

/** What is said of groups that were seen not to be symmetric: with names exchanged, another thing happened. */
export function asymmetry({ name, symmetric = [] }: Exploration): UsageError {
  const groups = symmetric.map((group) => group.join(" and "));
  return new UsageError(
    `Configuration ${name}: ${groups.join("; ")} are not symmetric: with their names exchanged, ` +
      "another thing happens. Numbers that stand for nodes, and lists in the order of names, are not exchanged.",
  );
}
