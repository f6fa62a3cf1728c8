import { beforeAll, describe, expect, test } from "vitest";

import { protocols } from "../../systems/catalogue.ts";
import type { ConfigurationResult, SubjectOptions } from "./subject.ts";
import { findSubject } from "./subjects.ts";

/** Configurations of more states are left to those who ask for them. */
const most = process.env["RASHOMON_EXPLORE_ALL"] === undefined ? 5_000 : Infinity;

const cases = protocols.flatMap(({ name, explorations, mutants }) => {
  const small = explorations.filter(({ states }) => states !== undefined && states <= most);
  return small.flatMap(({ name: configuration, symmetric }) => {
    // Liveness goes without the reductions.
    const killed = mutants.filter(
      ({ exploration }) =>
        exploration?.configuration === configuration && exploration.property !== "liveness",
    );
    return [undefined, ...killed.map((mutant) => mutant.name)].map((mutant) => ({
      name,
      configuration,
      mutant,
      symmetric: symmetric !== undefined,
    }));
  });
});

function explored(of: (typeof cases)[number], options: SubjectOptions): ConfigurationResult {
  const configurations = findSubject(of.name).configurations(of.mutant);
  return configurations.find(({ name }) => name === of.configuration)!.explore(options);
}

function verdict({ valid, whole, counterexample }: ConfigurationResult): object {
  return { valid, whole, property: counterexample?.violation.property, steps: counterexample?.steps.length };
}

describe.each(cases)("of $name, $configuration, with $mutant", (each) => {
  let plain: ConfigurationResult;
  beforeAll(() => {
    plain = explored(each, {});
  });

  test("the verdict is the same with steps in one order only, and so are the states", () => {
    const reduced = explored(each, { partialOrder: true });
    expect(verdict(reduced)).toEqual(verdict(plain));
    if (plain.valid === true) expect(reduced.distinct).toBe(plain.distinct);
    expect(reduced.generated).toBeLessThanOrEqual(plain.generated);
  });

  if (each.symmetric)
    test("the verdict is the same with symmetric states as one", () => {
      const reduced = explored(each, { symmetry: true });
      expect(verdict(reduced)).toEqual(verdict(plain));
      expect(reduced.distinct).toBeLessThanOrEqual(plain.distinct);
    });
});
