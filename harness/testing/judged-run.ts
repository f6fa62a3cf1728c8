import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runChecks } from "../../checkers/catalogue.ts";
import type { Verdict } from "../../checkers/verdict.ts";
import { openRun } from "../../histories/index.ts";
import { runTest } from "../run-test.ts";
import { planTest, type TestOptions } from "../test-plan.ts";

/** What the workload's check says of a run of real processes: four seconds without faults, unless `options` say otherwise. */
export async function judgedRun(
  options: Omit<TestOptions, "seed"> & { readonly seed?: string },
): Promise<Verdict> {
  const plan = planTest(
    { seed: "5", seconds: 4, rate: 500, faults: ["none"], ...options },
    { versions: { rashomon: "test" }, started: "2026-01-02T03:04:05.678Z" },
  );
  const { folder } = await runTest(plan, mkdtempSync(join(tmpdir(), "rashomon-store-")));
  const history = await (await openRun(folder)).history();
  const [first] = runChecks(history, plan.description.checks).checks;
  if (first === undefined) throw new Error("the run was not checked");
  return first;
}

/** The names of what was found. */
export function typesOf({ anomalies }: Verdict): string[] {
  return [...new Set(anomalies.map(({ type }) => type))];
}

/** Few keys and long transactions, which meet often. */
export const crowded = { keyCount: 4, keyDistribution: "uniform", minTransactionLength: 2 } as const;
