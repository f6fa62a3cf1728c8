import { UsageError } from "../histories/errors.ts";
import { checkCount } from "./generators/arguments.ts";
import { mix } from "./generators/choice.ts";
import type { Context, Generator } from "./generators/generator.ts";
import { concurrentKeys } from "./generators/keys.ts";
import { limit, processLimit } from "./generators/limits.ts";
import type { Template } from "./generators/plan.ts";
import { repeat } from "./generators/repetition.ts";
import { paced } from "./pace.ts";
import { promised } from "./promise.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";

/**
 * Registers hold 0..4: few enough for a compare-and-set to meet the value that it expects, enough for a
 * stale read to differ from the fresh one four times out of five.
 */
const values = 5;

/** Enough operations for faults to fall among them, few enough for a key to be judged at once. */
const defaultOperations = 200;

/** Every crashed process leaves an operation that may happen at any later time; a search bears some. */
const defaultProcesses = 20;

/** So many threads, on as many nodes, contend for a key if the number of threads allows. */
const preferredThreads = 5;

/**
 * Independent registers, each read, written and compared-and-set by several processes at once, half of the
 * operations reads, since every anomaly shows in a read. A key gets a bounded number of operations; then its threads go on to a new key.
 */
export const register: Workload = {
  name: "register",
  summary: "reads, writes and compare-and-sets of independent registers",
  operations: [
    {
      f: "read",
      argument: "null",
      result: "the register's value; null before the first write",
      example: { argument: null, result: 3 },
    },
    {
      f: "write",
      argument: "the value to write, an integer",
      result: "the same",
      example: { argument: 3, result: 3 },
    },
    {
      f: "cas",
      argument: "[from, to]: writes to if the value is from; otherwise fails",
      result: "the same",
      example: { argument: [3, 1], result: [3, 1] },
    },
  ],
  settings: ["operationsPerKey", "threadsPerKey", "processesPerKey", "keys", "promise"],
  promises: ["sequential", "linearizable"],
  generator: registers,
  checks: ({ promise = "linearizable" }) => [{ checker: promised(register, promise), model: "cas-register" }],
};

function registers(options: WorkloadOptions): Generator {
  const { concurrency, keys } = options;
  const operations = checkCount("operations per key", options.operationsPerKey ?? defaultOperations, 1);
  const processes = checkCount("processes per key", options.processesPerKey ?? defaultProcesses, 1);
  const threads = options.threadsPerKey ?? defaultThreadsPerKey(concurrency);
  if (!(Number.isSafeInteger(threads) && threads >= 1 && concurrency % threads === 0)) {
    throw new UsageError(
      `The threads of a key divide the number of client threads: found ${threads} threads per key and ${concurrency} threads.`,
    );
  }
  const count = keys === undefined ? Infinity : checkCount("keys", keys, 1);
  const onKeys = concurrentKeys(
    threads,
    (position) => (position < count ? position : undefined),
    () =>
      processLimit(
        processes,
        limit(operations, mix([repeat({ f: "read" }), write, compareAndSet], [2, 1, 1])),
      ),
  );
  return paced(options, onKeys);
}

function write({ random }: Context): Template {
  return { f: "write", value: random.int(values) };
}

function compareAndSet({ random }: Context): Template {
  const from = random.int(values);
  const to = (from + 1 + random.int(values - 1)) % values;
  return { f: "cas", value: [from, to] };
}

/** The number nearest to the preferred one, of at least two if possible, that divides the threads. */
export function defaultThreadsPerKey(concurrency: number): number {
  let best = concurrency;
  for (let threads = 2; threads <= concurrency; threads++) {
    if (concurrency % threads !== 0) continue;
    if (Math.abs(threads - preferredThreads) < Math.abs(best - preferredThreads)) best = threads;
  }
  return best;
}
