import { describe, expect, test } from "vitest";

import type { Edge } from "../decision.ts";
import { readingOf, type KnownOrders } from "../engines/testing/readings.ts";
import type { LevelName } from "../levels.ts";
import { forbids } from "./forbids.ts";

describe("an older version after a newer one's transaction", () => {
  /** T1 writes x and y, T2 x; T3 reads x before both, y from T1 and x from T2. */
  const reading = (orders: KnownOrders) =>
    readingOf(
      [
        { session: 0, begin: 0, end: 3, operations: [{ write: 0 }, { write: 1 }] },
        { session: 1, begin: 1, end: 4, operations: [{ write: 0 }] },
        {
          session: 2,
          begin: 2,
          end: 5,
          operations: [
            { read: 0, from: [0] },
            { read: 1, from: [1] },
            { read: 0, from: [2] },
          ],
        },
      ],
      2,
      orders,
    );
  const observed: readonly Edge[] = [
    { kind: "wr", from: 1, to: 3, key: 1 },
    { kind: "rw", from: 3, to: 1, key: 0 },
  ];
  const isForbidden = (name: LevelName, orders: KnownOrders): boolean =>
    forbids({ name, strength: "plain" }, observed, reading(orders));

  test("is not there while it is open whether the version read last was the older one", () => {
    expect(isForbidden("read-atomic", new Map())).toBe(true);
    expect(isForbidden("monotonic-atomic-view", new Map())).toBe(false);
    expect(isForbidden("monotonic-view", new Map())).toBe(false);
  });

  test("is there once it is known", () => {
    const known = new Map([[0, [2, 1]]]);
    expect(isForbidden("monotonic-atomic-view", known)).toBe(true);
    expect(isForbidden("monotonic-view", known)).toBe(true);
  });
});
