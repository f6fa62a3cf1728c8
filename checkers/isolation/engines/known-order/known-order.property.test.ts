import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { forbids } from "../../cycles/forbids.ts";
import { verifyCycle } from "../../cycles/verify.ts";
import type { Edge } from "../../decision.ts";
import { levelNumber, levels } from "../../lattice.ts";
import type { Level } from "../../levels.ts";
import type { Reading } from "../../reading.ts";
import { bruteForce, flawOfExecution } from "../testing/brute-force.ts";
import { smallReading, type SmallReadings } from "../testing/random-readings.ts";
import { knownOrder } from "./known-order.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 400);

const options: SmallReadings = {
  transactions: 6,
  sessions: 4,
  keys: 3,
  operations: 3,
  candidates: 0,
  orders: 1,
  unknown: 0.1,
  chained: 0.3,
  recent: 0.6,
};

const families: [string, SmallReadings, (reading: Reading) => Reading][] = [
  ["all orders known", options, withAllOrders],
  ["loose writers at the end, unread", options, unreadLoose],
  ["loose writers anywhere", { ...options, transactions: 5, orders: 0.7 }, (reading) => reading],
];

describe.each(families)("with %s", (_, shape, make) => {
  test("every level in every strength is decided as its rule says", () => {
    const counts = { valid: 0, invalid: 0, left: 0 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1 << 30 }), (seed) => {
        const reading = make(smallReading(seed, shape));
        const holds = bruteForce(reading);
        // In what order levels are asked for must not matter.
        inSomeOrder(levels, seed).forEach((level) => {
          const i = levelNumber(level);
          const decision = knownOrder.decide(reading, level, {});
          const name = `${level.strength} ${level.name}`;
          if (decision === undefined) {
            counts.left++;
            expect(level.name === "view-serializable" || make !== withAllOrders, name).toBe(true);
            return;
          }
          expect(decision.valid, name).toBe(holds[i]);
          counts[holds[i]! ? "valid" : "invalid"]++;
          if (decision.valid === true)
            expect(flawOfExecution(reading, level, decision.execution), name).toBeUndefined();
          if (decision.valid === false && "cycle" in decision) {
            expect(verifyCycle(reading, decision.cycle), name).toBeUndefined();
            expect(level.name === "view-serializable" || forbids(level, decision.cycle, reading), name).toBe(
              true,
            );
            if (make === withAllOrders && level.name !== "view-serializable")
              expect(isShortest(reading, level, decision.cycle), name).toBe(true);
          }
        });
      }),
      { numRuns: Runs },
    );
    expect(Math.min(counts.valid, counts.invalid)).toBeGreaterThan(Runs);
    expect(counts.left).toBeLessThan((counts.valid + counts.invalid) / 4);
  });
});

function inSomeOrder(of: readonly Level[], seed: number): Level[] {
  const start = seed % of.length;
  const turned = [...of.slice(start), ...of.slice(0, start)];
  return seed % 2 === 0 ? turned : turned.toReversed();
}

/** Whether no cycle of fewer edges is forbidden: all are tried. */
function isShortest(reading: Reading, level: Level, cycle: readonly Edge[]): boolean {
  const edges = edgesOf(reading);
  const path: Edge[] = [];
  const closes = (): boolean => {
    const last = path.at(-1)!;
    return edges.some((edge) => {
      if (edge.from !== last.to || path.some(({ from }) => from === edge.to && from !== path[0]!.from))
        return false;
      path.push(edge);
      const found =
        edge.to === path[0]!.from
          ? forbids(level, path, reading)
          : path.length + 1 < cycle.length && closes();
      path.pop();
      return found;
    });
  };
  return !edges.some((edge) => {
    if (cycle.length === 2) return false;
    path.push(edge);
    const found = closes();
    path.pop();
    return found;
  });
}

/** All edges that a reading of known orders has. */
function edgesOf(reading: Reading): Edge[] {
  const { nodes, readFirst, readKey, readFrom, writerFirst, writer, session, place, begin, end } = reading;
  const edges: Edge[] = [];
  const orderOf = (key: number): Int32Array => writer.slice(writerFirst[key], writerFirst[key + 1]);
  reading.ordered.forEach((_, key) => {
    const order = orderOf(key);
    order.forEach((from, i) => order.slice(i + 1).forEach((to) => edges.push({ from, to, kind: "ww", key })));
  });
  for (let a = 1; a < nodes; a++) {
    for (let r = readFirst[a]!; r < readFirst[a + 1]!; r++) {
      const key = readKey[r]!;
      const order = orderOf(key);
      edges.push({ from: readFrom[r]!, to: a, kind: "wr", key });
      for (const to of order.slice(order.indexOf(readFrom[r]!) + 1))
        if (to !== a) edges.push({ from: a, to, kind: "rw", key });
    }
    for (let b = 1; b < nodes; b++) {
      if (session[a] === session[b] && place[a]! < place[b]!)
        edges.push({ from: a, to: b, kind: "so", key: -1 });
      if (reading.transactions.timed && end[a]! < begin[b]!)
        edges.push({ from: a, to: b, kind: "rt", key: -1 });
    }
  }
  return edges.filter(({ from }) => from > 0);
}

function withAllOrders(reading: Reading): Reading {
  const { writerFirst } = reading;
  return { ...reading, ordered: reading.ordered.map((__, k) => writerFirst[k + 1]! - writerFirst[k]!) };
}

/** The order goes as far as somebody read. */
function unreadLoose(reading: Reading): Reading {
  const { writerFirst, writer, readKey, readFrom } = reading;
  const ordered = reading.ordered.map((known, k) => {
    let last = known;
    for (let v = writerFirst[k]!; v < writerFirst[k + 1]!; v++)
      if (readKey.some((key, r) => key === k && readFrom[r] === writer[v]))
        last = Math.max(last, v - writerFirst[k]! + 1);
    return last;
  });
  return { ...reading, ordered };
}
