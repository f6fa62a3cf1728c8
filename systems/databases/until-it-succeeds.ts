import { setTimeout as sleep } from "node:timers/promises";

/**
 * Tries until it succeeds, and gives what that gave: what a group of servers refuses while it has no leader, it may do a little later.
 * Throws what the last attempt threw once `patience` milliseconds have passed.
 */
export async function untilItSucceeds<Result>(
  attempt: () => Promise<Result>,
  patience: number,
): Promise<Result> {
  const before = performance.now();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() - before > patience) throw error;
      await sleep(200);
    }
  }
}
