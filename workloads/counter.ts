import { counterPromises } from "../checkers/index.ts";
import type { Context, Template } from "./generators/index.ts";
import { mix, repeat } from "./generators/index.ts";
import { atTheEnd, finalReads, paced } from "./pace.ts";
import type { Check, Workload, WorkloadOptions } from "./workload.ts";

/** The most that is added at once: sums then tell which additions are missing better than counts would. */
const largest = 5;

/** A counter that begins at 0, and only grows: what is read lies between what additions can have made at least and at most. */
export const counter: Workload = {
  name: "counter",
  summary: "additions to a counter, and reads, which lie between what additions can have made",
  operations: [
    {
      f: "add",
      argument: `a whole number, 1 to ${largest}`,
      result: "the same",
      example: { argument: 3, result: 3 },
    },
    {
      f: "read",
      argument: "null",
      result: "the value; 0 before the first addition",
      example: { argument: null, result: 17 },
    },
  ],
  settings: ["promise"],
  promises: counterPromises,
  generator: (options) => paced(options, mix([repeat({ f: "read" }), addition])),
  finalGenerator: () => atTheEnd(finalReads()),
  checks: judges,
};

function addition({ random }: Context): Template {
  return { f: "add", value: 1 + random.int(largest) };
}

function judges({ promise }: WorkloadOptions): Check[] {
  const bounds: Check = { checker: "counter", ...(promise === undefined ? {} : { promise }) };
  return promise === "linearizable" ? [bounds, { checker: "linearizable", model: "counter" }] : [bounds];
}
