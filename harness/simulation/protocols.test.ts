import { describe, expect, it } from "vitest";

import { protocols } from "../../systems/catalogue.ts";
import { mutantRequest } from "./campaign/mutant-request.ts";
import { runSeed } from "./campaign/seed-run.ts";

/** Seeds for each workload of each protocol; RASHOMON_SEEDS=1000 for a long look. */
const seeds = Number(process.env["RASHOMON_SEEDS"] ?? 8);
const patience = 60_000 + seeds * 2_000;

describe.each(protocols)("$name in simulation", ({ name, workloads, mutants }) => {
  it.each(workloads)(
    `keeps its promises through ${seeds} seeds of every fault that its model bears: %s`,
    (workload) => {
      const outcomes = Array.from({ length: seeds }, (_, i) => runSeed({ protocol: name, workload }, i + 1));
      const failed = outcomes.filter(({ valid }) => valid === false);
      expect(failed.map(({ seed, failures }) => ({ seed, failures }))).toEqual([]);
      // Not for want of evidence.
      expect(outcomes.filter(({ valid }) => valid === true).length).toBeGreaterThan(seeds / 2);
    },
    patience,
  );

  const killable = mutants.flatMap(({ name: mutant, simulation }) =>
    simulation === undefined ? [] : [{ mutant, kill: simulation }],
  );
  it.each(killable)(
    "is caught when it is $mutant",
    ({ mutant, kill }) => {
      const request = mutantRequest(name, mutant, kill);
      const caught = Array.from({ length: kill.seeds }, (_, i) => i + 1).find((seed) =>
        runSeed(request, seed).failures.some(({ checker }) => checker === kill.checker),
      );
      expect(caught, `${kill.checker} objects within ${kill.seeds} seeds`).toBeDefined();
    },
    patience,
  );
});
