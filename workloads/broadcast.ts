import type { Generator } from "./generators/generator.ts";
import { remembering } from "./generators/memory.ts";
import { untilOk } from "./generators/order.ts";
import { repeat } from "./generators/repetition.ts";
import { eachThread } from "./generators/threads.ts";
import { paced } from "./pace.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";

/** One of so many operations is a read, which gives all that was delivered: many would cost the square of the messages. */
const operationsPerRead = 20;

/**
 * Atomic broadcast: clients broadcast messages and read what the node that they speak to has delivered so far. What nodes deliver
 * are prefixes of one sequence; what was acknowledged has its place there.
 */
export const broadcast: Workload = {
  name: "broadcast",
  summary: "broadcasts of unique messages, and reads of all that a node has delivered, in its order",
  operations: [
    {
      f: "broadcast",
      argument: "a message that nobody else broadcasts",
      result: "the same: the message has its place in the order of all messages",
      example: { argument: 3, result: 3 },
    },
    {
      f: "read",
      argument: "null",
      result: "the messages that the node has delivered so far, in order",
      example: { argument: null, result: [1, 3, 2] },
    },
  ],
  settings: [],
  generator: (options) => paced(options, messages()),
  finalGenerator: (options: WorkloadOptions) => paced(options, eachThread(untilOk(repeat({ f: "read" })))),
  checks: () => [{ checker: "total-order" }],
};

function messages(): Generator {
  return remembering({ next: 1 }, ({ next }, { random }) =>
    random.chance(1, operationsPerRead)
      ? { operation: { f: "read" }, memory: { next } }
      : { operation: { f: "broadcast", value: next }, memory: { next: next + 1 } },
  );
}
