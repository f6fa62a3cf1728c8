import { describe, expect, it, test } from "vitest";
import { checkerFor } from "../../checkers/catalogue.ts";
import type { Json } from "../../histories/json.ts";
import { clients, workload, workloads, type WorkloadOptions } from "../../workloads/index.ts";
import { imperfect, perfect, type ScheduledEvent, type SimulationOptions } from "./simulate.ts";
import { byKey, invocations } from "./testing/schedules.ts";

function schedule(
  name: string,
  options: Partial<WorkloadOptions> = {},
  simulation: SimulationOptions = {},
): readonly ScheduledEvent[] {
  const concurrency = options.concurrency ?? 6;
  const generator = workload(name).generator({ ...options, concurrency });
  return invocations(clients(generator), { concurrency, operations: 2000, ...simulation });
}

type MicroOperation = readonly [f: string, key: number, value: Json];

/** The micro-operations of all transactions. */
function microOperations(events: readonly ScheduledEvent[]): MicroOperation[] {
  return events.filter(({ f }) => f === "txn").flatMap(({ value }) => value as unknown as MicroOperation[]);
}

/** How many things there are of each kind, the most frequent first. */
function tally<Thing>(things: readonly Thing[]): [Thing, number][] {
  const counts = new Map<Thing, number>();
  for (const thing of things) counts.set(thing, (counts.get(thing) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a);
}

describe.each([
  ["list-append", "append"],
  ["rw-register", "w"],
])("the workload %s", (name, write) => {
  it("writes each value to a key once: 1, 2, …, and reads half of the time", () => {
    const all = microOperations(schedule(name));
    const writes = all.filter(([f]) => f === write);
    expect(all.filter(([f]) => f === "r")).toHaveLength(all.length - writes.length);
    expect(Math.abs(writes.length / all.length - 0.5)).toBeLessThan(0.03);
    for (const key of new Set(writes.map(([, each]) => each))) {
      const values = writes.filter(([, each]) => each === key).map(([, , value]) => value);
      expect(values).toEqual(values.map((_, i) => i + 1));
    }
  });

  it("has transactions of one to four operations, as Elle's, or of other lengths", () => {
    const lengths = (options: Partial<WorkloadOptions>): number[] =>
      tally(schedule(name, options).map(({ value }) => (value as readonly Json[]).length))
        .map(([length]) => length)
        .toSorted((a, b) => a - b);
    expect(lengths({})).toEqual([1, 2, 3, 4]);
    expect(lengths({ minTransactionLength: 3, maxTransactionLength: 5 })).toEqual([3, 4, 5]);
    expect(lengths({ minTransactionLength: 6 })).toEqual([6]);
    expect(() => schedule(name, { minTransactionLength: 3, maxTransactionLength: 2 })).toThrow(
      "The least length of a transaction is at most the greatest: found 3 and 2.",
    );
  });

  it("refuses a distribution of keys that there is not", () => {
    expect(() => schedule(name, { keyDistribution: "normal" })).toThrow(
      "There is no key distribution normal. There are: exponential, zipf, uniform.",
    );
  });

  it("retires a key that was written as often as it may", () => {
    const all = microOperations(schedule(name, { maxWritesPerKey: 4, keyCount: 3 }));
    const writes = tally(all.filter(([f]) => f === write).map(([, key]) => key));
    expect(new Set(writes.map(([, count]) => count))).toEqual(new Set([1, 2, 3, 4]));
    // No more than three in use: a key is never seen again once three later ones are.
    const last = new Map(all.map(([, key], i) => [key, i]));
    const first = new Map(all.map(([, key], i) => [key, i] as const).toReversed());
    for (const [key, at] of last) {
      const begunBefore = [...first].filter(([other, i]) => i <= at && other >= key);
      const endedBefore = begunBefore.filter(([other]) => (last.get(other) ?? 0) < at);
      expect(begunBefore.length - endedBefore.length).toBeLessThanOrEqual(3);
    }
  });
});

describe("the workload predicate", () => {
  it("inserts each key once, overwrites and deletes it at most once, in this order", () => {
    const [init, ...rest] = schedule("predicate");
    expect(init).toMatchObject({ f: "init", value: { 0: 0, 1: 3, 9: 7 } });
    const story = new Map<number, string>();
    for (const key of Object.keys(init?.value as object)) story.set(Number(key), "i");
    for (const [f, key] of microOperations(rest))
      if (f === "insert" || f === "w" || f === "delete") story.set(key, (story.get(key) ?? "") + f.charAt(0));
    for (const told of story.values()) expect(told).toMatch(/^iw?d?$/);
    expect(new Set(story.values())).toEqual(new Set(["i", "iw", "id", "iwd"]));
  });

  it("tries the first rows again only if they are certainly not there", () => {
    const inits = (types: readonly ("ok" | "fail" | "info")[]): number =>
      schedule(
        "predicate",
        {},
        { system: (_, count) => ({ type: types[count] ?? "ok", latency: 10 }) },
      ).filter(({ f }) => f === "init").length;
    expect(inits(["ok"])).toBe(1);
    expect(inits(["fail", "fail", "ok"])).toBe(3);
    expect(inits(["fail", "info"])).toBe(2);
  });

  it("reads by predicates that match a part of the rows, and overwrites with other values", () => {
    const all = microOperations(schedule("predicate"));
    const predicates = all.filter(([f]) => f === "rp").map(([, predicate]) => JSON.stringify(predicate));
    expect(new Set(predicates.map((text) => text.replaceAll(/\d+/g, "n")))).toEqual(
      new Set(['"true"', '["=",n]', '["mod",n,n]']),
    );
    const values = new Map<number, Json>();
    for (const [f, key, value] of all) {
      if (f === "w") expect(value).not.toBe(values.get(key));
      if (f === "insert" || f === "w") values.set(key, value);
    }
  });

  it("keeps about as many rows as there were", () => {
    const all = microOperations(schedule("predicate", { keyCount: 5 }));
    const count = (name: string): number => all.filter(([f]) => f === name).length;
    expect(Math.abs(count("insert") - count("delete"))).toBeLessThan(15);
  });
});

describe("the workload bank", () => {
  it("opens the accounts before all else, until that has succeeded", () => {
    const events = schedule("bank", { concurrency: 3 }, { system: imperfect() });
    const inits = events.filter(({ f }) => f === "init");
    expect(events.slice(0, inits.length)).toEqual(inits);
    expect(inits[0]?.value).toEqual({ 0: 100, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0 });
  });

  it("transfers between different accounts, no more than it may, half of the time", () => {
    const events = schedule("bank", { accounts: 3, maxTransfer: 2, totalAmount: 7 });
    const transfers = events.filter(({ f }) => f === "transfer").map(({ value }) => value);
    expect(Math.abs(transfers.length - 1000)).toBeLessThan(100);
    expect(new Set(transfers.map((each) => JSON.stringify(each))).size).toBe(3 * 2 * 2);
    for (const each of transfers) {
      const { from, to, amount } = each as { from: number; to: number; amount: number };
      expect(from).not.toBe(to);
      expect([1, 2]).toContain(amount);
    }
    expect(workload("bank").checks({ concurrency: 1, totalAmount: 7, negativeBalances: true })).toEqual([
      { checker: "bank", totalAmount: 7, negativeBalances: true },
    ]);
  });
});

describe("the workload long-fork", () => {
  it("writes each key once, and reads whole groups, whoever wrote first its own", () => {
    const events = schedule("long-fork", { groupSize: 3 });
    const written = events
      .filter(({ f }) => f === "write")
      .map(({ value }) => (value as [MicroOperation])[0]);
    expect(written).toEqual(written.map((_, key) => ["w", key, 1]));
    const wrote = new Map<unknown, number>();
    for (const { f, value, thread } of events) {
      const keys = (value as MicroOperation[]).map(([, key]) => key);
      if (f === "write") {
        expect(wrote.has(thread)).toBe(false);
        wrote.set(thread, keys[0] ?? -1);
        continue;
      }
      const group = Math.floor(Math.min(...keys) / 3);
      expect(keys.toSorted((a, b) => a - b)).toEqual([0, 1, 2].map((i) => 3 * group + i));
      if (wrote.has(thread)) expect(keys).toContain(wrote.get(thread));
      wrote.delete(thread);
    }
  });
});

describe("the workload write-skew", () => {
  it("has two inserts under each key, of rows with unique ids in two tables, at the same time", () => {
    const events = schedule("write-skew", { keys: 50 });
    expect(events).toHaveLength(100);
    const pairs = byKey(events);
    expect(pairs.size).toBe(50);
    for (const pair of pairs.values())
      expect(pair.map(({ value }) => (value as Json[]).findIndex((row) => row !== null))).toEqual([0, 1]);
    expect(new Set(events.flatMap(({ value }) => value as Json[])).size).toBe(101);
    expect(new Set(events.slice(0, 2).map(({ thread }) => thread)).size).toBe(2);
  });

  it.each([1, 3, 4, 5, 9])("does with %i threads", (concurrency) => {
    expect(schedule("write-skew", { concurrency, keys: 20 })).toHaveLength(40);
  });
});

describe("the workload causal-reverse", () => {
  it("inserts each value under a key once, and then goes on to another key", () => {
    const events = schedule("causal-reverse", { operationsPerKey: 30, keys: 4 });
    expect(events).toHaveLength(120);
    for (const of of byKey(events).values()) {
      const writes = of.filter(({ f }) => f === "write").map(({ value }) => value);
      expect(writes).toEqual(writes.map((_, i) => i + 1));
      expect(writes.length).toBeGreaterThan(5);
      expect(writes.length).toBeLessThan(25);
    }
  });
});

describe("the workload sequential", () => {
  it("writes each key once, and reads those that were written lately", () => {
    const events = schedule("sequential");
    let next = 0;
    for (const { f, value } of events) {
      if (f === "write") expect(value).toBe(next++);
      else {
        expect(value).toBeLessThan(next);
        expect(value).toBeGreaterThanOrEqual(next - 12);
      }
    }
    expect(next).toBeGreaterThan(800);
  });
});

describe("the workload dirty-read", () => {
  it("writes each value once", () => {
    const events = schedule("dirty-read");
    const writes = events.filter(({ f }) => f === "write").map(({ value }) => value);
    expect(writes).toEqual(writes.map((_, i) => i + 1));
    expect(Math.abs(writes.length - 1000)).toBeLessThan(100);
  });
});

describe.each([...workloads.values()])("every workload: $name", (each) => {
  const { name, operations, settings } = each;

  it("does what it documents, at the rate that is asked for, the same for the same seed", () => {
    const events = schedule(name, { rate: 1000 }, { seed: "5", operations: 500, system: perfect });
    const documented = operations.map(({ f }) => f);
    expect(new Set(events.map(({ f }) => f))).toEqual(new Set(documented));
    expect(events).toEqual(schedule(name, { rate: 1000 }, { seed: "5", operations: 500, system: perfect }));
    expect(events).not.toEqual(
      schedule(name, { rate: 1000 }, { seed: "6", operations: 500, system: perfect }),
    );
    expect(Math.abs((events.at(-1)?.time ?? 0) / 5e8 - 1)).toBeLessThan(0.15);
  });

  test("is judged by checkers that there are", () => {
    for (const check of each.checks({ concurrency: 4 })) expect(checkerFor(check).name).toBe(check.checker);
    if (settings.includes("level"))
      expect(() => each.checks({ concurrency: 4, level: "x" }).map(checkerFor)).toThrow(/x/);
  });

  it("refuses a rate that is none", () => {
    expect(() => schedule(name, { rate: 0 })).toThrow(
      "A rate is a number of operations a second above 0, not 0.",
    );
  });
});

test.each([
  ["list-append", { keyCount: 0 }, "The number of keys is a whole number of at least 1, not 0."],
  [
    "rw-register",
    { maxWritesPerKey: 0.5 },
    "The number of writes per key is a whole number of at least 1, not 0.5.",
  ],
  ["bank", { accounts: 1 }, "The number of accounts is a whole number of at least 2, not 1."],
  ["bank", { totalAmount: 0.5 }, "The total amount is a whole number, not 0.5."],
  ["long-fork", { groupSize: 1 }, "The size of a group is a whole number of at least 2, not 1."],
])("the workload %s refuses %j", (name, options, message) => {
  expect(() => schedule(name, options)).toThrow(message);
});
