import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { runChecks } from "../checkers/index.ts";
import { openRun } from "../histories/index.ts";
import { protocols } from "../systems/catalogue.ts";
import { runTest } from "./run-test.ts";
import { planTest } from "./test-plan.ts";

/** Chance has a part in runs of real processes: so many are tried before a mutant counts as missed. */
const attempts = 5;

const kills = protocols.flatMap(({ name, mutants }) =>
  mutants.flatMap(({ name: mutant, killedBy }) =>
    killedBy === undefined ? [] : [{ name, mutant, kill: killedBy }],
  ),
);

/** Minutes in all, most of them waiting: where RASHOMON_REAL_MUTANTS is set. */
describe.skipIf(process.env["RASHOMON_REAL_MUTANTS"] === undefined)("mutants as real processes", () => {
  it.each(kills)(
    "$name is caught when it is $mutant",
    async ({ name, mutant, kill }) => {
      const { nodes, faults, workload, checker, seconds, interval } = kill;
      const seeds = Array.from({ length: attempts }, (_, i) => String(i + 1));
      for (const seed of seeds) {
        const plan = planTest(
          {
            system: name,
            mutant,
            workload,
            faults,
            nodes,
            seconds,
            seed,
            ...(interval === undefined ? {} : { interval }),
          },
          { versions: { rashomon: "test" }, started: "2026-01-02T03:04:05.678Z" },
        );
        const { folder } = await runTest(plan, mkdtempSync(join(tmpdir(), "rashomon-mutant-")));
        const { checks } = runChecks(await (await openRun(folder)).history(), plan.description.checks);
        if (checks.some((verdict) => verdict.checker === checker && verdict.valid === false)) return;
      }
      expect.unreachable(`${checker} found nothing in ${attempts} runs of ${seconds} s`);
    },
    attempts * 120_000,
  );
});
