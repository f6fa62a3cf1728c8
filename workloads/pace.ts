import { UsageError } from "../histories/errors.ts";
import { seconds } from "./generators/arguments.ts";
import type { Generator } from "./generators/generator.ts";
import { timeLimit } from "./generators/limits.ts";
import { phases, untilOk } from "./generators/order.ts";
import { delay, sleep, stagger } from "./generators/pace.ts";
import type { Plan } from "./generators/plan.ts";
import { generator } from "./generators/plan.ts";
import { repeat } from "./generators/repetition.ts";
import { eachThread } from "./generators/threads.ts";
import type { WorkloadOptions } from "./workload.ts";

/** A plan at the rate that the options ask for; as fast as the clients go if they ask for none. */
export function paced({ rate }: WorkloadOptions, plan: Plan): Generator {
  if (rate === undefined) return generator(plan);
  if (!(Number.isFinite(rate) && rate > 0)) {
    throw new UsageError(`A rate is a number of operations a second above 0, not ${rate}.`);
  }
  return stagger(1e9 / rate, plan);
}

/** What the last operations may take in all; a system that does not come back is not waited for any longer. */
const lastSeconds = 30;

/** Quiet before that, in which what was acknowledged reaches everybody. */
const calmSeconds = 1;

/** What clients do at the end, when all has been quiet for so many seconds: as fast as they go. */
export function atTheEnd(plan: Plan, calm = calmSeconds): Generator {
  return phases(sleep(seconds(calm)), timeLimit(seconds(lastSeconds), plan));
}

/** How often a thread tries, in seconds. */
const secondsBetweenReads = 0.05;

/** Each thread reads until it is answered: all that there is, when all is over. */
export function finalReads(): Generator {
  return eachThread(untilOk(delay(seconds(secondsBetweenReads), repeat({ f: "read" }))));
}

/** `count` if it is a whole number of at least `minimum`; else a usage error that names what it counts. */
export function wholeNumber(what: string, count: number, minimum: number): number {
  if (Number.isSafeInteger(count) && count >= minimum) return count;
  throw new UsageError(`The ${what} is a whole number of at least ${minimum}, not ${count}.`);
}

/** The least number of threads, two if possible, in which the threads can be grouped so that none is left over. */
export function leastThreadsPerKey(concurrency: number): number {
  for (let threads = 2; threads < concurrency; threads++) if (concurrency % threads === 0) return threads;
  return concurrency;
}
