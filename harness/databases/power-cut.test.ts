import { describe, expect, it } from "vitest";

import { missingForDisks } from "../local/disk/needs.ts";
import { missingForTracing } from "../local/disk/tracer.ts";
import { findSystem } from "../systems.ts";
import { crowded, judgedRun, typesOf } from "../testing/judged-run.ts";
import type { TestOptions } from "../test-plan.ts";

const missing = missingForDisks();
const noPostgres = await findSystem("postgres").missing?.();

/** Runs in which the power of nodes is cut, with one seed after the other until something is found, or for so many. */
async function foundWithin(seeds: number, options: Omit<TestOptions, "seed">): Promise<string[]> {
  for (let seed = 1; seed <= seeds; seed++) {
    const verdict = await judgedRun({ faults: ["power-cut"], interval: 0.8, seed: String(seed), ...options });
    if (verdict.valid !== true) return typesOf(verdict);
  }
  return [];
}

describe.skipIf(missing !== undefined)(`through power cuts (${missing ?? "root, ext4"})`, () => {
  const postgres = { system: "postgres", workload: "list-append", settings: crowded, seconds: 3 };

  it.skipIf(noPostgres !== undefined)(
    `PostgreSQL keeps what it acknowledged (${noPostgres ?? "installed"})`,
    async () => {
      expect(await foundWithin(1, postgres)).toEqual([]);
    },
  );

  it.skipIf(noPostgres !== undefined)(
    `PostgreSQL without fsync does not (${noPostgres ?? "installed"})`,
    async () => {
      expect(await foundWithin(4, { ...postgres, systemSettings: { fsync: "off" } })).not.toEqual([]);
    },
  );

  // One acceptor is a majority, and its power fails just as it begins to sync what it has told already.
  const paxos = {
    system: "paxos",
    nodes: 1,
    seconds: 3,
    interval: 0.5,
    faults: ["kill-at-sync", "power-cut"],
    settings: { keys: 2, operationsPerKey: 2_000 },
  };
  const untraced = missingForTracing();

  it.skipIf(untraced !== undefined)(
    `Paxos keeps what it acknowledged (${untraced ?? "strace"})`,
    async () => {
      expect(await foundWithin(1, paxos)).toEqual([]);
    },
  );

  it.skipIf(untraced !== undefined)(
    `Paxos whose acceptor answers before it has synced does not (${untraced ?? "strace"})`,
    async () => {
      expect(await foundWithin(8, { ...paxos, mutant: "answers-before-sync" })).not.toEqual([]);
    },
    120_000,
  );
});
