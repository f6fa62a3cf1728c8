import { describe, expect, test } from "vitest";
import { Configurations } from "./configurations.ts";
import { NoneUsed, UsedSets } from "./used-sets.ts";

/** Multisets of classes of unknown calls, and a set of configurations over them. */
function setUp() {
  const usedSets = new UsedSets();
  const used = (...classes: number[]) => classes.reduce((set, one) => usedSets.with(set, one), NoneUsed);
  return { usedSets, used, some: new Configurations(2, usedSets) };
}

describe("used sets", () => {
  test("are the same whatever the order in which calls were used", () => {
    const { used, usedSets } = setUp();
    expect(used(3, 1, 3, 40)).toBe(used(40, 3, 3, 1));
    expect(used(3, 3)).not.toBe(used(3));
    expect(usedSets.total(used(3, 1, 3))).toBe(3);
    expect(usedSets.count(used(3, 1, 3), 3)).toBe(2);
    expect(usedSets.count(used(3, 1, 3), 2)).toBe(0);
  });

  test.each<[number[], number[], boolean]>([
    [[], [], true],
    [[], [1], true],
    [[1], [], false],
    [[1], [2, 1], true],
    [[1, 1], [2, 1], false],
    [[1, 1], [1, 2, 1], true],
    [[33], [1, 1], false],
    [[1, 2], [2, 3], false],
  ])("%j is a part of %j: %s", (part, whole, expected) => {
    const { used, usedSets } = setUp();
    expect(usedSets.isPart(used(...part), used(...whole))).toBe(expected);
  });
});

describe("configurations", () => {
  const row = Int32Array.of(7, 1);
  const other = Int32Array.of(7, 2);

  test("are covered by those with the same row that have used the same calls or fewer", () => {
    const { used, some } = setUp();
    expect(some.add(row, used(1, 2))).toBe(true);
    expect(some.covers(row, used(1, 2))).toBe(true);
    expect(some.covers(row, used(1, 2, 2))).toBe(true);
    expect(some.covers(row, used(1))).toBe(false);
    expect(some.covers(other, used(1, 2))).toBe(false);
    expect(some.add(row, used(1, 2, 5))).toBe(false);
    expect(some.add(row, used(5))).toBe(true);
    expect(some.covers(row, used(5, 6))).toBe(true);
    expect(some.size).toBe(2);
  });

  test("are gone after clearing, however many they were", () => {
    const { used, some } = setUp();
    for (const most of [3, 5000, 10]) {
      for (let i = 0; i < most; i++) expect(some.add(Int32Array.of(i, i), used(1))).toBe(true);
      expect(some.covers(Int32Array.of(most - 1, most - 1), used(1))).toBe(true);
      some.clear();
      expect(some.covers(Int32Array.of(most - 1, most - 1), used(1))).toBe(false);
    }
  });
});
