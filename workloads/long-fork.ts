import type { Context, Generator } from "./generators/generator.ts";
import { remembering, type Remembered } from "./generators/memory.ts";
import { paced, wholeNumber } from "./pace.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";

/** How many of the latest groups are read by those who have not just written. */
const recentGroups = 2;

/**
 * Each key is written once, and keys are read by groups: two reads of a group of which each sees a write that the other
 * misses have taken the writes in two orders, as parallel snapshot isolation allows and snapshot isolation does not (after Jepsen).
 */
export const longFork: Workload = {
  name: "long-fork",
  summary: "single writes of fresh keys, and reads of groups of them, which must agree on an order",
  operations: [
    {
      f: "write",
      argument: '[["w", key, 1]]',
      result: "the same",
      example: { argument: [["w", 4, 1]], result: [["w", 4, 1]] },
    },
    {
      f: "read",
      argument: '[["r", key, null], …]: the keys of one group in any order, read in one transaction',
      result: "the same, with 1 in place of null for each key that was written",
      example: {
        argument: [
          ["r", 5, null],
          ["r", 4, null],
        ],
        result: [
          ["r", 5, null],
          ["r", 4, 1],
        ],
      },
    },
  ],
  settings: ["groupSize"],
  generator: forks,
  checks: () => [{ checker: "long-fork" }],
};

interface Memory {
  /** The next key that nobody has written. */
  readonly nextKey: number;
  /** The key that a thread has just written, and is to read the group of. */
  readonly written: ReadonlyMap<number, number>;
}

function forks(options: WorkloadOptions): Generator {
  const size = wholeNumber("size of a group", options.groupSize ?? 2, 2);
  const next = (memory: Memory, { random }: Context, thread: number): Remembered<Memory> => {
    const mine = memory.written.get(thread);
    if (mine === undefined && random.chance(1, 2)) {
      const key = memory.nextKey;
      return {
        operation: { f: "write", value: [["w", key, 1]] },
        memory: { nextKey: key + 1, written: new Map(memory.written).set(thread, key) },
      };
    }
    // Whoever has written reads the group at once: of two who do so on two sides of it, each may miss the other.
    const latest = Math.floor(Math.max(0, memory.nextKey - 1) / size);
    const group =
      mine === undefined ? Math.max(0, latest - random.int(recentGroups)) : Math.floor(mine / size);
    const keys = random.shuffle(Array.from({ length: size }, (_, i) => group * size + i));
    const written = new Map(memory.written);
    written.delete(thread);
    return {
      operation: { f: "read", value: keys.map((key) => ["r", key, null]) },
      memory: { ...memory, written },
    };
  };
  return paced(options, remembering<Memory>({ nextKey: 0, written: new Map() }, next));
}
