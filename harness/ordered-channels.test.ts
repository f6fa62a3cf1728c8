import { expect, test } from "vitest";

import { judgedRun } from "./testing/judged-run.ts";

test("a protocol that is promised channels in order has them on real links that are cut, reset and paused", async () => {
  const verdict = await judgedRun({
    system: "lamport-mutex",
    seed: "1",
    seconds: 8,
    rate: 200,
    interval: 2,
    faults: ["partition", "pause", "reset"],
  });
  expect(verdict.anomalies).toEqual([]);
  expect(verdict.valid).toBe(true);
});
