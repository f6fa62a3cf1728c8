import { describe, expect, test } from "vitest";

import { protocols } from "../../systems/catalogue.ts";
import { algorithms } from "../../systems/protocols/shared-memory/catalogue.ts";
import type { ConfigurationResult } from "./subject.ts";
import { findSubject } from "./subjects.ts";

/**
 * Every small configuration of every protocol and algorithm, and every mutant that exploration must catch.
 * Configurations that say they have more states than this are explored only if `RASHOMON_EXPLORE_ALL` is set.
 */
const most = process.env["RASHOMON_EXPLORE_ALL"] === undefined ? 60_000 : Infinity;
/** Never more than these, so that what has grown shows as unknown, and does not fill memory. */
const limit = 5_000_000;
/** Of a configuration that does not say how many states it has, so many are looked at. */
const part = process.env["RASHOMON_EXPLORE_ALL"] === undefined ? 150_000 : limit;

interface Case {
  readonly name: string;
  readonly states: number | undefined;
}

const skipped: string[] = [];

describe.each([...protocols, ...algorithms].filter((each) => configurationsOf(each).length > 0))(
  "$name",
  (subject) => {
    const { name, mutants } = subject;
    const configurations = configurationsOf(subject);
    const small = configurations.filter(({ states }) => (states ?? 0) <= most);
    for (const large of configurations) {
      if (!small.includes(large)) skipped.push(`${name}, ${large.name} (${large.states} states)`);
    }

    test.each(small)("holds what it promises in every run of $name", (configuration) => {
      const whole = configuration.states !== undefined;
      const result = exploredBy(name, undefined, configuration.name, whole ? limit : part);
      expect(unexpected(result)).toBeUndefined();
      if (whole || result.valid !== "unknown") expect(result.valid).toBe(true);
      else skipped.push(`${name}, ${configuration.name} (more than ${part} states)`);
      const { refuted, counterexample } = result;
      if (refuted !== undefined) {
        expect({ property: counterexample?.violation.property, steps: counterexample?.steps.length }).toEqual(
          refuted,
        );
      } else if (configuration.states !== undefined) expect(result.distinct).toBe(configuration.states);
    });

    const explored = mutants.filter((mutant) => mutant.exploration !== undefined);
    test.each(explored.map((mutant) => ({ mutant: mutant.name, kill: mutant.exploration! })))(
      "with $mutant breaks $kill.property in $kill.steps steps",
      ({ mutant, kill }) => {
        const { counterexample } = exploredBy(name, mutant, kill.configuration, limit);
        expect({ property: counterexample?.violation.property, steps: counterexample?.steps.length }).toEqual(
          {
            property: kill.property,
            steps: kill.steps,
          },
        );
        const subjectAgain = findSubject(name).configurations(mutant);
        const again = subjectAgain.find((each) => each.name === kill.configuration);
        expect(again?.replay(counterexample!.script, {})?.violation).toEqual(counterexample?.violation);
      },
    );
  },
);

test("configurations that are too large for every day are named", () => {
  if (skipped.length > 0) console.info(`skipped without RASHOMON_EXPLORE_ALL: ${skipped.join("; ")}`);
  expect(skipped).toEqual([...new Set(skipped)]);
});

function configurationsOf(
  subject: (typeof protocols)[number] | (typeof algorithms)[number],
): readonly Case[] {
  const all = "explorations" in subject ? subject.explorations : subject.configurations;
  return all.map(({ name, states }) => ({ name, states }));
}

function exploredBy(
  name: string,
  mutant: string | undefined,
  configuration: string,
  states: number,
): ConfigurationResult {
  const found = findSubject(name)
    .configurations(mutant)
    .find((each) => each.name === configuration);
  if (found === undefined) throw new Error(`${name} has no configuration ${configuration}`);
  return found.explore({ states });
}

/** What was found that should not be, as people read it. */
function unexpected({ refuted, counterexample }: ConfigurationResult): string | undefined {
  if (refuted !== undefined || counterexample === undefined) return undefined;
  return [...counterexample.steps, counterexample.violation.explanation].join("\n");
}
