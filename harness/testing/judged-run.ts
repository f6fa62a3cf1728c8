import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runChecks, type CheckRequest } from "../../checkers/catalogue.ts";
import type { Verdict } from "../../checkers/verdict.ts";
import { openRun, type History } from "../../histories/index.ts";
import type { TestDescription } from "../../histories/store/test-description.ts";
import { runTest } from "../run-test.ts";
import { planTest, type TestOptions } from "../test-plan.ts";

type RunOptions = Omit<TestOptions, "seed"> & { readonly seed?: string };

/** What a run of real processes recorded, and how it would be judged: four seconds without faults, unless `options` say otherwise. */
export async function recordedRun(
  options: RunOptions,
): Promise<{ readonly history: History; readonly checks: readonly CheckRequest[] }> {
  const plan = planTest(
    { seed: "5", seconds: 4, rate: 500, faults: ["none"], ...options },
    { versions: { rashomon: "test" }, started: "2026-01-02T03:04:05.678Z" },
  );
  const { folder } = await runTest(plan, mkdtempSync(join(tmpdir(), "rashomon-store-")));
  return { history: await (await openRun(folder)).history(), checks: plan.description.checks };
}

/** The first of such runs, with these seeds, in which the workload's check finds a violation; throws if none does. */
export async function findingRun(
  seeds: readonly string[],
  options: RunOptions,
): Promise<{ readonly history: History; readonly verdict: Verdict }> {
  for (const seed of seeds) {
    const { history, checks } = await recordedRun({ ...options, seed });
    const [first] = checks;
    if (first === undefined) throw new Error("the workload has no check");
    const verdict = judged(history, first);
    if (verdict.valid === false) return { history, verdict };
  }
  throw new Error(`no violation was found with the seeds ${seeds.join(", ")}`);
}

/** The name under which a run of `runOnServers` makes what it makes. */
export const runName = "rashomon_20260102030405678";

/** A short run on servers that run already, through faults, with what it noted by the way. */
export async function runOnServers(
  options: RunOptions & Required<Pick<TestOptions, "running">>,
): Promise<{ readonly notes: string[]; readonly description: TestDescription; readonly history: History }> {
  const plan = planTest(
    { seed: "3", seconds: 1, rate: 300, interval: 0.4, ...options },
    { versions: { rashomon: "test" }, started: "2026-01-02T03:04:05.678Z" },
  );
  const notes: string[] = [];
  const { folder } = await runTest(plan, mkdtempSync(join(tmpdir(), "rashomon-store-")), {
    note: (text) => notes.push(text),
  });
  const stored = await openRun(folder);
  return { notes, description: await stored.test(), history: await stored.history() };
}

/** What the workload's check says of such a run. */
export async function judgedRun(options: RunOptions): Promise<Verdict> {
  const { history, checks } = await recordedRun(options);
  const [first] = checks;
  if (first === undefined) throw new Error("the workload has no check");
  return judged(history, first);
}

/** What one check says of a history. */
export function judged(history: History, check: CheckRequest): Verdict {
  const [verdict] = runChecks(history, [check]).checks;
  if (verdict === undefined) throw new Error("the history was not checked");
  return verdict;
}

/** The names of what was found. */
export function typesOf({ anomalies }: Verdict): string[] {
  return [...new Set(anomalies.map(({ type }) => type))];
}

/** Few keys and long transactions, which meet often. */
export const crowded = { keyCount: 4, keyDistribution: "uniform", minTransactionLength: 2 } as const;
