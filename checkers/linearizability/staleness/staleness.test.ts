import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HistoryBuilder } from "../../../histories/builder.ts";
import type { History } from "../../../histories/history.ts";
import { history } from "../../../histories/testing/notation.ts";
import { callsOf } from "../../testing/engine-oracle.ts";
import { randomNumbers, registerHistory } from "../../testing/register-histories.ts";
import { Never, type Calls } from "../calls.ts";
import { NoValue, Read, readRegisterCalls, type RegisterCalls } from "../engines/register-calls.ts";
import { register } from "../models/register.ts";
import { check } from "../linearizable.ts";
import { staleness } from "./staleness.ts";
import { withStaleness } from "./with-staleness.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 1500);
const model = register(0);

test("says by how many versions and milliseconds a read was stale, and what had replaced the value", () => {
  const found = staleness(
    history(`
      0 invoke write 1 @0
      0 ok write 1 @1000000
      0 invoke write 2 @2000000
      0 ok write 2 @3000000
      0 invoke write 3 @4000000
      0 ok write 3 @5000000
      1 invoke read null @10000000
      1 ok read 1 @11000000
    `),
    model,
  );
  expect(found).toEqual({
    objects: 1,
    unmeasured: 0,
    reads: 1,
    staleReads: 1,
    unexplained: 0,
    versions: { atLeast: 3, atMost: 3 },
    milliseconds: 7,
    worst: [{ operation: 6, value: 1, versions: 2, milliseconds: 7, replacedBy: 2 }],
  });
});

test("two reads that contradict one another about concurrent writes need two versions, though neither is stale by itself", () => {
  const found = staleness(
    history(`
      0 invoke write 1
      1 invoke write 2
      2 invoke read
      2 ok read 1
      2 invoke read
      2 ok read 2
      2 invoke read
      2 ok read 1
      0 ok write 1
      1 ok write 2
    `),
    model,
  );
  expect(found).toMatchObject({ staleReads: 0, versions: { atLeast: 2, atMost: 2 }, milliseconds: 1 / 1e6 });
});

test("a linearizable history is 1-atomic and needs no shift", () => {
  const found = staleness(history("0 invoke write 1\n0 ok write 1\n0 invoke read\n0 ok read 1"), model);
  expect(found).toMatchObject({ versions: { atLeast: 1, atMost: 1 }, milliseconds: 0, worst: [] });
});

test("objects on which a value was written twice are not measured", () => {
  const twice = "0 invoke write 1\n0 ok write 1\n0 invoke write 1\n0 ok write 1\n0 invoke read\n0 ok read 1";
  expect(staleness(history(twice), model)).toBeUndefined();
});

describe("random histories", () => {
  test("need as many versions as trying every order says", () => {
    const least = new Map<number, number>();
    const exact = { count: 0, all: 0 };
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const recorded = staleHistory(seed);
        const registers = registersOf(recorded);
        const found = staleness(recorded, model);
        if (found === undefined || found.unexplained > 0) return;
        const k = [1, 2, 3, 4, 5, 6, 7, 8].find((versions) => isAtomic(registers, versions)) ?? Infinity;
        const { atLeast, atMost } = found.versions;
        expect(k, noted(recorded)).toBeGreaterThanOrEqual(atLeast);
        expect(k, noted(recorded)).toBeLessThanOrEqual(atMost);
        if (k <= 2) expect([atLeast, atMost], noted(recorded)).toEqual([k, k]);
        least.set(k, (least.get(k) ?? 0) + 1);
        exact.all++;
        if (atLeast === atMost) exact.count++;
      }),
      { numRuns: Runs },
    );
    for (const k of [1, 2, 3]) expect(least.get(k) ?? 0).toBeGreaterThan(Runs * 0.02);
    expect(exact.count).toBeGreaterThan(exact.all * 0.95);
  });

  test("are linearizable after the least shift of their reads, and not after a smaller one", () => {
    let shifted = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const recorded = staleHistory(seed);
        const found = staleness(recorded, model);
        if (found === undefined || found.unexplained > 0 || found.milliseconds === 0) return;
        shifted++;
        const registers = registersOf(recorded);
        const shift = Math.round(found.milliseconds * 1e6);
        expect(isAtomic(withReadsShifted(registers, shift), 1), noted(recorded)).toBe(true);
        expect(isAtomic(withReadsShifted(registers, shift - 1), 1), noted(recorded)).toBe(false);
      }),
      { numRuns: Runs },
    );
    expect(shifted).toBeGreaterThan(Runs * 0.2);
  });
});

/** Few operations of which many reads lie, each event at a time of its own. */
function staleHistory(seed: number): History {
  const random = randomNumbers(seed);
  const plain = registerHistory(seed, { operations: 8, processes: 3, unknown: 0.05, lie: 0.5 });
  const builder = new HistoryBuilder();
  let time = 0;
  for (const operation of plain) {
    time += 1 + Math.floor(random() * 5);
    builder.add({ ...operation, time });
  }
  return builder.build();
}

/** Calls whose events are their times. */
function registersOf(recorded: History): RegisterCalls {
  const calls = callsOf(recorded, model);
  if (model.structure?.kind !== "register") throw new Error("no register");
  const { time } = recorded.columns;
  const timed: Calls = {
    ...calls,
    begin: calls.begin.map((event) => time[event]!),
    end: calls.end.map((event) => (event === Never ? Never : time[event]!)),
  };
  return { ...readRegisterCalls(calls, model.structure), calls: timed };
}

function withReadsShifted(registers: RegisterCalls, shift: number): RegisterCalls {
  const { calls, kind } = registers;
  const begin = calls.begin.map((at, i) => (kind[i] === Read ? at - shift : at));
  return { ...registers, calls: { ...calls, begin } };
}

/** k-atomicity to the letter: some order keeps real time, and each read gives one of the k latest versions. */
function isAtomic({ calls, kind, seen, written }: RegisterCalls, versions: number): boolean {
  const { begin, end } = calls;
  const from = (latest: readonly number[], remaining: readonly number[]): boolean => {
    if (remaining.every((i) => end[i] === Never)) return true;
    return remaining.some((call) => {
      const others = remaining.filter((other) => other !== call);
      if (others.some((other) => end[other]! < begin[call]!)) return false;
      if (kind[call] === Read) return latest.includes(seen[call]!) && from(latest, others);
      return from([...latest, written[call]!].slice(-versions), others);
    });
  };
  const taking = Array.from(kind.keys()).filter((i) => end[i] !== Never || written[i] !== NoValue);
  return from([0], taking);
}

function noted(recorded: History): string {
  return Array.from(recorded, ({ process, type, f, value, time }) => `${process} ${type} ${f} ${JSON.stringify(value)} @${time}`).join("\n"); // prettier-ignore
}

test("a verdict is told how stale the reads were, in words and as data", () => {
  const recorded = history(`
    0 invoke write 1 @0
    0 ok write 1 @1000000
    0 invoke write 2 @2000000
    0 ok write 2 @3000000
    1 invoke read null @10000000
    1 ok read 1 @11000000
  `);
  const verdict = withStaleness(check(recorded, { model: "register" }), recorded, { model: "register" });
  expect(verdict.notes).toEqual([
    "Staleness: 1 of 1 reads gave a value that had certainly been replaced; in the best order every read gives one of the 2 latest versions (2-atomic), not of fewer. Had every read begun 7 ms earlier, these would be linearizable.",
    "Operation 4 (process 1) read 1, 1 version old: replaced by operation 2, which was there 7 ms before the read began.",
  ]);
  expect(verdict.details).toMatchObject({
    staleness: { versions: { atLeast: 2, atMost: 2 }, milliseconds: 7 },
  });
});
