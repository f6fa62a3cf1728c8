import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, test } from "vitest";
import { checkerFor, runChecks } from "../checkers/catalogue.ts";
import { openRun } from "../histories/index.ts";
import type { Verdict } from "../checkers/verdict.ts";
import type { Bug } from "../systems/databases/transactional/bugs.ts";
import type { Isolation } from "../systems/databases/transactional/store.ts";
import { serializableStore, snapshotStore } from "../systems/databases/transactional/stores.ts";
import { workload as findWorkload, type WorkloadSettings } from "../workloads/index.ts";
import { runTest } from "./run-test.ts";
import { findSystem } from "./systems.ts";
import { planTest } from "./test-plan.ts";
import { simulateStore } from "./testing/simulated-store.ts";

/** What the workload's own checkers say of a run in virtual time; transactions are judged by `level`. */
function judged(
  isolation: Isolation,
  workload: string,
  {
    bug,
    level,
    seed = "7",
    settings,
  }: { bug?: Bug; level?: string; seed?: string; settings?: WorkloadSettings } = {},
): Verdict {
  const history = simulateStore({
    isolation,
    workload,
    seed,
    operations: workload === "predicate" ? 200 : 500,
    // A row that may or may not have been deleted leaves open what those saw who did not find it.
    ...(workload === "predicate" ? {} : { lost: 60 }),
    ...(bug === undefined ? {} : { bug }),
    ...(settings === undefined ? {} : { settings }),
  });
  const [check] = findWorkload(workload).checks({
    concurrency: 8,
    ...(level === undefined ? {} : { level }),
  });
  if (check === undefined) throw new Error(`workload ${workload} has no check`);
  return checkerFor(check).check(history);
}

const types = ({ anomalies }: Verdict): string[] =>
  [...new Set(anomalies.map(({ type }) => type))].toSorted();

const levels: Readonly<Record<Isolation, string>> = {
  "snapshot-isolation": "strong-snapshot-isolation",
  serializable: "strict-serializable",
};

describe.each(["snapshot-isolation", "serializable"] as const)("a store without a bug: %s", (isolation) => {
  const workloads = snapshotStore.workloads.filter(
    (workload) => isolation === "serializable" || workload !== "write-skew",
  );
  test.each(workloads)("is blamed for nothing by %s", (workload) => {
    for (const seed of ["1", "2", "3"]) {
      const verdict = judged(isolation, workload, { seed, level: levels[isolation] });
      expect(verdict.anomalies).toEqual([]);
      expect(verdict.valid).toBe(true);
    }
  });
});

test("snapshot isolation lets write skew pass, so the store that promises no more fails that workload and serializability", () => {
  expect(types(judged("snapshot-isolation", "write-skew"))).toEqual(["G2"]);
  expect(judged("snapshot-isolation", "list-append", { level: "serializable" }).valid).toBe(false);
});

/** Long transactions over all keys alike, so that many write what others read. */
const spread = { keyDistribution: "uniform", minTransactionLength: 3 } as const;

/** What tells of each bug: workload → the types of anomaly, some of which must be found. */
type Sign = readonly [bug: Bug, workload: string, types: readonly string[], settings?: WorkloadSettings];
const signs: readonly Sign[] = [
  ["lost-update", "list-append", ["lost-update", "incompatible-order"]],
  ["lost-update", "rw-register", ["lost-update"]],
  ["lost-update", "bank", ["wrong-total"]],
  ["long-fork", "long-fork", ["long-fork"]],
  ["long-fork", "causal-reverse", ["causal-reverse"]],
  ["long-fork", "list-append", ["G-single-realtime", "long-fork"]],
  ["read-skew", "bank", ["wrong-total"]],
  ["read-skew", "list-append", ["internal", "G-single"]],
  ["read-skew", "dirty-read", ["fractured-read"]],
  ["fractured-read", "dirty-read", ["fractured-read"]],
  ["fractured-read", "bank", ["wrong-total"]],
  ["fractured-read", "rw-register", ["G-single", "G2-item", "fractured-read", "no-order"], spread],
  ["dirty-read", "dirty-read", ["fractured-read"]],
  ["dirty-read", "list-append", ["G1a"]],
  ["aborted-read", "list-append", ["G1a"]],
  ["aborted-read", "rw-register", ["G1a"]],
  ["aborted-read", "bank", ["wrong-total"]],
  ["stale-read", "list-append", ["G-single-process", "G-single-realtime"]],
  ["stale-read", "rw-register", ["G-single-process", "G-single-realtime"]],
  ["causal-reverse", "causal-reverse", ["causal-reverse"]],
  ["causal-reverse", "sequential", ["out-of-order"]],
  ["internal", "list-append", ["internal"]],
  ["internal", "rw-register", ["internal"]],
  ["lost-write", "causal-reverse", ["causal-reverse"]],
  ["lost-write", "sequential", ["out-of-order"]],
  ["dirty-read", "predicate", ["G1a"]],
  ["lost-write", "list-append", ["G0-process", "G0-realtime", "incompatible-order"]],
];

describe.each(["snapshot-isolation", "serializable"] as const)(
  "a store with a bug, else of %s",
  (isolation) => {
    test.each(signs.map((sign) => ({ sign, name: `${sign[0]} is found by ${sign[1]}` })))(
      "$name",
      ({ sign }) => {
        const [bug, workload, expected, settings = {}] = sign;
        const verdict = judged(isolation, workload, { bug, level: levels[isolation], settings });
        expect(verdict.valid).toBe(false);
        expect(
          types(verdict).some((type) => expected.includes(type)),
          types(verdict).join(),
        ).toBe(true);
      },
    );
  },
);

test.each(["write-skew", "phantom"] as const)("a serializable store with the bug %s lets G2 pass", (bug) => {
  expect(types(judged("serializable", "write-skew", { bug }))).toEqual(["G2"]);
});

test("phantoms in reads by predicate break serializability and not snapshot isolation", () => {
  const settings = { keyCount: 20, minTransactionLength: 3 };
  const phantoms = (level: string): Verdict =>
    judged("serializable", "predicate", { bug: "phantom", level, settings });
  expect(phantoms("serializable").valid).toBe(false);
  expect(phantoms("snapshot-isolation").valid).toBe(true);
});

test("write skew of items breaks serializability and not snapshot isolation", () => {
  const bug = "write-skew";
  expect(judged("serializable", "list-append", { bug, level: "snapshot-isolation" }).valid).toBe(true);
  expect(judged("serializable", "list-append", { bug, level: "serializable" }).valid).toBe(false);
});

test("the same seed gives the same history, another seed another", () => {
  const history = (seed: string): string =>
    JSON.stringify([
      ...simulateStore({ isolation: "serializable", workload: "predicate", seed, operations: 80, lost: 9 }),
    ]);
  expect(history("a")).toBe(history("a"));
  expect(history("a")).not.toBe(history("b"));
});

test.each([
  ["read-skew", false],
  [undefined, true],
] as const)(
  "as a process of its own, reached through sockets, with the bug %s, a bank is sound: %s",
  async (mutant, sound) => {
    const store = mkdtempSync(join(tmpdir(), "rashomon-store-"));
    const options = {
      system: "snapshot-store",
      workload: "bank",
      seed: "3",
      seconds: 2,
      faults: ["none"],
      settings: { accounts: 4, totalAmount: 40 },
      ...(mutant === undefined ? {} : { mutant }),
    };
    const plan = planTest(options, { versions: { rashomon: "test" }, started: "2026-01-02T03:04:05.678Z" });
    const { folder } = await runTest(plan, store);
    const history = await (await openRun(folder)).history();
    expect(runChecks(history, plan.description.checks).checks[0]).toMatchObject({
      checker: "bank",
      valid: sound,
    });
    expect(plan.description.command).toContain("--accounts 4 --total-amount 40");
  },
);

test.each([snapshotStore, serializableStore])(
  "$name is a system whose mutants name what catches them",
  (system) => {
    expect(findSystem(system.name)).toBe(system);
    const isolation = system === snapshotStore ? "snapshot-isolation" : "serializable";
    for (const { name, killedBy } of system.mutants) {
      if (killedBy === undefined) throw new Error(`${name} names nothing that catches it`);
      expect(system.workloads).toContain(killedBy.workload);
      const level = system.claims[0] ?? "";
      expect(judged(isolation, killedBy.workload, { bug: name as Bug, level }).valid, name).toBe(false);
      expect(findWorkload(killedBy.workload).checks({ concurrency: 1 })[0]?.checker).toBe(killedBy.checker);
    }
  },
);
