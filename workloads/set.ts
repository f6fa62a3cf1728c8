import { setPromises } from "../checkers/index.ts";
import type { Context, Generator } from "./generators/index.ts";
import { remembering, type Remembered } from "./generators/index.ts";
import { atTheEnd, finalReads, paced } from "./pace.ts";
import type { Check, Workload, WorkloadOptions } from "./workload.ts";

/** One of so many operations is a read; and of as many more as the set is long, divided by `restraint`, since a read gives all of it. */
const operationsPerRead = 10;
const restraint = 50;

/** Unique elements are added to one set, and all of them read: what was acknowledged, or seen, is there from then on. */
export const set: Workload = {
  name: "set",
  summary: "unique elements are added to a set that is read as a whole; none may be lost",
  operations: [
    {
      f: "add",
      argument: "an element that nobody else adds, an integer",
      result: "the same",
      example: { argument: 3, result: 3 },
    },
    {
      f: "read",
      argument: "null",
      result: "all elements, in any order; [] before the first",
      example: { argument: null, result: [1, 3] },
    },
  ],
  settings: ["promise"],
  promises: setPromises,
  generator: (options) => paced(options, additions()),
  finalGenerator: () => atTheEnd(finalReads()),
  checks: judges,
};

interface Memory {
  readonly next: number;
}

function additions(): Generator {
  const next = ({ next: element }: Memory, { random }: Context): Remembered<Memory> =>
    random.chance(1, operationsPerRead + Math.floor(element / restraint))
      ? { operation: { f: "read" }, memory: { next: element } }
      : { operation: { f: "add", value: element }, memory: { next: element + 1 } };
  return remembering<Memory>({ next: 1 }, next);
}

function judges({ promise }: WorkloadOptions): Check[] {
  const elements: Check = { checker: "set-full", ...(promise === undefined ? {} : { promise }) };
  return promise === "linearizable" ? [elements, { checker: "linearizable", model: "set" }] : [elements];
}
