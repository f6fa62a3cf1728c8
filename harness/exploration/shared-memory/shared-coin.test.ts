import { describe, expect, test } from "vitest";

import { seededRandom } from "../../../workloads/random.ts";
import { chanceOf, decisionProcess, expectedSteps, type DecisionProcess } from "./decision-process.ts";
import { heads, sharedCoin, tails } from "../../../systems/protocols/shared-memory/randomized/shared-coin.ts";

/** Processes and K, and what the model of the PRISM benchmarks has for them. */
const exact = [
  { processes: 2, reach: 1, states: 144, heads: 0.3125, disagree: 0.166667, least: 12, greatest: 27 },
  { processes: 2, reach: 2, states: 272, heads: 0.382812, disagree: 0.108333, least: 48, greatest: 75 },
  { processes: 2, reach: 4, states: 528, heads: 0.437744, disagree: 0.06152, least: 192, greatest: 243 },
  { processes: 3, reach: 2, states: 2720, heads: 0.339844, disagree: 0.229092, least: 108, greatest: 192 },
];

function coins(processes: number, reach: number, mutant?: string): DecisionProcess {
  return decisionProcess(
    sharedCoin.build(mutant),
    Array.from({ length: processes }, () => reach),
  );
}

const faces = (locals: readonly unknown[]): number[] =>
  locals.map((local) => (local as { readonly coin: number }).coin);
const all =
  (face: number) =>
  (locals: readonly unknown[]): boolean =>
    faces(locals).every((each) => each === face);
const differ = (locals: readonly unknown[]): boolean => new Set(faces(locals)).size > 1;

describe("the shared coin against the worst of schedulers", () => {
  test.each(exact)("of $processes processes, K = $reach", (expected) => {
    const process = coins(expected.processes, expected.reach);
    expect(process.states).toBe(expected.states);
    expect(chanceOf(process, all(heads), "least")).toBeCloseTo(expected.heads, 5);
    expect(chanceOf(process, all(tails), "least")).toBeCloseTo(expected.heads, 5);
    expect(chanceOf(process, differ, "greatest")).toBeCloseTo(expected.disagree, 5);
    expect(expectedSteps(process, "least")).toBeCloseTo(expected.least, 5);
    expect(expectedSteps(process, "greatest")).toBeCloseTo(expected.greatest, 5);
    // The bound of the analysis by Aspnes and Herlihy.
    expect(chanceOf(process, all(heads), "least")).toBeGreaterThanOrEqual(
      (expected.reach - 1) / (2 * expected.reach),
    );
  });

  test("it ends with probability one, whatever the scheduler does", () => {
    expect(chanceOf(coins(2, 2), () => true, "least")).toBeCloseTo(1, 9);
  });

  test.each(exact)(
    "with barriers too near it lets them disagree more often: $processes, K = $reach",
    (expected) => {
      const process = coins(expected.processes, expected.reach, "near-barrier");
      expect(chanceOf(process, differ, "greatest")).toBeGreaterThan(expected.disagree + 0.03);
    },
  );
});

describe("the shared coin, thrown again and again by schedulers at random", () => {
  /** Of so many throws: how often all saw heads, all saw tails, and they differed. */
  function thrown(
    mutant: string | undefined,
    throws: number,
  ): { heads: number; tails: number; differ: number } {
    const machine = sharedCoin.build(mutant);
    const random = seededRandom("throws");
    const counts = { heads: 0, tails: 0, differ: 0 };
    for (let i = 0; i < throws; i++) {
      const memory = machine.memory(2);
      const locals = [machine.begin(0, 2, 2), machine.begin(1, 2, 2)];
      for (;;) {
        const going = locals.filter((local) => !machine.ended(local));
        if (going.length === 0) break;
        machine.step(memory, random.pick(going), (bound) => random.int(bound));
      }
      if (differ(locals)) counts.differ++;
      else if (all(heads)(locals)) counts.heads++;
      else counts.tails++;
    }
    return counts;
  }
  /** Five standard deviations: a right coin fails once in a million seeds. */
  const slack = (throws: number, chance: number): number => 5 * Math.sqrt(throws * chance * (1 - chance));
  const throws = 4_000;
  const { heads: least, disagree } = exact[1]!;

  test("keeps to its chances", () => {
    const counts = thrown(undefined, throws);
    expect(counts.heads).toBeGreaterThan(throws * least - slack(throws, least));
    expect(counts.tails).toBeGreaterThan(throws * least - slack(throws, least));
    expect(counts.differ).toBeLessThan(throws * disagree + slack(throws, disagree));
    // Heads and tails are alike: chi-square with one degree of freedom, beyond 25 once in a million.
    const agreed = counts.heads + counts.tails;
    expect((counts.heads - counts.tails) ** 2 / agreed).toBeLessThan(25);
  });

  test("a biased coin is found out", () => {
    const counts = thrown("biased", throws);
    expect(counts.tails).toBeLessThan(throws * least - slack(throws, least));
    expect((counts.heads - counts.tails) ** 2 / (counts.heads + counts.tails)).toBeGreaterThan(25);
  });
});
