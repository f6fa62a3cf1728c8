import { repeat } from "./generators/index.ts";
import { paced } from "./pace.ts";
import type { Workload } from "./workload.ts";

/** Everybody asks for ids, and nobody is given one that somebody else was given. */
export const uniqueIds: Workload = {
  name: "unique-ids",
  summary: "ids are given out, none of them twice",
  operations: [
    {
      f: "generate",
      argument: "null",
      result: "an id that was never given out before: any value but null",
      example: { argument: null, result: "n1-17" },
    },
  ],
  settings: [],
  generator: (options) => paced(options, repeat({ f: "generate" })),
  checks: () => [{ checker: "unique-ids" }],
};
