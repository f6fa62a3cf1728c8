import * as fc from "fast-check";

/**
 * Set-up of all tests: property tests draw from one seed, so that a run can be repeated. RASHOMON_FUZZ_SEED gives
 * another; RASHOMON_FUZZ_RUNS more runs.
 */
fc.configureGlobal({ seed: Number(process.env["RASHOMON_FUZZ_SEED"] ?? 1) });
