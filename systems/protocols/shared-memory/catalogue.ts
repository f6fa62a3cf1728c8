import type { BundledAlgorithm } from "../../contracts/shared-memory.ts";

/** The algorithms on shared memory that come with Rashomon. */
export const algorithms: readonly BundledAlgorithm[] = [];
