import { describe, expect, it } from "vitest";
import { seededRandom } from "../random.ts";
import { KeyPool, type KeyPoolOptions } from "./key-pool.ts";

/** How often each key of a fresh pool is chosen, of 20,000 times. */
function choices(options: Partial<KeyPoolOptions>): number[] {
  const random = seededRandom(3);
  const pool = KeyPool.fresh(
    { keyCount: 5, keyDistribution: "exponential", maxWritesPerKey: 8, ...options },
    random,
  );
  const counts: number[] = [];
  for (let i = 0; i < 20_000; i++) {
    const key = pool.choose(random);
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

describe("a pool of keys", () => {
  it.each([
    ["exponential", [16 / 31, 8 / 31, 4 / 31, 2 / 31, 1 / 31]],
    ["zipf", [60 / 137, 30 / 137, 20 / 137, 15 / 137, 12 / 137]],
    ["uniform", [1 / 5, 1 / 5, 1 / 5, 1 / 5, 1 / 5]],
  ] as const)("chooses by the %s distribution", (keyDistribution, shares) => {
    const counts = choices({ keyDistribution });
    expect(counts).toHaveLength(5);
    shares.forEach((share, key) => expect(Math.abs((counts[key] ?? 0) / 20_000 - share)).toBeLessThan(0.015));
  });

  it("is a value: writing gives another pool and leaves this one as it was", () => {
    const options = { keyCount: 1, keyDistribution: "uniform", maxWritesPerKey: 1000 } as const;
    const pool = KeyPool.fresh(options, seededRandom(1));
    const written = pool.write(seededRandom(2));
    expect(written).toMatchObject({ key: 0, value: 1 });
    expect(pool.write(seededRandom(2))).toMatchObject({ key: 0, value: 1 });
    expect(written.pool.write(seededRandom(2))).toMatchObject({ key: 0, value: 2 });
  });

  it("gives each key its own number of writes, up to the most, small ones most often", () => {
    const random = seededRandom(4);
    let pool = KeyPool.fresh({ keyCount: 1, keyDistribution: "uniform", maxWritesPerKey: 4 }, random);
    const writes = new Map<number, number>();
    for (let i = 0; i < 20_000; i++) {
      const written = pool.write(random);
      writes.set(written.key, written.value);
      pool = written.pool;
    }
    const keys = [...writes.values()];
    // Zipf's law over 1..4: 12, 6, 4 and 3 of 25.
    [12, 6, 4, 3].forEach((share, i) => {
      const found = keys.filter((count) => count === i + 1).length / keys.length;
      expect(Math.abs(found - share / 25)).toBeLessThan(0.02);
    });
  });
});
