import type { Monitor } from "./monitor.ts";

/** By lock: the places of those who wait, by node, and of whoever was served last. */
type Memory = Record<string, { readonly waiting: Record<string, number>; served: number | null }>;

const property = "first-come-first-served";

/**
 * First come, first served (Lamport 1978, condition II): locks are given in the order of their requests, so that whoever gets one comes after
 * all who had it before, and before all who wait.
 */
export const firstComeFirstServed: Monitor<Memory> = {
  name: property,
  summary:
    "a lock is given to the earliest of the requests that wait for it, in the one order of all requests",
  begin: () => ({}),
  crashed: forget,
  look(locks, node, { turns, holds = [] }, occasion) {
    if (turns === undefined) return undefined;
    if (occasion !== "step") forget(locks, node);
    for (const name in locks) if (!Object.hasOwn(turns, name)) delete locks[name]!.waiting[node];
    for (const [name, turn] of Object.entries(turns)) {
      const lock = (locks[name] ??= { waiting: {}, served: null });
      if (!holds.includes(name)) {
        lock.waiting[node] = turn;
        continue;
      }
      const before = lock.served;
      delete lock.waiting[node];
      if (turn === before) continue;
      lock.served = turn;
      if (before !== null && turn < before) {
        return {
          property,
          nodes: [node],
          explanation: `${node} got ${name} by the request in place ${turn}, after it had been given to the one in place ${before}.`,
          evidence: { lock: name, turn, before },
        };
      }
      const passedOver = Object.entries(lock.waiting).find(([, waits]) => waits < turn);
      if (passedOver === undefined) continue;
      const [other, waits] = passedOver;
      return {
        property,
        nodes: [node, other].toSorted(),
        explanation: `${node} got ${name} by the request in place ${turn}, while ${other} waited for it with the one in place ${waits}.`,
        evidence: { lock: name, turn, passedOver: { [other]: waits } },
      };
    }
    return undefined;
  },
};

function forget(locks: Memory, node: string): void {
  for (const name in locks) delete locks[name]!.waiting[node];
}
