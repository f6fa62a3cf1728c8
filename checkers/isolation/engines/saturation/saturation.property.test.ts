import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { forbids } from "../../cycles/forbids.ts";
import { verifyCycle } from "../../cycles/verify.ts";
import { levels } from "../../lattice.ts";
import { accountsOf, bruteForce, flawOfExecution } from "../testing/brute-force.ts";
import { smallReading, smallReadings, type SmallReadings } from "../testing/random-readings.ts";
import { saturationEngine } from "./saturation-engine.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 1200);

describe.each(Object.entries<SmallReadings>(smallReadings))("saturation with %s", (_, options) => {
  test("decides as all orders of versions do, with an execution or a forbidden cycle", () => {
    const counts = { decided: 0, invalid: 0 };
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const reading = smallReading(seed, options);
        if (accountsOf(reading) > 2000) return;
        const holds = bruteForce(reading);
        levels.forEach((level, i) => {
          const decision = saturationEngine.decide(reading, level, {});
          if (decision === undefined) return;
          const name = `${level.strength} ${level.name}`;
          counts.decided++;
          if (decision.valid !== holds[i])
            throw new Error(`${name}: ${JSON.stringify(decision)}, not ${holds[i]}`);
          if (decision.valid) {
            const flaw = flawOfExecution(reading, level, decision.execution);
            if (flaw !== undefined) throw new Error(`${name}: ${flaw}`);
          } else if (!decision.valid) {
            counts.invalid++;
            if (!("cycle" in decision)) throw new Error(`${name}: no cycle`);
            const flaw = verifyCycle(reading, decision.cycle);
            if (flaw !== undefined) throw new Error(`${name}: ${flaw} in ${JSON.stringify(decision.cycle)}`);
            if (!forbids(level, decision.cycle, reading))
              throw new Error(`${name} does not forbid ${JSON.stringify(decision.cycle)}`);
          }
        });
      }),
      { numRuns: Runs },
    );
    if (process.env["RASHOMON_FUZZ_RUNS"] !== undefined) console.log(_, counts);
    expect(counts.decided).toBeGreaterThan(Runs * 10);
    expect(counts.invalid).toBeGreaterThan(counts.decided * 0.1);
    expect(counts.invalid).toBeLessThan(counts.decided * 0.9);
  });
});
