import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { minimalSubset } from "./minimal-subset.ts";

const items = Array.from({ length: 40 }, (_, i) => i);

describe("a minimal subset", () => {
  it("is what a failure needs, and nothing else, in the old order", () => {
    fc.assert(
      fc.property(fc.subarray(items), (needed) => {
        const fails = (subset: readonly number[]): boolean => needed.every((item) => subset.includes(item));
        expect(minimalSubset(items, fails)).toEqual(needed);
      }),
    );
  });

  it("fails, and no single item can be left out, whatever the failure is", () => {
    fc.assert(
      fc.property(
        fc.array(fc.subarray(items, { minLength: 1 }), { minLength: 1, maxLength: 4 }),
        (causes) => {
          const fails = (subset: readonly number[]): boolean =>
            causes.some((cause) => cause.every((item) => subset.includes(item)));
          const kept = minimalSubset(items, fails);
          expect(fails(kept)).toBe(true);
          for (const item of kept) expect(fails(kept.filter((other) => other !== item))).toBe(false);
        },
      ),
    );
  });

  it("takes few tries for few items out of many", () => {
    let tries = 0;
    const many = Array.from({ length: 4096 }, (_, i) => i);
    const kept = minimalSubset(many, (subset) => {
      tries++;
      return subset.includes(1000) && subset.includes(3000);
    });
    expect(kept).toEqual([1000, 3000]);
    expect(tries).toBeLessThan(80);
  });

  it("is nothing when nothing is needed, and all when all is", () => {
    expect(minimalSubset(items, () => true)).toEqual([]);
    expect(minimalSubset(items, () => false)).toEqual(items);
    expect(minimalSubset([], () => false)).toEqual([]);
  });
});
