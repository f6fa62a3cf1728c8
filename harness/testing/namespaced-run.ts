import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { execa } from "execa";

import { openRun, type History, type Results, type TestDescription } from "../../histories/index.ts";
import { probeNamespaces } from "../network/namespaces/probe.ts";

const program = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** A run of the program in network namespaces, and what it left in its store. */
export interface NamespacedRun {
  readonly exitCode: number | undefined;
  readonly stderr: string;
  /** The folder of the run, with its report. */
  readonly folder: string;
  readonly description: TestDescription;
  readonly history: History;
  readonly results: Results;
}

/**
 * Why tests in network namespaces are skipped on this machine; undefined where they run. At the top of a test file:
 *
 *     const skipped = await noNamespaces();
 *     if (skipped !== undefined) console.warn(`skipped: ${skipped}`);
 *     describe.skipIf(skipped !== undefined)("etcd under partitions", …);
 */
export async function noNamespaces(): Promise<string | undefined> {
  const found = await probeNamespaces();
  return found.available ? undefined : `network namespaces are not to be had: ${found.reason}`;
}

/**
 * Runs `rashomon test <arguments> --network namespaces` as a user does, as a process of its own with a store of its own, and reads what it
 * left: the history, the verdicts of its checks (`results.checks[0]` is the workload's), and what was said on standard error, where
 * faults that were not applied are told. Runs what is built in dist; throws if nothing was recorded or judged.
 *
 *     const { results, history } = await namespacedRun("etcd", "--faults", "partition", "--time", "4", "--seed", "5");
 *     expect(results.valid).toBe(true);
 *     expect(stderr).not.toMatch(/fault .* failed/);
 */
export async function namespacedRun(...options: readonly string[]): Promise<NamespacedRun> {
  const store = mkdtempSync(join(tmpdir(), "rashomon-namespaced-"));
  const { exitCode, stderr, shortMessage } = await execa(
    process.execPath,
    [program, "test", ...options, "--network", "namespaces", "--store", store, "--json"],
    { reject: false, env: { NO_COLOR: "1" } },
  );
  const run = await openRun(store).catch((cause: unknown) => {
    throw new Error(`nothing was recorded: ${shortMessage}\n${stderr}`, { cause });
  });
  const results = await run.results();
  if (results === undefined) throw new Error(`${run.folder} was not judged: ${shortMessage}\n${stderr}`);
  const { folder } = run;
  return { exitCode, stderr, folder, description: await run.test(), history: await run.history(), results };
}

/** The first of runs with these seeds in which the workload's check finds a violation; throws if none does. */
export async function namespacedFinding(
  seeds: readonly string[],
  ...options: readonly string[]
): Promise<NamespacedRun> {
  for (const seed of seeds) {
    const run = await namespacedRun(...options, "--seed", seed);
    if (run.results.checks[0]?.valid === false) return run;
  }
  throw new Error(`no violation was found with the seeds ${seeds.join(", ")}: ${options.join(" ")}`);
}
