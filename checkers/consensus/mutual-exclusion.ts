import type { Monitor } from "./monitor.ts";
import { member } from "./values.ts";

/** By lock: who is in its critical section. */
type Memory = Record<string, string>;

/** Mutual exclusion: at no moment are two running nodes in the critical section of one lock. */
export const mutualExclusion: Monitor<Memory> = {
  name: "mutual-exclusion",
  summary: "no two nodes are in the critical section of one lock at the same time",
  begin: () => ({}),
  crashed: leave,
  look(holders, node, { holds }, occasion) {
    if (occasion !== "step") leave(holders, node);
    if (holds === undefined) return undefined;
    for (const lock in holders) if (holders[lock] === node && !holds.includes(lock)) delete holders[lock];
    for (const lock of holds) {
      const other = member(holders, lock);
      if (other === undefined) holders[lock] = node;
      if (other === undefined || other === node) continue;
      return {
        property: "mutual-exclusion",
        nodes: [other, node].toSorted(),
        explanation: `${node} entered the critical section of ${lock} while ${other} was in it.`,
        evidence: { lock, holders: [other, node] },
      };
    }
    return undefined;
  },
};

function leave(holders: Memory, node: string): void {
  for (const lock in holders) if (holders[lock] === node) delete holders[lock];
}
