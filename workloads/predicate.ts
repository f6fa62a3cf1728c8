import type { Json } from "../histories/json.ts";
import type { Context, Generator } from "./generators/generator.ts";
import { remembering, type Remembered } from "./generators/memory.ts";
import { concurrencyLimit } from "./generators/limits.ts";
import { phases, untilNotFailed } from "./generators/order.ts";
import { repeat } from "./generators/repetition.ts";
import { paced, wholeNumber } from "./pace.ts";
import type { Random } from "./random.ts";
import { lengthOf, lengths, transactionDefaults, usualLevel } from "./transactions/transactions.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";

/** Values are 0..9: few enough for predicates to match several keys. */
const values = 10;

/**
 * Transactions that insert, overwrite and delete rows and read by predicate. Each key is inserted once, overwritten at most once
 * and deleted at most once, so that the order of its versions is known: unborn, inserted, overwritten, dead (Elle's closed predicates).
 */
export const predicate: Workload = {
  name: "predicate",
  summary: "transactions that insert, overwrite and delete rows, and read all rows that a predicate matches",
  operations: [
    {
      f: "init",
      argument:
        "{key: value, …}: inserts these rows, in one transaction, before all others; fails as a whole if one was there before",
      result: "the same",
      example: { argument: { 0: 3, 1: 7 }, result: { 0: 3, 1: 7 } },
    },
    {
      f: "txn",
      argument:
        '[["insert", key, value] | ["w", key, value] | ["delete", key] | ["r", key, null] | ["rp", predicate, null], …], where a predicate is "true", ["=", value] or ["mod", divisor, remainder]; fails as a whole if a key to insert was there before, or one to overwrite or delete is not there',
      result:
        "the same, with the value of each key read in place of null (null: not there), and for a predicate {key: value, …} of all rows that it matches",
      example: {
        argument: [
          ["insert", 2, 4],
          ["rp", ["mod", 2, 0], null],
          ["delete", 1],
        ],
        result: [
          ["insert", 2, 4],
          ["rp", ["mod", 2, 0], { 2: 4 }],
          ["delete", 1],
        ],
      },
    },
  ],
  settings: ["level", "keyCount", "minTransactionLength", "maxTransactionLength"],
  generator: rows,
  checks: ({ level }) => [{ checker: "isolation", level: level ?? usualLevel }],
};

/** A row that may be there. */
interface Row {
  readonly key: number;
  readonly value: number;
  readonly overwritten: boolean;
}

interface Memory {
  readonly nextKey: number;
  readonly rows: readonly Row[];
}

function rows(options: WorkloadOptions): Generator {
  const count = wholeNumber("number of keys", options.keyCount ?? transactionDefaults.keyCount, 1);
  const { minTransactionLength: shortest, maxTransactionLength: longest } = lengths(options);
  const first = Array.from({ length: count }, (_, key) => ({
    key,
    value: (3 * key) % values,
    overwritten: false,
  }));
  const transaction = (memory: Memory, { random }: Context): Remembered<Memory> => {
    const value: Json[] = [];
    let now = memory;
    for (let left = lengthOf(shortest, longest, random); left > 0; left--) {
      const [operation, next] = microOperation(now, count, random);
      value.push(operation);
      now = next;
    }
    return { operation: { f: "txn", value }, memory: now };
  };
  return phases(
    // Rows are born once: what may have inserted them is not tried again.
    untilNotFailed(
      concurrencyLimit(
        1,
        repeat({ f: "init", value: Object.fromEntries(first.map((row) => [row.key, row.value])) }),
      ),
    ),
    paced(options, remembering<Memory>({ nextKey: count, rows: first }, transaction)),
  );
}

/** One micro-operation, half of the time a read, and what there may be after it. */
function microOperation(memory: Memory, count: number, random: Random): [Json, Memory] {
  const { nextKey, rows: there } = memory;
  if (random.chance(1, 2)) {
    if (there.length > 0 && random.chance(1, 3)) return [["r", random.pick(there).key, null], memory];
    return [["rp", anyPredicate(random), null], memory];
  }
  const row = there.length === 0 ? undefined : random.pick(there);
  // As many rows as there were at first, on average.
  if (row === undefined || random.chance(count, count + there.length)) {
    const value = random.int(values);
    const inserted = { key: nextKey, value, overwritten: false };
    return [["insert", nextKey, value], { nextKey: nextKey + 1, rows: [...there, inserted] }];
  }
  if (!row.overwritten && random.chance(1, 2)) {
    const value = (row.value + 1 + random.int(values - 1)) % values;
    const overwritten = { ...row, value, overwritten: true };
    return [
      ["w", row.key, value],
      { nextKey, rows: there.map((each) => (each === row ? overwritten : each)) },
    ];
  }
  return [["delete", row.key], { nextKey, rows: there.filter((each) => each !== row) }];
}

function anyPredicate(random: Random): Json {
  switch (random.int(3)) {
    case 0:
      return "true";
    case 1:
      return ["=", random.int(values)];
    default: {
      const divisor = 2 + random.int(2);
      return ["mod", divisor, random.int(divisor)];
    }
  }
}
