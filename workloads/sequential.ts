import type { Context, Generator } from "./generators/generator.ts";
import { remembering, type Remembered } from "./generators/memory.ts";
import { paced } from "./pace.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";

/**
 * One client inserts the parts of a key one after another, each in a transaction of its own; another reads them from the last to the
 * first. Whoever sees a part must see, later, those that came before it: each process's own order is kept (after Jepsen).
 */
export const sequential: Workload = {
  name: "sequential",
  summary: "one client inserts parts in order, others read them backwards: no gaps",
  operations: [
    {
      f: "write",
      argument:
        "a key that nobody else writes: inserts its parts 0 to 4 one after another, each in its own transaction",
      result: "the same",
      example: { argument: 7, result: 7 },
    },
    {
      f: "read",
      argument: "a key: reads its parts from the last to the first, each in its own transaction",
      result:
        '[key, [part, …]], the parts in the order in which they were read: "key_part", or null if it was not there',
      example: { argument: 7, result: [7, [null, null, "7_2", "7_1", "7_0"]] },
    },
  ],
  settings: [],
  generator: parts,
  checks: () => [{ checker: "sequential-inserts" }],
};

interface Memory {
  readonly nextKey: number;
}

function parts(options: WorkloadOptions): Generator {
  const recent = 2 * options.concurrency;
  const next = ({ nextKey }: Memory, { random }: Context): Remembered<Memory> => {
    if (nextKey === 0 || random.chance(1, 2))
      return { operation: { f: "write", value: nextKey }, memory: { nextKey: nextKey + 1 } };
    const key = nextKey - 1 - random.int(Math.min(recent, nextKey));
    return { operation: { f: "read", value: key }, memory: { nextKey } };
  };
  return paced(options, remembering<Memory>({ nextKey: 0 }, next));
}
