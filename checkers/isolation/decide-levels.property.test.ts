import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { verifyCycle } from "./cycles/verify.ts";
import { forbids, isObserved } from "./cycles/forbids.ts";
import { decideLevels } from "./decide-levels.ts";
import type { IsolationEngine } from "./decision.ts";
import { bruteForce } from "./engines/testing/brute-force.ts";
import { smallReading } from "./engines/testing/random-readings.ts";
import { isolationEngines } from "./engines/engines.ts";
import { implies, levelNumber, levels, strongest, weakest } from "./lattice.ts";
import { Initial, type Reading } from "./reading.ts";
import { restrict } from "./restrict.ts";
import { shrink } from "./shrink.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 120);
const small = {
  transactions: 5,
  sessions: 3,
  keys: 2,
  operations: 3,
  candidates: 0.1,
  orders: 0.5,
  unknown: 0.1,
  chained: 0.3,
  recent: 0.5,
};
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** An engine that tries every account. It counts how often it is asked. */
function definition(): IsolationEngine & { asked: number } {
  const known = new Map<Reading, boolean[]>();
  return {
    name: "definition",
    asked: 0,
    decide(reading, level) {
      this.asked++;
      const holds = known.get(reading) ?? bruteForce(reading);
      known.set(reading, holds);
      return holds[levelNumber(level)] === true
        ? { valid: true, execution: { commits: new Int32Array() } }
        : { valid: false, core: [] };
    },
  };
}

describe("all levels, decided by few questions", () => {
  test("are what each of them is by itself", () => {
    let questions = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const reading = smallReading(seed, small);
        const truth = bruteForce(reading);
        const engine = definition();
        const { outcomes, decisions } = decideLevels(
          reading,
          [{ name: "serializable", strength: "strong" }],
          [engine],
        );
        expect(outcomes.map(({ valid }) => valid)).toEqual(truth);
        expect(engine.asked).toBe(decisions);
        if (truth.every((holds) => holds)) expect(decisions).toBe(1);
        questions += decisions;
        // Who is named as weakest or strongest was asked about itself.
        for (const valid of [true, false]) {
          const own = outcomes.filter((outcome) => outcome.valid === valid);
          const extreme = (valid ? strongest : weakest)(own.map(({ level }) => level));
          for (const level of extreme)
            expect(
              own.some(
                (outcome) =>
                  (outcome.decision !== undefined || outcome.cycle !== undefined) &&
                  implies(outcome.level, level) &&
                  implies(level, outcome.level),
              ),
            ).toBe(true);
        }
      }),
      { numRuns: Runs },
    );
    expect(questions / Runs).toBeLessThan(25);
  });

  test("are what the cycles that engines find say of other levels", () => {
    let transferred = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const reading = smallReading(seed, small);
        const truth = bruteForce(reading);
        for (const level of levels) {
          for (const engine of isolationEngines) {
            const decision = engine.decide(reading, level, {});
            if (decision?.valid !== false || !("cycle" in decision) || decision.cycle.length === 0) continue;
            expect(verifyCycle(reading, decision.cycle)).toBeUndefined();
            if (
              level.name !== "view-serializable" &&
              (level.name !== "cursor-stability" || isObserved(decision.cycle))
            )
              expect(
                forbids(level, decision.cycle, reading),
                `${level.name} ${engine.name} ${JSON.stringify(decision.cycle)}`,
              ).toBe(true);
            if (!isObserved(decision.cycle)) continue;
            for (const other of levels) {
              if (!forbids(other, decision.cycle, reading)) continue;
              expect(truth[levelNumber(other)], `${other.name} ${other.strength}`).toBe(false);
              transferred++;
            }
          }
        }
      }),
      { numRuns: Runs },
    );
    expect(transferred).toBeGreaterThan(Runs);
  });
});

describe("a part of a reading", () => {
  test("breaks nothing that the whole does not break", () => {
    fc.assert(
      fc.property(seeds, fc.nat(), (seed, choice) => {
        const reading = smallReading(seed, small);
        const kept = Array.from({ length: reading.nodes }, (_, node) => node).filter(
          (node) => node === Initial || ((choice >> node) & 1) === 1,
        );
        const part = bruteForce(restrict(reading, Int32Array.from(kept)));
        bruteForce(reading).forEach((holds, i) => {
          if (holds) expect(part[i], `${levels[i]?.name} ${levels[i]?.strength}`).toBe(true);
        });
      }),
      { numRuns: Runs },
    );
  });

  test("is shrunk until nothing can be left out", () => {
    let shrunk = 0;
    fc.assert(
      fc.property(seeds, fc.constantFrom(...levels), (seed, level) => {
        const reading = smallReading(seed, small);
        const breaks = (nodes: readonly number[]): boolean =>
          bruteForce(restrict(reading, Int32Array.from([Initial, ...nodes])))[levelNumber(level)] === false;
        const all = Array.from({ length: reading.nodes - 1 }, (_, i) => i + 1);
        const found = shrink(reading, level, [], [definition()]);
        expect(found !== undefined).toBe(breaks(all));
        if (found === undefined) return;
        shrunk++;
        expect(breaks(found)).toBe(true);
        for (const node of found) expect(breaks(found.filter((other) => other !== node))).toBe(false);
      }),
      { numRuns: Runs },
    );
    expect(shrunk).toBeGreaterThan(Runs / 10);
  });
});
