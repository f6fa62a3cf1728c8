import { mix } from "./generators/choice.ts";
import type { Generator } from "./generators/generator.ts";
import { repeat } from "./generators/repetition.ts";
import { paced } from "./pace.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";

/**
 * Every write gives all rows one new value, and every read reads all rows: different values in one read are of two writes of which
 * one was half done, and the value of a write that failed must not be seen at all (after Jepsen's tests of Galera).
 */
export const dirtyRead: Workload = {
  name: "dirty-read",
  summary:
    "writes of one value to all rows, and reads of all rows: never of two writes, nor of one that failed",
  operations: [
    {
      f: "write",
      argument: "a value that nobody else writes: gives it to each of a few rows, in one transaction",
      result: "the same",
      example: { argument: 3, result: 3 },
    },
    {
      f: "read",
      argument: "null",
      result: "the values of all rows, read in one transaction; null for a row that was never written",
      example: { argument: null, result: [3, 3, 3, 3] },
    },
  ],
  settings: [],
  generator: rows,
  checks: () => [{ checker: "dirty-read" }],
};

function rows(options: WorkloadOptions): Generator {
  return paced(options, mix([repeat({ f: "read" }), (_, count) => ({ f: "write", value: count + 1 })]));
}
