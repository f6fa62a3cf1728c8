import { describe, expect, it } from "vitest";

import { deviations, simplerChoices } from "./smaller-choices.ts";

const sequence = (...values: number[]) => ({
  values: Uint32Array.from(values),
  labels: new Uint8Array(values.length),
  names: ["label"],
});

describe("simpler choices", () => {
  it("are 0 where they may be, and else as small as halving makes them", () => {
    const record = new Map([
      ["a", sequence(5, 0, 90, 4)],
      ["b", sequence(7, 1000)],
    ]);
    const simpler = simplerChoices(record, (tried) => {
      const late = (tried.get("a")?.values[2] ?? 0) >= 10;
      return late && (tried.get("b")?.values[0] ?? 0) > 0;
    });
    expect(deviations(simpler)).toEqual([
      { stream: "a", position: 2, value: 11 },
      { stream: "b", position: 0, value: 1 },
    ]);
    expect(simpler.get("a")?.values).toHaveLength(4);
    expect(deviations(record)).toHaveLength(5);
  });
});
