import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Edge, EdgeKind } from "../../isolation/decision.ts";
import { solverEngine } from "../../isolation/engines/solver/solver-engine.ts";
import { isolationEngines } from "../../isolation/engines/engines.ts";
import { judgeByAdya } from "../../isolation/formalisms/adya/adya.ts";
import {
  everyLevel,
  levelText,
  type PlainHistory,
  type PlainTransaction,
} from "../../isolation/formalisms/plain.ts";
import { readingOf } from "../../isolation/reading/reading-of.ts";
import type { Reading } from "../../isolation/reading.ts";
import { historyOf } from "../../isolation/testing/history-of.ts";
import { randomHistories } from "../../isolation/testing/random.ts";
import { transactionsOf } from "../../isolation/transactions/transactions-of.ts";
import type { ClaimedEdge } from "./claims.ts";
import { verifyCycle } from "./cycle.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 80);
const LongTime = 3_600_000;

/** Registers whose values are unique above all: there orders have to be inferred. */
const histories = fc.oneof(
  randomHistories({ untimed: true }),
  randomHistories({ objects: "registers", duplicates: false }),
);

describe("the verifier of cycles", () => {
  test(
    "accepts a cycle against a level only if the level is violated",
    () => {
      const accepted = { observed: 0, inferred: 0 };
      fc.assert(
        fc.property(
          histories,
          fc.array(fc.array(fc.nat(1 << 20), { minLength: 12, maxLength: 12 }), {
            minLength: 60,
            maxLength: 60,
          }),
          (history, draws) => {
            const truth = judgeByAdya(history);
            const transactions = transactionsOf(historyOf(history));
            const plausible = plausibleEdges(history);
            for (const draw of draws) {
              const cycle = randomCycle(plausible, history, draw);
              if (cycle === undefined) continue;
              for (const level of everyLevel) {
                if (verifyCycle(transactions, level, cycle) !== undefined) continue;
                accepted[cycle.some(({ because }) => because !== undefined) ? "inferred" : "observed"]++;
                expect(truth.get(levelText(level)), JSON.stringify({ level, cycle, history })).toBe(false);
              }
            }
          },
        ),
        { numRuns: Runs, endOnFailure: true },
      );
      expect(accepted.observed).toBeGreaterThan(Runs);
      expect(accepted.inferred).toBeGreaterThan(0);
    },
    LongTime,
  );

  test(
    "accepts the cycles that the engines find, where they tell the whole of their reasons",
    () => {
      const verified = new Map<string, { accepted: number; refused: number }>();
      fc.assert(
        fc.property(histories, (history) => {
          const transactions = transactionsOf(historyOf(history));
          const reading = readingOf(transactions);
          for (const level of everyLevel) {
            const engine = isolationEngines.find((one) => one.decide(reading, level, {}) !== undefined);
            const decision = engine?.decide(reading, level, {});
            if (engine === undefined || decision?.valid !== false || !("cycle" in decision)) continue;
            if (decision.cycle.length === 0) continue;
            const claimed = decision.cycle.map((edge) => claim(reading, edge));
            const problem = verifyCycle(transactions, level, claimed);
            const counts = verified.get(engine.name) ?? { accepted: 0, refused: 0 };
            counts[problem === undefined ? "accepted" : "refused"]++;
            verified.set(engine.name, counts);
            // A search tells the end of a chain of reasons only.
            if (engine === solverEngine) continue;
            expect(problem, JSON.stringify({ level, claimed, history })).toBeUndefined();
          }
        }),
        { numRuns: 4 * Runs, endOnFailure: true },
      );
      for (const [engine, { accepted, refused }] of verified) {
        if (process.env["RASHOMON_FUZZ_RUNS"] !== undefined) console.log(engine, accepted, refused);
        expect(accepted, engine).toBeGreaterThan(9 * refused);
      }
      expect(verified.size).toBe(isolationEngines.length);
    },
    LongTime,
  );
});

function claim(reading: Reading, { from, to, kind, key, because }: Edge): ClaimedEdge {
  const { history, keys } = reading.transactions;
  return {
    from: reading.begin[from]!,
    to: reading.begin[to]!,
    kind,
    ...(key < 0 ? {} : { key: history.valueTable.get(keys[key]!) }),
    ...(because === undefined ? {} : { because: because.map((edge) => claim(reading, edge)) }),
  };
}

/** Edges that are there in some account, or look as if. */
function plausibleEdges({ transactions }: PlainHistory): ClaimedEdge[] {
  const edges: ClaimedEdge[] = [];
  const keys = [...new Set(transactions.flatMap(({ operations }) => operations.map(({ key }) => key)))];
  const add = (a: PlainTransaction, b: PlainTransaction, kind: EdgeKind, key?: number): void => {
    edges.push({
      from: a.begin,
      to: b.begin,
      kind,
      ...(key === undefined ? {} : { key: String.fromCodePoint(97 + key) }),
    });
  };
  for (const a of transactions)
    for (const b of transactions) {
      if (a === b) continue;
      if (a.session === b.session && a.begin < b.begin) add(a, b, "so");
      if (a.end < b.begin) add(a, b, "rt");
      for (const key of keys) {
        if (writes(a, key) && writes(b, key)) add(a, b, "ww", key);
        if (writes(a, key) && reads(b, key)) add(a, b, "wr", key);
        if (reads(a, key) && writes(b, key)) add(a, b, "rw", key);
      }
    }
  return edges;
}

function writes({ operations }: PlainTransaction, key: number): boolean {
  return operations.some(
    (operation) => operation.key === key && (operation.kind === "write" || operation.kind === "append"),
  );
}

function reads({ operations }: PlainTransaction, key: number): boolean {
  return operations.some(
    (operation) => operation.key === key && (operation.kind === "read" || operation.kind === "read-list"),
  );
}

/** A random closed walk of two to four edges, some of them with reasons; `undefined` where the walk does not close. */
function randomCycle(
  edges: readonly ClaimedEdge[],
  { transactions }: PlainHistory,
  draw: readonly number[],
): ClaimedEdge[] | undefined {
  const draws = [...draw];
  const next = (below: number): number => (below <= 0 ? 0 : (draws.shift() ?? 0) % below);
  const length = 2 + next(3);
  const start = transactions[next(transactions.length)]?.begin;
  const walk = (
    from: number | undefined,
    to: number | undefined,
    steps: number,
  ): ClaimedEdge[] | undefined => {
    const path: ClaimedEdge[] = [];
    let at = from;
    for (let i = 0; i < steps; i++) {
      const some = edges.filter(
        (edge) => edge.from === at && (i < steps - 1 ? edge.to !== to : edge.to === to),
      );
      const edge = some[next(some.length)];
      if (edge === undefined) return undefined;
      path.push(edge);
      at = edge.to;
    }
    return path;
  };
  return walk(start, start, length)?.map((edge) => {
    if ((edge.kind !== "ww" && edge.kind !== "rw") || next(3) > 0) return edge;
    const writers = transactions.filter(
      (transaction) => edge.kind === "rw" && writes(transaction, keyNumber(edge)),
    );
    const from = edge.kind === "ww" ? edge.from : writers[next(writers.length)]?.begin;
    const read = edges.filter(
      ({ kind, key, from: writer }) => kind === "wr" && key === edge.key && writer === edge.to,
    );
    const last = next(2) === 0 ? undefined : read[next(read.length)];
    const path = walk(from, last?.to ?? edge.to, 1 + next(2));
    return path === undefined ? edge : { ...edge, because: last === undefined ? path : [...path, last] };
  });
}

function keyNumber({ key }: ClaimedEdge): number {
  return typeof key === "string" ? (key.codePointAt(0) ?? 0) - 97 : -1;
}
