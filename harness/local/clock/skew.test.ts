import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { contradiction, isRight, noSkew, shownAt, type Skew } from "./skew.ts";

const skew = (parts: Partial<Skew>): Skew => ({ ...noSkew, since: 1_000, ...parts });
const reading = (asked: number, shown: number, answered: number) => ({ asked, shown, answered });

describe("a skewed clock", () => {
  it.each([
    ["right", {}, 1_500, 1_500],
    ["ahead", { offset: 250 }, 1_500, 1_750],
    ["behind", { offset: -250 }, 1_500, 1_250],
    ["fast", { rate: 2 }, 1_500, 2_000],
    ["frozen", { rate: 0, offset: 7 }, 9_000, 1_007],
  ])("that is %s", (_, parts, now, shown) => {
    expect(shownAt(skew(parts), now)).toBe(shown);
    expect(isRight(skew(parts))).toBe(now === shown);
  });

  it("may have been read at any moment between question and answer", () => {
    const ahead = skew({ offset: 100 });
    expect(contradiction(ahead, reading(2_000, 2_100, 2_010), 0)).toBeUndefined();
    expect(contradiction(ahead, reading(2_000, 2_110, 2_010), 0)).toBeUndefined();
    expect(contradiction(ahead, reading(2_000, 2_111, 2_010), 1)).toBeUndefined();
    expect(contradiction(ahead, reading(2_000, 2_111, 2_010), 0)).toBe(
      "to be off by 100 ms but it is off by 111 ms",
    );
    expect(contradiction(ahead, reading(2_000, 2_099, 2_010), 0)).toBeDefined();
  });

  it("that swings is off in every second period, and right in the others", () => {
    const swinging = skew({ swing: 500, period: 100 });
    expect(contradiction(swinging, reading(1_050, 1_050, 1_050), 0)).toBeUndefined();
    expect(contradiction(swinging, reading(1_050, 1_550, 1_050), 0)).toBeDefined();
    expect(contradiction(swinging, reading(1_150, 1_650, 1_150), 0)).toBeUndefined();
    expect(contradiction(swinging, reading(1_150, 1_150, 1_150), 0)).toBeDefined();
    // Around an edge it may have been either, but nothing between them.
    for (const shown of [1_090, 1_610])
      expect(contradiction(swinging, reading(1_090, shown, 1_110), 0)).toBeUndefined();
    expect(contradiction(swinging, reading(1_090, 1_300, 1_110), 0)).toBeDefined();
  });

  it("is never contradicted by itself", () => {
    const skews = fc.record({
      since: fc.constant(0),
      offset: fc.integer({ min: -300_000, max: 300_000 }),
      rate: fc.constantFrom(0, 0.5, 1, 2, 5),
      swing: fc.integer({ min: -10_000, max: 10_000 }),
      period: fc.constantFrom(0, 1, 10, 1_000),
    });
    fc.assert(
      fc.property(skews, fc.nat(100_000), fc.nat(50), fc.nat(50), (each, asked, before, after) => {
        const read = asked + before;
        const on = each.period > 0 && Math.trunc(read / each.period) % 2 !== 0;
        const shown = shownAt(each, read) + (on ? each.swing : 0);
        expect(contradiction(each, reading(asked, shown, read + after), 0)).toBeUndefined();
      }),
    );
  });
});
