import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { forbids } from "../../cycles/forbids.ts";
import { verifyCycle } from "../../cycles/verify.ts";
import type { LevelDecision } from "../../decision.ts";
import { levels } from "../../lattice.ts";
import type { Level } from "../../levels.ts";
import type { Reading } from "../../reading.ts";
import { restrict } from "../../restrict.ts";
import { accountsOf, bruteForce, flawOfExecution } from "../testing/brute-force.ts";
import {
  harderReadings,
  smallReading,
  smallReadings,
  type SmallReadings,
} from "../testing/random-readings.ts";
import { solverEngine } from "./solver-engine.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 150);

describe.each(Object.entries<SmallReadings>({ ...smallReadings, ...harderReadings }))(
  "the solver with %s",
  (_, options) => {
    test("decides as all accounts do, with an execution, a forbidden cycle or a core", () => {
      const counts = { decided: 0, cycles: 0, cores: 0 };
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const reading = smallReading(seed, options);
          if (accountsOf(reading) > 150) return;
          const holds = bruteForce(reading);
          levels.forEach((level, i) => {
            const decision = solverEngine.decide(reading, level, {});
            if (decision === undefined) return;
            const flaw = flawOf(reading, level, decision, holds[i]!);
            if (flaw !== undefined) throw new Error(`${level.strength} ${level.name}: ${flaw}`);
            counts.decided++;
            if ("cycle" in decision) counts.cycles++;
            if ("core" in decision) counts.cores++;
          });
        }),
        { numRuns: Runs },
      );
      if (process.env["RASHOMON_FUZZ_RUNS"] !== undefined) console.log(_, counts);
      expect(counts.decided).toBeGreaterThan(Runs * 30);
      expect(counts.cycles + counts.cores).toBeGreaterThan(counts.decided * 0.1);
      expect(counts.cycles + counts.cores).toBeLessThan(counts.decided * 0.95);
    });
  },
);

function flawOf(reading: Reading, level: Level, decision: LevelDecision, holds: boolean): string | undefined {
  if (decision.valid !== holds) return `${JSON.stringify(decision)}, not ${holds}`;
  if (decision.valid) return flawOfExecution(reading, level, decision.execution);
  if ("cycle" in decision) {
    const told = JSON.stringify(decision.cycle);
    const flaw = verifyCycle(reading, decision.cycle);
    if (flaw !== undefined) return `${flaw} in ${told}`;
    // Of view serializability only the cycle itself can be asked: orders that were told do not count.
    const asked = level.name === "view-serializable" ? { ...level, name: "serializable" as const } : level;
    return forbids(asked, decision.cycle, reading) ? undefined : `not forbidden: ${told}`;
  }
  if (!("core" in decision)) return "undecided";
  const part = restrict(reading, Int32Array.from([0, ...decision.core]));
  return bruteForce(part)[levels.indexOf(level)] === false
    ? undefined
    : `core ${decision.core.join()} is no proof`;
}
