import type { Generator } from "./generators/generator.ts";
import { concurrentKeys } from "./generators/keys.ts";
import { leastThreadsPerKey, paced } from "./pace.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";

/**
 * Adya's G2, write skew on predicates: of each key two transactions look whether anything was inserted under it, and insert only if nothing
 * was. Run one after the other, the second finds the first; if both insert, each has missed the other (after Jepsen).
 */
export const writeSkew: Workload = {
  name: "write-skew",
  summary: "pairs of inserts each of which is made only if the other is not there (Adya's G2)",
  operations: [
    {
      f: "insert",
      argument:
        "[a, null] or [null, b], with the key of the pair: looks for rows of the key in two tables, and inserts row a into the one or b into the other only if neither has any, in one transaction; otherwise fails",
      result: "the same",
      example: { argument: [1, null], result: [1, null] },
    },
  ],
  settings: ["keys"],
  generator: inserts,
  checks: () => [{ checker: "write-skew" }],
};

function inserts(options: WorkloadOptions): Generator {
  const { concurrency, keys = Infinity } = options;
  return paced(
    options,
    concurrentKeys(
      leastThreadsPerKey(concurrency),
      (position) => (position < keys ? position : undefined),
      (key) => {
        const first = 2 * Number(key) + 1;
        return [
          { f: "insert", value: [first, null] },
          { f: "insert", value: [null, first + 1] },
        ];
      },
    ),
  );
}
