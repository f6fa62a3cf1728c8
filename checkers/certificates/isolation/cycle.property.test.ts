import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Edge, EdgeKind } from "../../isolation/decision.ts";
import { isolationEngines } from "../../isolation/engines/engines.ts";
import { judgeByAdya } from "../../isolation/formalisms/adya/adya.ts";
import {
  everyLevel,
  levelText,
  type PlainHistory,
  type PlainTransaction,
} from "../../isolation/formalisms/plain.ts";
import { readingOf } from "../../isolation/reading/reading-of.ts";
import type { Level } from "../../isolation/levels.ts";
import type { Reading } from "../../isolation/reading.ts";
import { historyOf } from "../../isolation/testing/history-of.ts";
import { randomHistories } from "../../isolation/testing/random.ts";
import { Aborted } from "../../isolation/transactions.ts";
import { transactionsOf } from "../../isolation/transactions/transactions-of.ts";
import type { ClaimedEdge } from "./claims.ts";
import { verifyCore } from "./core.ts";
import { verifyCycle } from "./cycle.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 18);
const LongTime = 3_600_000;

/** Registers whose values are unique above all: there orders have to be inferred. */
const histories = fc.oneof(
  randomHistories({ untimed: true }),
  randomHistories({ objects: "registers", duplicates: false }),
);

/** Those of which the solver tells most by inferred orders. */
const registers = fc.oneof(
  { arbitrary: histories, weight: 1 },
  { arbitrary: randomHistories({ objects: "registers", duplicates: false }), weight: 2 },
);

/** Of these the engines infer more. */
const found = fc.oneof(
  randomHistories({ untimed: true }),
  randomHistories({ objects: "registers", duplicates: false, transactions: 9 }),
  randomHistories({ objects: "registers", duplicates: true, transactions: 7 }),
  randomHistories({ objects: "lists", transactions: 8 }),
);

describe("the verifier of cycles", () => {
  test(
    "accepts a cycle against a level only if the level is violated",
    () => {
      const accepted = { observed: 0, inferred: 0 };
      fc.assert(
        fc.property(
          registers,
          fc.array(fc.array(fc.nat(1 << 20), { minLength: 12, maxLength: 12 }), {
            minLength: 60,
            maxLength: 60,
          }),
          (history, draws) => {
            const truth = judgeByAdya(history);
            const transactions = transactionsOf(historyOf(history));
            const plausible = plausibleEdges(history);
            const reading = readingOf(transactions);
            const cycles = [
              ...draws.flatMap((draw) => {
                const cycle = randomCycle(plausible, history, draw);
                return cycle === undefined ? [] : [cycle];
              }),
              ...everyLevel.flatMap((level) => {
                const decision = isolationEngines.at(-1)?.decide(reading, level, {});
                if (decision?.valid !== false || !("cycle" in decision)) return [];
                const cycle = decision.cycle.map((edge) => claim(reading, edge));
                return cycle.some(({ because }) => because !== undefined) ? [cycle] : [];
              }),
            ];
            for (const [i, cycle] of cycles.entries())
              for (const [j, level] of everyLevel.entries()) {
                // Each cycle is held against a third of the levels.
                if (i % 3 !== j % 3) continue;
                if (verifyCycle(transactions, level, cycle) !== undefined) continue;
                accepted[cycle.some(({ because }) => because !== undefined) ? "inferred" : "observed"]++;
                expect(truth.get(levelText(level)), JSON.stringify({ level, cycle, history })).toBe(false);
              }
          },
        ),
        { numRuns: Math.ceil(Runs / 2), endOnFailure: true },
      );
      expect(accepted.observed).toBeGreaterThan(Runs / 2);
      expect(accepted.inferred).toBeGreaterThan(0);
    },
    LongTime,
  );

  test(
    "accepts every cycle and every core that the engines find, and no cycle that was tampered with",
    () => {
      const accepted = new Map<string, number>();
      fc.assert(
        fc.property(found, fc.infiniteStream(fc.nat(1 << 20)), (history, draws) => {
          const transactions = transactionsOf(historyOf(history));
          const reading = readingOf(transactions);
          const next = (below: number): number => draws.next().value! % below;
          for (const level of everyLevel)
            for (const engine of isolationEngines) {
              const decision = engine.decide(reading, level, {});
              if (decision?.valid !== false) continue;
              const text = JSON.stringify({ level, decision, history });
              if ("core" in decision) {
                const events = decision.core.map((node) => reading.begin[node]!);
                expect(verifyCore(transactions, level, events), text).toEqual({ verified: true });
                accepted.set("core", (accepted.get("core") ?? 0) + 1);
                continue;
              }
              if (decision.cycle.length === 0 || isOpen(history, level)) continue;
              const claimed = decision.cycle.map((edge) => claim(reading, edge));
              expect(verifyCycle(transactions, level, claimed), text).toBeUndefined();
              const how = claimed.some(({ because }) => because !== undefined) ? "inferred" : "observed";
              accepted.set(`${engine.name} ${how}`, (accepted.get(`${engine.name} ${how}`) ?? 0) + 1);
              const at = next(claimed.length);
              const edge = absentEdge(history, claimed[at]!, next(4));
              expect(verifyCycle(transactions, level, claimed.with(at, edge)), text).toBeDefined();
              const cut = claimed.with(at, { ...claimed[at]!, to: claimed[at]!.from });
              expect(verifyCycle(transactions, level, cut), text).toBeDefined();
            }
        }),
        { numRuns: 4 * Runs, endOnFailure: true },
      );
      if (process.env["RASHOMON_FUZZ_RUNS"] !== undefined) console.log(accepted);
      for (const kind of ["known-order observed", "solver observed", "solver inferred", "core"])
        expect(accepted.get(kind), kind).toBeGreaterThan(Runs / 8);
    },
    LongTime,
  );

  test("accepts neither a core of too little nor one of strangers", () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(...everyLevel), (history, level) => {
        const transactions = transactionsOf(historyOf(history));
        const all = Array.from(transactions.begin).filter((_, t) => transactions.status[t] !== Aborted);
        const verdict = verifyCore(transactions, level, all);
        if (judgeByAdya(history).get(levelText(level)) === true) expect(verdict.verified).not.toBe(true);
        expect(verifyCore(transactions, level, [...all, 1 << 20]).verified).toBe(false);
      }),
      { numRuns: 4 * Runs, endOnFailure: true },
    );
  });
});

/** An edge between the same two that is certainly not there: of a key that neither touched, or of an order that is none. */
function absentEdge({ timed, transactions }: PlainHistory, edge: ClaimedEdge, draw: number): ClaimedEdge {
  const from = transactions.find(({ begin }) => begin === edge.from);
  const to = transactions.find(({ begin }) => begin === edge.to);
  const kind = (["ww", "wr", "rw", "so"] as const)[draw]!;
  if (kind !== "so") return { ...edge, kind, key: "nobody's" };
  if (from !== undefined && to !== undefined && from.session !== to.session)
    return { from: edge.from, to: edge.to, kind };
  if (from !== undefined && to !== undefined && !(timed && from.end < to.begin))
    return { from: edge.from, to: edge.to, kind: "rt" };
  return { ...edge, kind: "ww", key: "nobody's" };
}

/** Whether read uncommitted rests on elements of a list that aborted transactions appended as well. */
function isOpen({ transactions }: PlainHistory, { name }: Level): boolean {
  const appended = (accept: (transaction: PlainTransaction) => boolean): string[] =>
    transactions
      .filter((transaction) => accept(transaction))
      .flatMap(({ operations }) =>
        operations.flatMap(({ kind, key, value }) => (kind === "append" ? [`${key} ${value}`] : [])),
      );
  const aborted = new Set(appended(({ status }) => status === "aborted"));
  return (
    name === "read-uncommitted" &&
    appended(({ status }) => status !== "aborted").some((element) => aborted.has(element))
  );
}

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
