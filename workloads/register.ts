import { UsageError, unknownName } from "../histories/errors.ts";
import { checkCount } from "./generators/arguments.ts";
import { mix } from "./generators/choice.ts";
import type { Context, Generator } from "./generators/generator.ts";
import { concurrentKeys } from "./generators/keys.ts";
import { limit, processLimit } from "./generators/limits.ts";
import type { Plan, Template } from "./generators/plan.ts";
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

/** How often each function is chosen, in quarters. */
const shares: ReadonlyMap<string, readonly [plan: Plan, share: number]> = new Map([
  ["read", [repeat({ f: "read" }), 2]],
  ["write", [write, 1]],
  ["cas", [compareAndSet, 1]],
]);

/**
 * Independent registers, each read, written and compared-and-set by several processes at once, half of the
 * operations reads, since every anomaly shows in a read. A store without compare-and-set is asked to read and write only (`functions`). A key gets a bounded number of operations; then its threads go on to a new key.
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
      argument:
        "[from, to]: writes to if the value is from; otherwise fails. One atomic request of the store: reading and then writing is none, and makes a correct store look broken. Of a store that has no such request, only the others are asked (`--functions read,write`)",
      result: "the same",
      example: { argument: [3, 1], result: [3, 1] },
    },
  ],
  settings: ["functions", "operationsPerKey", "threadsPerKey", "processesPerKey", "keys", "promise"],
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
  const chosen = functionsOf(options.functions);
  const plans = chosen.map(([plan]) => plan);
  const weights = chosen.map(([, share]) => share);
  const onKeys = concurrentKeys(
    threads,
    (position) => (position < count ? position : undefined),
    () => processLimit(processes, limit(operations, mix(plans, weights))),
  );
  return paced(options, onKeys);
}

/** The functions that are asked for. Without a write there is nothing to read, and without a read nothing shows. */
function functionsOf(names: string | undefined): (readonly [Plan, number])[] {
  if (names === undefined) return [...shares.values()];
  const asked = names.split(",").map((name) => name.trim());
  for (const name of asked)
    if (!shares.has(name)) throw unknownName("function of register", name, shares.keys());
  for (const name of ["read", "write"])
    if (!asked.includes(name))
      throw new UsageError(
        `Registers are read and written: expected functions with ${name}, found ${names}.`,
      );
  return [...shares].filter(([name]) => asked.includes(name)).map(([, share]) => share);
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
