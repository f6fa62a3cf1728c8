import { queuePromises } from "../checkers/index.ts";
import type { Context, Generator } from "./generators/index.ts";
import { eachThread, remembering, repeat, untilResult, type Remembered } from "./generators/index.ts";
import { atTheEnd, paced } from "./pace.ts";
import type { Check, Workload, WorkloadOptions } from "./workload.ts";

/**
 * Unique messages are put into one queue and taken out again; in the end, everybody takes out what is left. What may become of a message depends on what is
 * promised: that it is delivered at least once, at most once, exactly once, or that the queue is a linearizable first-in, first-out queue.
 */
export const queue: Workload = {
  name: "queue",
  summary: "unique messages are put into a queue and taken out, until it is empty in the end",
  operations: [
    {
      f: "enqueue",
      argument: "a message that nobody else enqueues, an integer",
      result: "the same: the queue has taken it over",
      example: { argument: 3, result: 3 },
    },
    {
      f: "dequeue",
      argument: "null",
      result:
        "a message, which was taken out for good; null: there was none. Of unknown outcome, with the message, if it was seen but may come again",
      example: { argument: null, result: 3 },
    },
  ],
  settings: ["promise"],
  promises: queuePromises,
  generator: (options) => paced(options, messages()),
  finalGenerator: () =>
    atTheEnd(eachThread(untilResult((message) => message === null, repeat({ f: "dequeue" })))),
  checks: judges,
};

interface Memory {
  readonly next: number;
}

function messages(): Generator {
  const next = ({ next: message }: Memory, { random }: Context): Remembered<Memory> =>
    random.chance(1, 2)
      ? { operation: { f: "dequeue" }, memory: { next: message } }
      : { operation: { f: "enqueue", value: message }, memory: { next: message + 1 } };
  return remembering<Memory>({ next: 1 }, next);
}

function judges({ promise }: WorkloadOptions): Check[] {
  const each: Check = { checker: "total-queue", ...(promise === undefined ? {} : { promise }) };
  return promise === "linearizable" ? [each, { checker: "linearizable", model: "fifo-queue" }] : [each];
}
