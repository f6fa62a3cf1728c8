import { availableParallelism } from "node:os";

import { defineConfig } from "vitest/config";

import { LongestFirst } from "./scripts/longest-first.ts";

export default defineConfig({
  test: {
    include: ["{histories,checkers,workloads,systems,harness,reports,cli}/**/*.test.ts"],
    setupFiles: ["scripts/property-seed.ts"],
    // Many tests wait for real processes most of their time, so that even two cores carry three files at once.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    sequence: { sequencer: LongestFirst },
    // Tests start real processes; on a busy two-core machine a slow start is no failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
