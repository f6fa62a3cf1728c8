import { describe, expect, test } from "vitest";

import { runChecks, type ChecksResult } from "../checkers/catalogue.ts";
import type { Bug } from "../systems/databases/transactional/bugs.ts";
import { objectWorkloads } from "../systems/databases/transactional/programs.ts";
import type { Isolation } from "../systems/databases/transactional/store.ts";
import { workload as findWorkload } from "../workloads/index.ts";
import { simulateStore } from "./testing/simulated-store.ts";

/** What the checks of a workload say of a run in virtual time, under the strongest of its promises unless another is named. */
function judged(
  isolation: Isolation,
  workload: string,
  { bug, seed = "7", promise }: { bug?: Bug; seed?: string; promise?: string } = {},
): ChecksResult {
  const history = simulateStore({
    isolation,
    workload,
    seed,
    operations: 400,
    lost: 60,
    ...(bug === undefined ? {} : { bug }),
  });
  const judgedBy = promise ?? findWorkload(workload).promises?.at(-1);
  const checks = findWorkload(workload).checks({
    concurrency: 8,
    ...(judgedBy === undefined ? {} : { promise: judgedBy }),
  });
  return runChecks(history, checks);
}

function types({ checks }: ChecksResult): string[] {
  return [...new Set(checks.flatMap(({ anomalies }) => anomalies.map(({ type }) => type)))].toSorted();
}

describe.each(["snapshot-isolation", "serializable"] as const)("a store without a bug: %s", (isolation) => {
  const promised = objectWorkloads.flatMap((workload) =>
    (findWorkload(workload).promises ?? ["nothing else"]).map((promise) => [workload, promise] as const),
  );
  test.each(promised)("is blamed for nothing by %s, asked to be %s", (workload, promise) => {
    for (const seed of ["1", "2", "3"]) {
      const { valid, checks } = judged(isolation, workload, { seed, promise });
      expect(checks.flatMap(({ anomalies }) => anomalies)).toEqual([]);
      expect(valid, JSON.stringify(checks.map(({ reason }) => reason))).toBe(true);
    }
  });
});

/** What tells of a bug: workload → the types of anomaly, of which one must be found. */
type Sign = readonly [bug: Bug, workload: string, promise: string, types: readonly string[]];
const signs: readonly Sign[] = [
  ["lost-write", "set", "eventual", ["lost"]],
  ["lost-write", "counter", "eventual", ["below-bounds"]],
  ["lost-write", "counter", "bounded", ["below-bounds"]],
  ["lost-write", "queue", "at-least-once", ["lost"]],
  ["lost-write", "queue", "at-most-once", ["duplicated"]],
  ["lost-write", "log", "at-least-once", ["lost-write"]],
  ["lost-write", "unique-ids", "nothing else", ["duplicate-id"]],
  ["stale-read", "set", "linearizable", ["stale"]],
  ["stale-read", "counter", "bounded", ["below-bounds"]],
  ["stale-read", "log", "linearizable", ["stale"]],
  ["lost-update", "counter", "eventual", ["below-bounds"]],
  ["lost-update", "queue", "at-least-once", ["lost"]],
  ["lost-update", "queue", "exactly-once", ["duplicated"]],
  ["lost-update", "log", "exactly-once", ["inconsistent-offsets"]],
  ["lost-update", "unique-ids", "nothing else", ["duplicate-id"]],
  ["aborted-read", "counter", "bounded", ["above-bounds"]],
  ["dirty-read", "unique-ids", "nothing else", ["duplicate-id"]],
];

describe.each(["snapshot-isolation", "serializable"] as const)(
  "a store with a bug, else of %s",
  (isolation) => {
    test.each(signs)("%s is found by %s, asked to be %s", (bug, workload, promise, expected) => {
      const found = judged(isolation, workload, { bug, promise });
      expect(
        types(found).filter((type) => expected.includes(type)),
        types(found).join(),
      ).not.toEqual([]);
    });
  },
);

test("what is promised decides what is wrong: a replica that is behind is eventual, and a queue may repeat or lose if it says so", () => {
  for (const workload of ["set", "counter"])
    expect(judged("serializable", workload, { bug: "stale-read", promise: "eventual" })).toMatchObject({
      valid: true,
    });
  expect(types(judged("serializable", "queue", { bug: "lost-update", promise: "at-least-once" }))).toEqual([
    "lost",
  ]);
  expect(types(judged("serializable", "queue", { bug: "lost-update", promise: "at-most-once" }))).toEqual([
    "duplicated",
  ]);
});
