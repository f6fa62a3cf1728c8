import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { callsOf, flawOfOrder, judgeByDefinition, noted } from "../../../testing/engine-oracle.ts";
import {
  observedRegister,
  registerHistory,
  type RegisterHistoryOptions,
} from "../../../testing/register-histories.ts";
import { StateTable } from "../../states.ts";
import { searchEngine } from "../search-engine.ts";
import { zonesEngine } from "./zones-engine.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 3000);
const model = observedRegister();
const small = { operations: 7, processes: 4, unknown: 0.12, fail: 0.05, lie: 0.3 };

interface Kind {
  readonly options: RegisterHistoryOptions;
  /** Least share that the engine has to decide. */
  readonly decides: number;
}

const kinds: Readonly<Record<string, Kind>> = {
  "distinct writes": { options: small, decides: 1 },
  "compare-and-sets": { options: { ...small, cas: 0.5 }, decides: 1 },
  "calls that see nothing": { options: { ...small, cas: 0.3, ping: 0.25 }, decides: 1 },
  "values seen missing": { options: { ...small, cas: 0.2, differ: 0.3 }, decides: 0.8 },
  "values repeated": { options: { ...small, values: 4, processes: 3 }, decides: 0.95 },
  "values repeated with compare-and-sets": { options: { ...small, values: 4, cas: 0.4 }, decides: 0.88 },
  "values repeated without much concurrency": {
    options: { ...small, values: 3, cas: 0.2, processes: 2, unknown: 0.03 },
    decides: 0.93,
  },
};

describe.each(Object.entries(kinds))("registers with %s", (_, { options, decides }) => {
  test("are judged as the definition says, with an order, the first failing prefix and a closed proof", () => {
    const counts = { decided: 0, invalid: 0, exactPrefix: 0, proofs: 0, all: 0 };
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const history = registerHistory(seed, options);
        judgeByDefinition(zonesEngine, history, model, counts);
      }),
      { numRuns: Runs },
    );
    if (process.env["RASHOMON_FUZZ_RUNS"] !== undefined) console.log(_, counts);
    expect(counts.decided).toBeGreaterThanOrEqual(counts.all * decides);
    expect(counts.invalid).toBeGreaterThan(counts.decided * 0.2);
    expect(counts.invalid).toBeLessThan(counts.decided * 0.75);
    if (decides === 1) expect([counts.exactPrefix, counts.proofs]).toEqual([counts.invalid, counts.invalid]);
  });
});

describe("larger histories", () => {
  test.each([
    ["distinct", { unknown: 0.1, cas: 0.3, ping: 0.1, lie: 0.01 }],
    ["repeated", { unknown: 0.02, values: 30, cas: 0.2, lie: 0.01 }],
  ])("with %s values are judged as the search does", (_, options) => {
    const counts = { decided: 0, invalid: 0, all: 0 };
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 20, max: 60 }), (seed, operations) => {
        const history = registerHistory(seed, { operations, processes: 5, ...options });
        const calls = callsOf(history, model);
        const problem = { calls, states: new StateTable(calls.alphabet) };
        const decision = zonesEngine.decide(problem, { steps: 1e9 });
        counts.all++;
        if (decision === undefined) return;
        counts.decided++;
        const other = searchEngine.decide(problem, { steps: 1e6 });
        if (other?.end === "steps") return;
        if (decision.end === "nonlinearizable") counts.invalid++;
        expect(decision.end, noted(history)).toBe(other?.end);
        if (decision.end === "linearizable") expect(flawOfOrder(calls, decision.order)).toBeUndefined();
      }),
      { numRuns: Math.ceil(Runs / 6) },
    );
    expect(counts.decided).toBeGreaterThan(counts.all * 0.3);
    expect(counts.invalid).toBeGreaterThan(counts.decided * 0.1);
  });
});
