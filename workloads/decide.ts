import { concurrentKeys } from "./generators/keys.ts";
import type { Generator } from "./generators/generator.ts";
import { limit } from "./generators/limits.ts";
import { paced, wholeNumber } from "./pace.ts";
import { defaultThreadsPerKey } from "./register.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";

/** Enough for each of a few threads to ask again when all is decided: the answer must not change. */
const defaultOperations = 8;

/**
 * Consensus, one instance a key: several clients propose different values for a fresh key at once, and again once
 * it is decided. All get the same answer, one that somebody proposed.
 */
export const decide: Workload = {
  name: "decide",
  summary: "several clients at once propose values for a fresh key, and all learn the one that is decided",
  operations: [
    {
      f: "propose",
      argument: "a value that nobody else proposes for the key",
      result: "the value that is decided for the key",
      example: { argument: 2, result: 1 },
    },
  ],
  settings: ["operationsPerKey", "threadsPerKey", "keys"],
  generator: proposals,
  checks: () => [{ checker: "agreement" }],
};

function proposals(options: WorkloadOptions): Generator {
  const { concurrency, keys = Infinity } = options;
  const operations = wholeNumber(
    "number of operations per key",
    options.operationsPerKey ?? defaultOperations,
    1,
  );
  return paced(
    options,
    concurrentKeys(
      options.threadsPerKey ?? defaultThreadsPerKey(concurrency),
      (position) => (position < keys ? position : undefined),
      () => limit(operations, (_, count) => ({ f: "propose", value: count + 1 })),
    ),
  );
}
