import { describe, expect, it } from "vitest";
import { HistoryBuilder } from "../../../../histories/builder.ts";
import type { History } from "../../../../histories/history.ts";
import {
  firstImpossible,
  randomOf,
  randomRegister,
  tellRegister,
  wrongOrder,
  type RandomRegister,
} from "../../../testing/random-registers.ts";
import { Alphabet } from "../../alphabet.ts";
import { Never, readCalls } from "../../calls.ts";
import { casRegister } from "../../models/register.ts";
import { ModelHistory } from "../../partition.ts";
import { StateTable } from "../../states.ts";
import { Cas, Nothing, NoValue, Read, Write, type RegisterCalls } from "../register-calls.ts";
import { searchEngine } from "../search-engine.ts";
import { Contest, Run } from "./contest.ts";
import { frontierEngine } from "./engine.ts";
import { onlineFrontier, type OnlineFrontierOptions } from "./online-frontier.ts";
import { scheduleOf } from "./schedule.ts";

const runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 20_000);
const firstSeed = Number(process.env["RASHOMON_FUZZ_SEED"] ?? 1);

/** A random history for a seed: what is random is drawn from the seed too. */
function small(seed: number): RegisterCalls {
  const random = randomOf(seed);
  const between = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  const share = (): number => (random() < 0.25 ? 0 : random());
  const any: RandomRegister = {
    calls: between(3, 10),
    processes: between(2, 6),
    values: between(2, 3),
    reads: 0.2 + random(),
    writes: 0.1 + share(),
    cases: share(),
    differs: 0.3 * share(),
    unknown: random() < 0.5 ? 0 : 0.6 * random(),
    lies: random(),
  };
  // Half of them are of the kinds that try the finer points: many compare-and-sets of unknown outcome, and many
  // calls at once.
  const few = { ...any, calls: between(6, 11), differs: 0.1 * share(), lies: 0.9 * random() };
  const kinds: readonly RandomRegister[] = [
    any,
    any,
    { ...few, values: 2, writes: 0.1 + 0.5 * random(), cases: 1, unknown: 0.2 + 0.5 * random() },
    {
      ...few,
      processes: between(4, 6),
      writes: 0.3 + random(),
      cases: 0.3 + random(),
      unknown: 0.2 * share(),
    },
  ];
  return randomRegister(random, kinds[seed % kinds.length]!);
}

/** Calls in columns: begin, end, kind, what each saw and wrote. */
function registerOf(rows: readonly (readonly [number, number, number, number, number])[]): RegisterCalls {
  const column = (at: 0 | 1 | 2 | 3 | 4): Int32Array => Int32Array.from(rows, (row) => row[at]);
  const begin = column(0);
  return {
    calls: {
      alphabet: new Alphabet(casRegister(0)),
      length: rows.length,
      event: begin,
      begin,
      end: column(1),
      action: new Int32Array(rows.length),
    },
    kind: Uint8Array.from(column(2)),
    seen: column(3),
    written: column(4),
    valueCount: 1 + Math.max(...column(3), ...column(4)),
    value: (number) => number,
  };
}

/** The calls as a history, in the order of their events, without those that saw nothing. */
function historyOf({ calls, kind, seen, written }: RegisterCalls): History {
  const events: { readonly at: number; readonly call: number; readonly type: "invoke" | "ok" }[] = [];
  for (let call = 0; call < calls.length; call++) {
    if (kind[call] === Nothing) continue;
    events.push({ at: calls.begin[call]!, call, type: "invoke" });
    if (calls.end[call] !== Never) events.push({ at: calls.end[call]!, call, type: "ok" });
  }
  const builder = new HistoryBuilder();
  for (const { at, call, type } of events.toSorted((a, b) => a.at - b.at)) {
    const f = kind[call] === Read ? "read" : kind[call] === Write ? "write" : "cas";
    const result =
      f === "read" ? seen[call]! : f === "write" ? written[call]! : [seen[call]!, written[call]!];
    const value = f === "read" && type === "invoke" ? null : result;
    builder.add({ time: at, process: call, type, f, value });
  }
  return builder.build();
}

/** The calls with other numbers for the values, far apart. */
function distinct(register: RegisterCalls): RegisterCalls {
  const far = (value: number): number => (value <= 0 ? value : value * 400_000_007);
  return { ...register, seen: register.seen.map(far), written: register.written.map(far) };
}

/** The return at which the register judged online has no linearization; `undefined`: it always has one. */
function firstImpossibleOnline(
  { calls, kind, seen, written }: RegisterCalls,
  options: OnlineFrontierOptions = {},
): number | undefined | "undecided" {
  const { begin, end, length } = calls;
  const judge = onlineFrontier(options);
  const events: [number, number][] = [];
  for (let call = 0; call < length; call++) {
    events.push([begin[call]!, call]);
    if (end[call] !== Never) events.push([end[call]!, ~call]);
  }
  for (const [at, call] of events.toSorted(([a], [b]) => a - b)) {
    if (call >= 0) judge.begin(call, kind[call]!, seen[call]!, written[call]!, end[call] !== Never);
    else {
      const verdict = judge.end(~call);
      if (verdict === "undecided") return verdict;
      if (!verdict) return at;
    }
  }
  return undefined;
}

/** Where a frontier of unlimited width is empty, which tidies its multisets of unknown calls all the time. */
function firstImpossibleTidied(register: RegisterCalls): number | undefined {
  const run = new Run(scheduleOf(register), { fewUsedSets: 1 });
  run.go(Never);
  return run.failedAt;
}

describe("the frontier of a register", () => {
  it(`judges ${runs} small histories as trying every order of every prefix does`, () => {
    let invalid = 0;
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
      const register = small(seed);
      const told = () => `seed ${seed}\n${tellRegister(register)}`;
      const expected = firstImpossible(register);
      // A frontier too narrow at first has to come to the same answers.
      const decision = new Contest(scheduleOf(register), { steps: 1e6 }).decide(
        [1, 2, 16][Math.floor(seed / 4) % 3]!,
      );
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

  const tidied = Math.ceil(runs / 4);
  it(`judges ${tidied} of them all the same when it tidies what it knows of unknown calls`, () => {
    for (let seed = firstSeed; seed < firstSeed + tidied; seed++) {
      const register = small(seed);
      const told = `seed ${seed}\n${tellRegister(register)}`;
      expect(firstImpossibleTidied(register), told).toBe(firstImpossible(register));
    }
  }, 600_000);

  it("proves nothing by an empty frontier from which it dropped what there was no room to expand", () => {
    const counts = { refuted: 0, dropped: 0 };
    for (let seed = firstSeed; seed < firstSeed + tidied; seed++) {
      const register = small(seed);
      const run = new Run(scheduleOf(register), { mostAlike: 0 });
      run.go(Never);
      if (run.failedAt === undefined) continue;
      const expected = firstImpossible(register);
      if (!run.frontier.truncated) {
        counts.refuted++;
        expect(run.failedAt, `seed ${seed}\n${tellRegister(register)}`).toBe(expected);
      } else if (run.failedAt !== expected) counts.dropped++;
    }
    expect(counts.refuted).toBeGreaterThan(0.1 * tidied);
    expect(counts.dropped).toBeGreaterThan(0);
  }, 600_000);

  const online = Math.ceil(runs / 4);
  it(`judges ${online} histories while they are recorded as when they are finished`, () => {
    let invalid = 0;
    for (let seed = firstSeed; seed < firstSeed + online; seed++) {
      const register = seed % 2 === 0 ? small(seed) : distinct(small(seed));
      const expected = firstImpossible(register);
      // Whether or not it forgets all the time what matters no more.
      const found = firstImpossibleOnline(register, seed % 3 === 0 ? {} : { few: 0 });
      expect(found, `seed ${seed}\n${tellRegister(register)}`).toBe(expected);
      if (expected !== undefined) invalid++;
    }
    expect(invalid / online).toBeGreaterThan(0.25);
  }, 600_000);

  it("never tells online of a violation that is none, however narrow it is, and seldom misses one", () => {
    const counts = { expected: 0, found: 0, undecided: 0 };
    for (let seed = firstSeed; seed < firstSeed + online; seed++) {
      const register = small(seed);
      const expected = firstImpossible(register);
      const found = firstImpossibleOnline(register, { width: 1 + (seed % 5) });
      if (expected !== undefined) counts.expected++;
      if (found === "undecided") counts.undecided++;
      else if (found !== undefined) {
        counts.found++;
        expect(found, `seed ${seed}\n${tellRegister(register)}`).toBeGreaterThanOrEqual(expected ?? Never);
      }
    }
    expect(counts.found).toBeGreaterThan(0.8 * counts.expected);
    expect(counts.undecided).toBeLessThan(0.2 * online);
  }, 600_000);

  const crowded = Math.ceil(runs / 200);
  it(`judges ${crowded} histories of many calls at once while they are recorded as when they are finished`, () => {
    let invalid = 0;
    for (let seed = firstSeed; seed < firstSeed + crowded; seed++) {
      const random = randomOf(seed);
      const register = randomRegister(random, {
        calls: 200,
        processes: 70,
        values: 4 + Math.floor(60 * random()),
        reads: 1,
        writes: 0.2,
        cases: 0.02,
        differs: 0,
        unknown: 0.005,
        lies: 0.05 * random(),
      });
      const run = new Run(scheduleOf(register), {});
      run.go(Never);
      expect(firstImpossibleOnline(register, { width: Infinity }), `seed ${seed}`).toBe(run.failedAt);
      if (run.failedAt !== undefined) invalid++;
    }
    expect(invalid).toBeGreaterThan(0);
    expect(invalid).toBeLessThan(crowded);
  }, 600_000);

  it("heeds an unknown write that began since the last one, for it cannot have gone before that", () => {
    const register = registerOf([
      [0, 14, Cas, 1, 2],
      [2, 11, Cas, 2, 1],
      [4, 5, Write, NoValue, 0],
      [6, Never, Write, NoValue, 2],
      [7, 8, Write, NoValue, 0],
      [9, 15, Read, 0, NoValue],
      [10, 16, Read, 0, NoValue],
      [12, 13, Cas, 0, 1],
    ]);
    expect(firstImpossible(register)).toBe(undefined);
    expect(firstImpossibleTidied(register)).toBe(undefined);
  });

  it("holds no more for a long history than for a short one", () => {
    const random = randomOf(7);
    const judge = onlineFrontier();
    const most = [0, 0];
    const open: number[] = [];
    let state = 0;
    for (let call = 0; call < 40_000; call++) {
      if (open.length === 8) expect(judge.end(open.shift()!)).toBe(true);
      open.push(call);
      if (random() < 0.5) judge.begin(call, Write, NoValue, (state = call + 1), true);
      else judge.begin(call, Read, state, NoValue, true);
      const half = call < 20_000 ? 0 : 1;
      most[half] = Math.max(most[half]!, judge.live);
    }
    expect(most[0]).toBeLessThan(300);
    expect(most[1]).toBeLessThan(300);
  });

  it("holds no more for many unknown calls than for few, when they took effect or are alike", () => {
    const judge = onlineFrontier();
    const most = [0, 0];
    for (let round = 0; round < 40_000; round++) {
      const value = round + 10;
      // A new value, by an unknown write or an unknown compare-and-set from the last one, that is then read.
      if (round % 3 > 0) judge.begin(0, Cas, round === 0 ? 0 : value - 1, value, false);
      else judge.begin(0, Write, NoValue, value, false);
      // One of few changes, that may yet take effect or not.
      judge.begin(0, round % 2 > 0 ? Write : Cas, round % 2 > 0 ? NoValue : 1, 1 + (round % 4), false);
      judge.begin(1, Read, value, NoValue, true);
      expect(judge.end(1)).toBe(true);
      const half = round < 20_000 ? 0 : 1;
      most[half] = Math.max(most[half]!, judge.live);
    }
    judge.begin(1, Read, 20_000, NoValue, true);
    expect(judge.end(1)).toBe(false);
    expect(most[1]).toBeLessThanOrEqual(most[0]! + 10);
    expect(most[1]).toBeLessThan(2000);
  });

  const larger = Math.ceil(runs / 40);
  it(`says of ${larger} histories of forty operations what the general search says`, () => {
    const model = casRegister(0);
    let invalid = 0;
    for (let seed = firstSeed; seed < firstSeed + larger; seed++) {
      const random = randomOf(seed);
      const history = historyOf(
        randomRegister(random, {
          calls: 40,
          processes: 3 + Math.floor(random() * 6),
          values: 2 + Math.floor(random() * 3),
          reads: 0.3 + random(),
          writes: 0.2 + random(),
          cases: random(),
          differs: 0,
          unknown: random() < 0.5 ? 0 : 0.3 * random(),
          lies: 0.08 * random(),
        }),
      );
      const decisions = [searchEngine, frontierEngine].map((engine) => {
        const source = new ModelHistory(history, model, false);
        const alphabet = new Alphabet(model);
        const calls = readCalls(source, source.partitions()[0]!, alphabet);
        return engine.decide({ calls, states: new StateTable(alphabet) }, { steps: 1e7 });
      });
      const [expected, decision] = decisions;
      if (expected?.end !== "linearizable" && expected?.end !== "nonlinearizable") continue;
      expect(decision?.end, `seed ${seed}`).toBe(expected.end);
      if (decision?.end !== "nonlinearizable") continue;
      invalid++;
      if (expected.end === "nonlinearizable" && expected.until !== undefined)
        expect(decision.until, `seed ${seed}`).toBe(expected.until);
    }
    expect(invalid / larger).toBeGreaterThan(0.15);
    expect(invalid / larger).toBeLessThan(0.85);
  }, 600_000);
});
