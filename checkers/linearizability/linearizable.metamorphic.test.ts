import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { families } from "../testing/families.ts";
import { enginesAgree, firstImpossible, metamorphosesHold } from "../testing/laws.ts";
import { metamorphoses } from "../testing/metamorphoses.ts";
import { smallHistories } from "../testing/small-histories.ts";
import { Refused, type Input, type Model } from "./model.ts";
import { models } from "./models/catalogue.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 50);
const limits = { steps: 1_000_000 };

test("there is a family of random histories for every model", () => {
  const known = new Set(Object.values(families).map(({ model }) => model.name));
  expect(models.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
});

describe.each(Object.entries(families))("of random histories of a %s", (_, family) => {
  test("the verdict stays as it is where it has to", () => {
    const applied = new Map<string, number>();
    fc.assert(
      fc.property(smallHistories(family, 9), fc.integer(), (history, seed) => {
        for (const name of metamorphosesHold(history, family, seed, limits))
          applied.set(name, (applied.get(name) ?? 0) + 1);
      }),
      { numRuns: Runs },
    );
    // Those that fit every model were tried.
    const particular = ["values renamed", "a read dropped", "an outcome forgotten"];
    for (const { name, keeps } of metamorphoses)
      if (!particular.includes(name))
        expect(applied.get(name) ?? 0, name).toBeGreaterThan(Runs * (keeps === "invalid" ? 0.03 : 0.15));
  });

  test("the first impossible operation is the first", () => {
    let told = 0;
    fc.assert(
      fc.property(smallHistories(family, 9), (history) => {
        if (firstImpossible(history, family, limits)) told++;
      }),
      { numRuns: Runs },
    );
    expect(told).toBeGreaterThan(Runs * 0.05);
  });

  test("every engine says the same, on longer ones too", () => {
    let answers = 0;
    fc.assert(
      fc.property(smallHistories(family, 40, 1, 160), (history) => {
        answers += enginesAgree(history, family, limits).answers.length;
      }),
      { numRuns: Math.ceil(Runs / 4) },
    );
    expect(answers).toBeGreaterThan(Runs / 5);
  });
});

describe("the laws themselves", () => {
  test.each<[string, (model: Model) => Model]>([
    [
      "a name means something",
      (model) => ({ ...model, step: refusing(model, ({ value }) => value === "v1") }),
    ],
    ["what changes the object is called a read", (model) => ({ ...model, changes: () => false })],
  ])("see that %s", (_, mutate) => {
    const family = families["register"]!;
    const { failed } = fc.check(
      fc.property(smallHistories(family), fc.integer(), (history, seed) => {
        metamorphosesHold(history, { ...family, model: mutate(family.model) }, seed, limits);
      }),
      { numRuns: 1000, seed: 1 },
    );
    expect(failed).toBe(true);
  });
});

function refusing(model: Model, refused: (input: Input) => boolean): Model["step"] {
  return (state, input, output) =>
    refused(input) ? new Refused("it is so") : model.step(state, input, output);
}
