import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { forbids } from "../../cycles/forbids.ts";
import { verifyCycle } from "../../cycles/verify.ts";
import { implies, levels } from "../../lattice.ts";
import type { Level, LevelName } from "../../levels.ts";
import { restrict } from "../../restrict.ts";
import { saturationEngine } from "../saturation/saturation-engine.ts";
import { flawOfExecution } from "../testing/brute-force.ts";
import { runsByFrontiers } from "../testing/frontiers.ts";
import { simulatedReading, withoutTime, type SimulatedStore } from "../testing/simulated-readings.ts";
import { solverEngine } from "./solver-engine.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 25);

const store: SimulatedStore = {
  transactions: 28,
  sessions: 3,
  keys: 4,
  operations: 4,
  isolation: "serializable",
  lies: 0.01,
  sloppy: 0,
};
const stores: Readonly<Record<string, SimulatedStore>> = {
  "a serializable store that lies now and then": store,
  "a snapshot store": { ...store, isolation: "snapshot", lies: 0, keys: 8 },
  "a snapshot store that lies and loses updates": { ...store, isolation: "snapshot", sloppy: 0.1, keys: 6 },
  "a snapshot store with many lies about few keys": { ...store, isolation: "snapshot", lies: 0.05, keys: 2 },
};
const byFrontiers = ["serializable", "snapshot-isolation", "prefix-consistency"] as const;

describe.each(Object.entries(stores))("what was seen of %s", (_, options) => {
  test("is judged alike by frontiers, by saturation, with misleading times, and up and down the lattice", () => {
    const counts = { valid: 0, invalid: 0, cores: 0 };
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const reading = simulatedReading(seed, options);
        const misled = withoutTime(reading);
        const fail = ({ strength, name }: Level, flaw: string): never => {
          throw new Error(`${strength} ${name}: ${flaw}`);
        };
        const valid = levels.map((level) => {
          const decision = solverEngine.decide(reading, level, {});
          if (decision === undefined) return saturationEngine.decide(reading, level, {})!.valid;
          const saturated = saturationEngine.decide(reading, level, {});
          if (saturated !== undefined && saturated.valid !== decision.valid)
            fail(level, `${decision.valid}, but ${saturated.valid} by saturation`);
          const ansi = level.name === "ansi-snapshot-isolation";
          if (level.strength !== "strong" && !ansi) {
            const other = solverEngine.decide(misled, level, {});
            if (other?.valid !== decision.valid) fail(level, `not ${decision.valid} with misleading times`);
          }
          counts[decision.valid === true ? "valid" : "invalid"]++;
          if (decision.valid === true) {
            // The matrices of two nodes are too wide for so many.
            const flaw = ansi ? undefined : flawOfExecution(reading, level, decision.execution);
            if (flaw !== undefined) fail(level, flaw);
          } else if ("cycle" in decision) {
            const flaw = verifyCycle(reading, decision.cycle);
            if (flaw !== undefined) fail(level, `${flaw}: ${JSON.stringify(decision.cycle)}`);
            if (!forbids(level, decision.cycle, reading))
              fail(level, `not forbidden: ${JSON.stringify(decision.cycle)}`);
          } else if ("core" in decision) {
            counts.cores++;
            const part = restrict(reading, Int32Array.from([0, ...decision.core]));
            const name = byFrontiers.find((some) => some === level.name);
            if (level.strength === "strong-session" && name !== undefined && runsByFrontiers(part, name))
              fail(level, `core ${decision.core.join()} is no proof`);
          } else fail(level, "undecided");
          return decision.valid;
        });
        for (const name of byFrontiers)
          if (runsByFrontiers(reading, name) !== valid[placeOf(name)])
            fail({ name, strength: "strong-session" }, `not ${valid[placeOf(name)]} by frontiers`);
        for (const [a, stronger] of levels.entries())
          for (const [b, weaker] of levels.entries())
            if (valid[a] === true && valid[b] === false && implies(stronger, weaker))
              fail(stronger, `holds, but ${weaker.strength} ${weaker.name} does not`);
      }),
      { numRuns: Runs },
    );
    if (process.env["RASHOMON_FUZZ_RUNS"] !== undefined) console.log(_, counts);
    expect(counts.valid).toBeGreaterThan(Runs);
    expect(counts.invalid).toBeGreaterThan(Runs / 10);
  });
});

function placeOf(name: LevelName): number {
  return levels.findIndex((level) => level.name === name && level.strength === "strong-session");
}
