import { describe, expect, it } from "vitest";
import type { Choices } from "../choices.ts";
import { RandomChoices } from "../choices/random-choices.ts";
import { checkDelay, drawDelay, type Delay } from "./delay.ts";

/** Always chooses one value. */
const fixed = (value: number): Choices => ({ choose: () => value });
const exponential: Delay = { kind: "exponential", from: 100, mean: 1_000_000 };

describe("a delay", () => {
  it("is the shortest for choice 0, and the longer the higher the choice", () => {
    expect(drawDelay({ kind: "uniform", from: 5, to: 9 }, fixed(0), "x")).toBe(5);
    expect(drawDelay({ kind: "uniform", from: 5, to: 9 }, fixed(4), "x")).toBe(9);
    let last = -1;
    for (let choice = 0; choice < 4096; choice++) {
      const delay = drawDelay(exponential, fixed(choice), "x");
      expect(delay).toBeGreaterThan(last);
      last = delay;
    }
    expect(last).toBeLessThan(100 + 10 * 1_000_000);
  });

  it("is exponential: the quantiles are those of −ln", () => {
    for (let choice = 0; choice < 4096; choice++) {
      const exact = 1e6 * -Math.log(1 - (choice + 0.5) / 4096);
      expect(Math.abs(drawDelay(exponential, fixed(choice), "x") - 100 - exact)).toBeLessThan(2);
    }
  });

  it("has the mean that it should have", () => {
    const choices = new RandomChoices(1).stream("delays");
    let sum = 0;
    const draws = 100_000;
    for (let i = 0; i < draws; i++)
      sum += drawDelay({ kind: "exponential", from: 0, mean: 5_000 }, choices, "x");
    // Five standard errors, and what the middle of the last bucket leaves out of the tail.
    expect(Math.abs(sum / draws - 5_000)).toBeLessThan((5 * 5_000) / draws ** 0.5 + 10);
  });

  it("takes no choice when it is constant", () => {
    const never: Choices = {
      choose: () => {
        throw new Error("asked");
      },
    };
    expect(drawDelay({ kind: "constant", microseconds: 7 }, never, "x")).toBe(7);
  });

  it.each<Delay>([
    { kind: "constant", microseconds: -1 },
    { kind: "uniform", from: 5, to: 4 },
    { kind: "exponential", from: 0, mean: 0.5 },
  ])("is refused when it means nothing: %j", (delay) => {
    expect(() => checkDelay(delay, "handling")).toThrow("handling: expected whole microseconds");
  });
});
