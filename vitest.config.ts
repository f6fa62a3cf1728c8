import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{histories,checkers,workloads,systems,harness,reports,cli}/**/*.test.ts"],
    setupFiles: ["scripts/property-seed.ts"],
    // Tests start real processes; on a busy two-core machine a slow start is no failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
