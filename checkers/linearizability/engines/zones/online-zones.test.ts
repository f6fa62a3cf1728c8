import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { callsOf, linearizableCalls } from "../../../testing/engine-oracle.ts";
import {
  observedRegister,
  registerHistory,
  type RegisterHistoryOptions,
} from "../../../testing/register-histories.ts";
import { callsUntil, Never, positionsByEnd, type Calls } from "../../calls.ts";
import { Read, readRegisterCalls, Write, type RegisterCalls } from "../register-calls.ts";
import { onlineZones } from "./online-zones.ts";
import { decideRegister } from "./zones-engine.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 2000);
const model = observedRegister();
const small = { operations: 7, processes: 4, unknown: 0.12, fail: 0.05, lie: 0.25 };

test.each<[string, RegisterHistoryOptions, number]>([
  ["distinct writes", small, 1],
  ["compare-and-sets", { ...small, cas: 0.5 }, 1],
  ["values seen missing", { ...small, differ: 0.2, ping: 0.1 }, 0.6],
  ["repeated values", { ...small, values: 4, cas: 0.3, processes: 3 }, 0.5],
])("every prefix of a register with %s is judged as the definition says", (_, options, decides) => {
  const counts = { decided: 0, invalid: 0, all: 0 };
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const calls = callsOf(registerHistory(seed, options), model);
      counts.all++;
      const verdict = follow(calls, (until, linearizable) => {
        expect([until, linearizable]).toEqual([until, linearizableCalls(callsUntil(calls, until))]);
      });
      if (verdict === "undecided") return;
      counts.decided++;
      if (!verdict) counts.invalid++;
    }),
    { numRuns: Runs },
  );
  expect(counts.decided).toBeGreaterThanOrEqual(counts.all * decides);
  expect(counts.invalid).toBeGreaterThan(counts.decided * 0.15);
});

test("long histories end where all calls together say that the shortest failing prefix does", () => {
  let invalid = 0;
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom(0, 0.3, 0.9), (seed, cas) => {
      const options = { operations: 600, processes: 6, unknown: 0.03, lie: 0.001, cas };
      const calls = callsOf(registerHistory(seed, options), model);
      const decision = decideRegister(readRegisterCalls(calls, structure()));
      let failed: number | undefined;
      follow(calls, (until, linearizable) => {
        if (!linearizable) failed = until;
      });
      if (decision?.end === "nonlinearizable") {
        invalid++;
        expect(failed).toBe(decision.until);
      } else expect(failed).toBeUndefined();
    }),
    { numRuns: Math.ceil(Runs / 10) },
  );
  expect(invalid).toBeGreaterThan(Runs / 100);
});

describe("memory", () => {
  test.each([0, 0.5, 1])(
    "depends on the calls in flight, not on the run, with %d compare-and-sets",
    (cas) => {
      const calls = callsOf(registerHistory(7, { operations: 20_000, processes: 8, cas }), model);
      let most = 0;
      follow(
        calls,
        () => undefined,
        (live) => (most = Math.max(most, live)),
      );
      expect(most).toBeLessThan(300);
    },
  );
});

test("a value written again is another value", () => {
  const judge = onlineZones();
  for (let round = 0; round < 1000; round++) {
    judge.begin(0, Write, -1, (round % 3) + 1, true);
    expect(judge.end(0)).toBe(true);
    judge.begin(0, Read, (round % 3) + 1, -1, true);
    expect(judge.end(0)).toBe(true);
  }
  judge.begin(0, Read, 2, -1, true);
  expect(judge.end(0)).toBe(false);
});

function structure() {
  if (model.structure?.kind !== "register") throw new Error("no register");
  return model.structure;
}

/** Gives the events of calls to a judge, and says what it answered to each return; how it ended. */
function follow(
  calls: Calls,
  answered: (until: number, linearizable: boolean) => void,
  holds?: (live: number) => void,
): boolean | "undecided" {
  const registers: RegisterCalls = readRegisterCalls(calls, structure());
  const judge = onlineZones();
  const ends = positionsByEnd(calls);
  let ended = 0;
  const endUntil = (time: number): boolean | "undecided" => {
    for (; ended < ends.length && calls.end[ends[ended]!]! < time; ended++) {
      const answer = judge.end(ends[ended]!);
      holds?.(judge.live);
      if (answer === "undecided") return answer;
      answered(calls.end[ends[ended]!]!, answer);
      if (!answer) return false;
    }
    return true;
  };
  for (let call = 0; call < calls.length; call++) {
    const sofar = endUntil(calls.begin[call]!);
    if (sofar !== true) return sofar;
    judge.begin(
      call,
      registers.kind[call]!,
      registers.seen[call]!,
      registers.written[call]!,
      calls.end[call] !== Never,
    );
  }
  return endUntil(Never);
}
