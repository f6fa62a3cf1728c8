import { UsageError } from "../../histories/errors.ts";
import type { Json } from "../../histories/json.ts";
import type { Generator } from "../generators/generator.ts";
import { remembering } from "../generators/memory.ts";
import type { Random } from "../random.ts";
import type { WorkloadOptions } from "../workload.ts";
import { paced, wholeNumber } from "../pace.ts";
import { keyDistribution, KeyPool } from "./key-pool.ts";

/** As Elle's. */
export const transactionDefaults = {
  keyCount: 10,
  keyDistribution: "exponential",
  minTransactionLength: 1,
  maxTransactionLength: 4,
  maxWritesPerKey: 256,
} as const;

/**
 * Transactions of reads and writes in equal parts, over a pool of keys, each value written once to a key. `write` is the name of the
 * micro-operation that writes.
 */
export function transactions(write: "append" | "w", options: WorkloadOptions): Generator {
  const { minTransactionLength: shortest, maxTransactionLength: longest } = lengths(options);
  const pool = {
    keyCount: wholeNumber("number of keys", options.keyCount ?? transactionDefaults.keyCount, 1),
    keyDistribution: keyDistribution(options.keyDistribution ?? transactionDefaults.keyDistribution),
    maxWritesPerKey: wholeNumber(
      "number of writes per key",
      options.maxWritesPerKey ?? transactionDefaults.maxWritesPerKey,
      1,
    ),
  };
  return paced(
    options,
    remembering<KeyPool | undefined>(undefined, (memory, { random }) => {
      let keys = memory ?? KeyPool.fresh(pool, random);
      const value: Json[] = [];
      for (let left = lengthOf(shortest, longest, random); left > 0; left--) {
        if (random.chance(1, 2)) value.push(["r", keys.choose(random), null]);
        else {
          const written = keys.write(random);
          value.push([write, written.key, written.value]);
          keys = written.pool;
        }
      }
      return { operation: { f: "txn", value }, memory: keys };
    }),
  );
}

/** The bounds of a transaction's length, which must fit one another. */
export function lengths(
  options: WorkloadOptions,
): Required<Pick<WorkloadOptions, "minTransactionLength" | "maxTransactionLength">> {
  const { minTransactionLength: min, maxTransactionLength: max } = transactionDefaults;
  const longest = wholeNumber(
    "greatest length of a transaction",
    options.maxTransactionLength ?? Math.max(max, options.minTransactionLength ?? min),
    1,
  );
  const shortest = wholeNumber(
    "least length of a transaction",
    options.minTransactionLength ?? Math.min(min, longest),
    1,
  );
  if (shortest > longest) {
    throw new UsageError(
      `The least length of a transaction is at most the greatest: found ${shortest} and ${longest}.`,
    );
  }
  return { minTransactionLength: shortest, maxTransactionLength: longest };
}

export function lengthOf(shortest: number, longest: number, random: Random): number {
  return shortest + random.int(longest - shortest + 1);
}

export const transactionSettings = [
  "level",
  "keyCount",
  "keyDistribution",
  "minTransactionLength",
  "maxTransactionLength",
  "maxWritesPerKey",
] as const;

/** By what level a history of transactions is judged where nobody says. */
export const usualLevel = "strict-serializable";
