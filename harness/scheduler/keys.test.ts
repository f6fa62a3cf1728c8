import { describe, expect, it } from "vitest";
import {
  clients,
  concurrentKeys,
  GeneratorError,
  limit,
  log,
  repeat,
  sequence,
  sequentialKeys,
  stagger,
  untilOk,
} from "../../workloads/generators/index.ts";
import { perfectInfo, simulate, type SimulatedSystem } from "./simulate.ts";
import { alone, byKey, invocations, lines } from "./testing/schedules.ts";

const read = { f: "read" };
const withoutNemesis = (concurrency: number): { concurrency: number; withNemesis: false } => ({
  concurrency,
  withNemesis: false,
});

// An operation on key 0 is still open when its threads are at key 1: its ok must not end that one.
const slowFirst: SimulatedSystem = ({ key }) =>
  key === 0 ? { type: "ok", latency: 50 } : { type: "fail", latency: 10 };

const ascending = (a: unknown, b: unknown): number => Number(a) - Number(b);

describe("sequentialKeys", () => {
  it("works on one key after another", () => {
    const plan = sequentialKeys(["x", "y"], (key) => [
      { f: "write", value: `to ${JSON.stringify(key)}` },
      read,
    ]);
    expect(lines(simulate(plan, alone)).filter((line) => line.includes("invoke"))).toEqual([
      '0 0 invoke write "to \\"x\\"" key="x"',
      '10 0 invoke read key="x"',
      '20 0 invoke write "to \\"y\\"" key="y"',
      '30 0 invoke read key="y"',
    ]);
  });

  it("takes keys from a function, until that has no more", () => {
    const plan = sequentialKeys(
      (position) => (position < 3 ? position * 10 : undefined),
      () => read,
    );
    expect(invocations(plan, alone).map(({ key }) => key)).toEqual([0, 10, 20]);
  });

  it("passes over keys without operations", () => {
    const plan = sequentialKeys([1, 2, 3], (key) => (key === 2 ? [] : read));
    expect(invocations(plan, alone).map(({ key }) => key)).toEqual([1, 3]);
  });
});

describe("concurrentKeys", () => {
  it("gives each key a group of threads of its own", () => {
    const plan = concurrentKeys(2, [10, 11, 12, 13, 14], () => limit(20, repeat(read)));
    const keys = byKey(invocations(plan, withoutNemesis(6)));
    expect([...keys.keys()].toSorted(ascending)).toEqual([10, 11, 12, 13, 14]);
    for (const events of keys.values()) {
      expect(events).toHaveLength(20);
      const threads = [...new Set(events.map(({ thread }) => Number(thread)))].toSorted(ascending);
      expect(threads).toHaveLength(2);
      expect([Math.floor((threads[0] ?? -1) / 2), threads[1]]).toEqual([
        (threads[0] ?? -1) / 2,
        (threads[0] ?? -1) + 1,
      ]);
    }
  });

  it("has all groups at work at the same time, each on the next key that nobody had", () => {
    const plan = concurrentKeys(
      1,
      (position) => position,
      () => limit(3, repeat(read)),
    );
    const events = invocations(limit(18, plan), withoutNemesis(3));
    for (const round of [0, 30]) {
      const keys = events.filter(({ time }) => time >= round && time < round + 30).map(({ key }) => key);
      const expected = round === 0 ? [0, 1, 2] : [3, 4, 5];
      expect(keys.toSorted(ascending)).toEqual(expected.flatMap((key) => [key, key, key]));
    }
  });

  it("ends when the keys have ended, even if there are fewer than groups", () => {
    const plan = sequence(
      concurrentKeys(1, ["only"], () => limit(4, repeat(read))),
      { f: "after" },
    );
    const events = invocations(plan, withoutNemesis(3));
    expect(events.filter(({ key }) => key === "only")).toHaveLength(4);
    expect(events.at(-1)?.f).toBe("after");
  });

  it("tells a key's plan of the operations on that key only", () => {
    const plan = concurrentKeys(2, [0, 1], (key) => (key === 0 ? read : limit(30, untilOk(repeat(read)))));
    const events = invocations(plan, { ...withoutNemesis(2), system: slowFirst });
    expect(events.filter(({ key }) => key === 1)).toHaveLength(30);
  });

  it("keeps clear of the nemesis", () => {
    const plan = concurrentKeys(2, [0, 1], () => limit(10, repeat(read)));
    expect(invocations(plan, { concurrency: 4 }).every(({ thread }) => thread !== "nemesis")).toBe(true);
  });

  it("shares a total rate fairly among the keys", () => {
    const plan = stagger(
      100,
      concurrentKeys(2, [0, 1, 2], () => repeat(read)),
    );
    const events = invocations(limit(600, clients(plan)), { concurrency: 6 });
    for (const onKey of byKey(events).values()) expect(Math.abs(onKey.length - 200)).toBeLessThan(40);
  });

  it("goes on when processes crash", () => {
    const plan = concurrentKeys(2, [0, 1], () => limit(10, repeat(read)));
    expect(invocations(plan, { ...withoutNemesis(4), system: perfectInfo })).toHaveLength(20);
  });

  it("passes messages on, once a key", () => {
    const plan = concurrentKeys(1, ["x", "y", "z"], (key) => [log(`begin ${JSON.stringify(key)}`), read]);
    const { logs } = simulate(plan, withoutNemesis(2));
    expect(logs.map(({ message }) => message)).toEqual(['begin "x"', 'begin "y"', 'begin "z"']);
  });

  it("needs a multiple of the threads of a key", () => {
    const plan = concurrentKeys(2, [0], () => read);
    expect(() => simulate(plan, withoutNemesis(3))).toThrow(
      "Generator concurrentKeys: expected a multiple of 2 client threads, 2 for each key, found 3",
    );
  });

  it("refuses operations that have a key already, and keys that never have an operation", () => {
    const keyed = concurrentKeys(1, [0], () => ({ f: "read", key: "mine" }));
    expect(() => simulate(keyed, alone)).toThrow(GeneratorError);
    expect(() => simulate(keyed, alone)).toThrow(
      /concurrentKeys\[0\] > key: expected operations without a key/,
    );
    const empty = concurrentKeys(
      1,
      (position) => position,
      () => [],
    );
    expect(() => simulate(empty, alone)).toThrow(/expected an operation on one of 10000 keys/);
  });
});
