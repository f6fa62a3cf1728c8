import { describe, expect, it } from "vitest";
import {
  firstImpossible,
  randomOf,
  randomRegister,
  tellRegister,
  wrongOrder,
  type RandomRegister,
} from "../../../testing/random-registers.ts";
import type { RegisterCalls } from "../register-calls.ts";
import { decideSchedule } from "./engine.ts";
import { scheduleOf } from "./schedule.ts";

const runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 20_000);
const firstSeed = Number(process.env["RASHOMON_FUZZ_SEED"] ?? 1);

/** A random history for a seed: what is random is drawn from the seed too. */
function small(seed: number): RegisterCalls {
  const random = randomOf(seed);
  const share = (): number => (random() < 0.25 ? 0 : random());
  const options: RandomRegister = {
    calls: 3 + Math.floor(random() * 8),
    processes: 2 + Math.floor(random() * 5),
    values: 2 + Math.floor(random() * 2),
    reads: 0.2 + random(),
    writes: 0.1 + share(),
    cases: share(),
    differs: 0.3 * share(),
    unknown: random() < 0.5 ? 0 : 0.4 * random(),
    lies: 0.6 * random(),
  };
  return randomRegister(random, options);
}

describe("the frontier of a register", () => {
  it(`judges ${runs} small histories as trying every order of every prefix does`, () => {
    let invalid = 0;
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
      const register = small(seed);
      const told = () => `seed ${seed}\n${tellRegister(register)}`;
      const expected = firstImpossible(register);
      const decision = decideSchedule(scheduleOf(register), { steps: 1e6 });
      if (decision.end === "nonlinearizable") {
        expect(decision.until, told()).toBe(expected);
        invalid++;
      } else if (decision.end === "linearizable") {
        expect(expected, told()).toBe(undefined);
        expect(wrongOrder(register, decision.order), told()).toBe(undefined);
      } else expect(decision.end, told()).toBe("an answer");
    }
    expect(invalid / runs).toBeGreaterThan(0.25);
    expect(invalid / runs).toBeLessThan(0.7);
  }, 600_000);
});
