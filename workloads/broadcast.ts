import { deliveryPatience } from "../checkers/index.ts";
import type { Generator } from "./generators/generator.ts";
import { remembering } from "./generators/memory.ts";
import { untilOk } from "./generators/order.ts";
import { repeat } from "./generators/repetition.ts";
import { eachThread } from "./generators/threads.ts";
import { atTheEnd, paced } from "./pace.ts";
import type { Check, Workload, WorkloadOptions } from "./workload.ts";

/** One of so many operations is a read, which gives all that was delivered: many would cost the square of the messages. */
const operationsPerRead = 20;

/** That what was broadcast or delivered comes to all in the end. */
export const deliversEventually = "eventual-delivery";

/** Quiet before the final reads where that is promised, in seconds: somewhat more than the checker is patient. */
const calmSeconds = deliveryPatience / 1e9 + 1;

/**
 * Atomic broadcast: clients broadcast messages and read what the node that they speak to has delivered so far. What nodes deliver
 * are prefixes of one sequence; what was acknowledged has its place there. Of systems that promise `eventual-delivery`, the final
 * reads are late enough for all nodes to show all of it.
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
  settings: ["promise"],
  promises: ["order", deliversEventually],
  generator: (options) => paced(options, messages()),
  finalGenerator: finalReads,
  checks: (options) => [{ checker: "total-order" }, ...deliveryChecks(options, "uniform")],
};

function finalReads(options: WorkloadOptions): Generator {
  const reads = eachThread(untilOk(repeat({ f: "read" })));
  return options.promise === deliversEventually ? atTheEnd(reads, calmSeconds) : paced(options, reads);
}

/** That everything is delivered in the end is judged where it is promised. */
export function deliveryChecks({ promise: asked }: WorkloadOptions, promise: string): Check[] {
  return asked === deliversEventually ? [{ checker: "eventual-delivery", promise }] : [];
}

function messages(): Generator {
  return remembering({ next: 1 }, ({ next }, { random }) =>
    random.chance(1, operationsPerRead)
      ? { operation: { f: "read" }, memory: { next } }
      : { operation: { f: "broadcast", value: next }, memory: { next: next + 1 } },
  );
}
