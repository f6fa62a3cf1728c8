import type { Monitor, Violation } from "./monitor.ts";
import { memberOr } from "./values.ts";

/** By instance: who its acceptors are, by whom that was shown first; in the order of names. */
type Memory = Record<string, readonly string[]>;

/**
 * Agreed acceptors, of protocols whose acceptors change: whoever knows who votes in an instance takes the same nodes for it,
 * at any time, restarts included; and what is chosen there is chosen by these. Else quorums of one instance need not meet.
 */
export const agreedAcceptors: Monitor<Memory> = {
  name: "agreed-acceptors",
  summary: "all take the same nodes for the acceptors of an instance, and these choose",
  begin: () => ({}),
  look(memory, node, { acceptors, certificates = [] }) {
    if (acceptors === undefined) return undefined;
    for (const instance in acceptors) {
      const violation = compare(memory, node, instance, acceptors[instance]!);
      if (violation !== undefined) return violation;
    }
    for (const { instance, quorum } of certificates) {
      const violation = compare(memory, node, instance, quorum.members);
      if (violation !== undefined) return violation;
    }
    return undefined;
  },
};

function compare(
  memory: Memory,
  node: string,
  instance: string,
  members: readonly string[],
): Violation | undefined {
  const now = members.toSorted();
  const before = memberOr(memory, instance, () => now);
  if (before.length === now.length && before.every((each, i) => each === now[i])) return undefined;
  return {
    property: "agreed-acceptors",
    nodes: [node],
    explanation: `${node} takes ${now.join(", ")} for the acceptors of instance ${instance}, which were ${before.join(", ")} before.`,
    evidence: { instance, before: [...before], now },
  };
}
