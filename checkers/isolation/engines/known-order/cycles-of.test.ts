import * as fc from "fast-check";
import { expect, test } from "vitest";
import { namesOfCycle } from "../../cycles/name-cycle.ts";
import { verifyCycle } from "../../cycles/verify.ts";
import { bruteForce } from "../testing/brute-force.ts";
import { readingOf, type DescribedOperation } from "../testing/readings.ts";
import { smallReading } from "../testing/random-readings.ts";
import { levelNumber } from "../../lattice.ts";
import type { LevelName } from "../../levels.ts";
import { cyclesOf } from "./cycles-of.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 600);

const readings = fc.integer({ min: 1, max: 1 << 30 }).map((seed) => {
  const reading = smallReading(seed, {
    transactions: 6,
    sessions: 3,
    keys: 3,
    operations: 3,
    candidates: 0,
    orders: 1,
    unknown: 0.1,
    chained: 0.3,
    recent: 0.6,
  });
  const { writerFirst } = reading;
  return { ...reading, ordered: reading.ordered.map((_, k) => writerFirst[k + 1]! - writerFirst[k]!) };
});

test("each cycle stands, and is of its name", () => {
  const names = new Map<string, number>();
  fc.assert(
    fc.property(readings, (reading) => {
      for (const { name, cycle } of cyclesOf(reading)) {
        expect(verifyCycle(reading, cycle)).toBeUndefined();
        expect(namesOfCycle(reading, cycle), name).toContain(name);
        names.set(name, (names.get(name) ?? 0) + 1);
      }
    }),
    { numRuns: Runs },
  );
  const often = ["G0", "G1c", "G-single", "fractured-read", "write-skew", "G-cursor", "G-monotonic"];
  for (const name of [...often, "G0-process", "G1c-process", "G-single-process", "G-single-realtime"])
    expect(names.has(name), name).toBe(true);
});

test("a kind is named exactly if the level that forbids it and nothing else is broken", () => {
  fc.assert(
    fc.property(readings, (reading) => {
      const holds = bruteForce(reading);
      const named = new Set(cyclesOf(reading).map(({ name }) => name.replace(/-(process|realtime)$/, "")));
      const isHeld = (name: LevelName): boolean => holds[levelNumber({ name, strength: "strong" })]!;
      expect(named.has("G0")).toBe(!isHeld("read-uncommitted"));
      expect(named.has("G0") || named.has("G1c")).toBe(!isHeld("read-committed"));
      expect(["G0", "G1c", "G-single"].some((name) => named.has(name))).toBe(!isHeld("consistent-view"));
      expect(named.size === 0).toBe(isHeld("serializable"));
    }),
    { numRuns: Runs },
  );
});

test("three transactions, each of which missed what the next wrote", () => {
  const of = readingOf(
    [0, 1, 2].map((i) => ({
      session: i,
      begin: i,
      end: 9 + i,
      operations: [{ read: i, from: [0] }, { write: (i + 2) % 3 }],
    })),
    3,
  );
  expect(cyclesOf(of).map(({ name, cycle }) => [name, cycle.length])).toEqual([["G2-item", 3]]);
});

test("a long fork", () => {
  const reads = (x: number, y: number): DescribedOperation[] => [
    { read: 0, from: [x] },
    { read: 1, from: [y] },
  ];
  const operations = [[{ write: 0 }], [{ write: 1 }], reads(1, 0), reads(0, 2)];
  const of = readingOf(
    operations.map((own, i) => ({ session: i, begin: i, end: 9 + i, operations: own })),
    2,
  );
  expect(cyclesOf(of).map(({ name, cycle }) => [name, cycle.length])).toEqual([["long-fork", 4]]);
});
