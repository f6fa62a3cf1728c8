import { defaultThreadsPerKey } from "./register.ts";
import type { Generator } from "./generators/generator.ts";
import { mix } from "./generators/choice.ts";
import { concurrentKeys } from "./generators/keys.ts";
import { limit } from "./generators/limits.ts";
import { repeat } from "./generators/repetition.ts";
import { paced, wholeNumber } from "./pace.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";

/** A read gives every value of its key, so that a key costs the square of this. */
const defaultOperations = 100;

/**
 * Values are inserted one by one, and read all at once: whoever sees a value sees every other whose insertion was over before that one's
 * began. Serializable systems without real time may break it, when each value has a clock of its own (after Jepsen).
 */
export const causalReverse: Workload = {
  name: "causal-reverse",
  summary: "inserts, and reads of all: nobody sees a later insert without an earlier one",
  operations: [
    {
      f: "write",
      argument: "a value that nobody else inserts under the key: inserts it, without reading anything",
      result: "the same",
      example: { argument: 3, result: 3 },
    },
    {
      f: "read",
      argument: "null",
      result: "the values under the key in any order, read in one transaction",
      example: { argument: null, result: [1, 2] },
    },
  ],
  settings: ["operationsPerKey", "threadsPerKey", "keys"],
  generator: insertions,
  checks: () => [{ checker: "causal-reverse" }],
};

function insertions(options: WorkloadOptions): Generator {
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
      () => limit(operations, mix([repeat({ f: "read" }), (_, count) => ({ f: "write", value: count + 1 })])),
    ),
  );
}
