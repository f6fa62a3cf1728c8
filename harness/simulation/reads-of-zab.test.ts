import { expect, test } from "vitest";

import { runSeed } from "./campaign/seed-run.ts";

/** Of which of the first runs under every fault linearizability would be broken. */
function firstStale(protocol: string, seeds: number): number | undefined {
  const request = { protocol, workload: "register", settings: { promise: "linearizable" } };
  return Array.from({ length: seeds }, (_, i) => i + 1).find(
    (seed) => runSeed(request, seed).valid === false,
  );
}

test("local reads of Zab are stale now and then, though every client's own order is kept", () => {
  const seed = firstStale("zab-local-reads", 8);
  expect(seed).toBeDefined();
  const request = { protocol: "zab-local-reads", workload: "register" };
  expect(runSeed(request, seed!)).toMatchObject({ valid: true, failures: [] });
});
