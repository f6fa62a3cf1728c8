import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { OperationModel } from "../names.ts";
import { Initial, type Reading } from "../reading.ts";
import { permutations } from "../engines/testing/brute-force.ts";
import { smallReading } from "../engines/testing/random-readings.ts";
import { decideOperationModel } from "./decide.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 400);

/** Readings whose transactions have one operation each. */
function singleOperations(seed: number): Reading | undefined {
  const reading = smallReading(seed, {
    transactions: 7,
    sessions: 3,
    keys: 2,
    operations: 1,
    candidates: 0,
    orders: 0,
    unknown: 0,
    chained: 0,
    recent: 0.6,
  });
  const { first } = reading.transactions;
  for (let node = 1; node < reading.nodes; node++)
    if (first[node]! - first[node - 1]! !== 1) return undefined;
  return reading;
}

interface Operation {
  readonly node: number;
  readonly session: number;
  readonly place: number;
  readonly key: number;
  /** Whose version it read; of a write `undefined`. */
  readonly from: number | undefined;
}

function operationsOf(reading: Reading): Operation[] {
  const { nodes, session, place, readFirst, readKey, readFrom, writeFirst, writeKey } = reading;
  return Array.from({ length: nodes - 1 }, (_, i) => {
    const node = i + 1;
    const isRead = readFirst[node + 1]! > readFirst[node]!;
    return {
      node,
      session: session[node]!,
      place: place[node]!,
      key: isRead ? readKey[readFirst[node]!]! : writeKey[writeFirst[node]!]!,
      from: isRead ? readFrom[readFirst[node]!]! : undefined,
    };
  });
}

const before = (a: Operation, b: Operation): boolean => a.session === b.session && a.place < b.place;

/** PRAM and causal memory to the letter: each session has an order of all writes and its own reads that explains them. */
function observersByDefinition(operations: readonly Operation[], causally: boolean): boolean {
  const depends = operations.map((a) =>
    operations.map((b) => before(a, b) || (causally && b.from === a.node)),
  );
  for (const k of operations.keys())
    for (const i of operations.keys())
      for (const j of operations.keys()) if (depends[i]![k] && depends[k]![j]) depends[i]![j] = true;
  if (operations.some((_, i) => depends[i]![i])) return false;
  const sessions = new Set(operations.map(({ session }) => session));
  return [...sessions].every((session) => {
    const seen = [...operations.keys()].filter(
      (i) => operations[i]!.from === undefined || operations[i]!.session === session,
    );
    return permutations(seen).some(
      (order) =>
        order.every((i, at) => order.slice(at + 1).every((j) => !depends[j]![i])) &&
        order.every((i, at) => {
          const { key, from } = operations[i]!;
          if (from === undefined) return true;
          const last = order
            .slice(0, at)
            .findLast((j) => operations[j]!.from === undefined && operations[j]!.key === key);
          return (last === undefined ? Initial : operations[last]!.node) === from;
        }),
    );
  });
}

/**
 * The session guarantees as Viotti and Vukolić (2016) define them: an order of all writes, and for each read the writes it sees,
 * of which it returns the last of its key.
 */
function guaranteesByDefinition(operations: readonly Operation[], model: OperationModel): boolean {
  const writes = operations.filter(({ from }) => from === undefined);
  return permutations(writes.map(({ node }) => node)).some((order) => {
    const at = (node: number): number => order.indexOf(node);
    if (model === "monotonic-writes")
      if (!writes.every((a) => writes.every((b) => !before(a, b) || at(a.node) < at(b.node)))) return false;
    // What each read sees: at least what it returned, and nothing of the key that is later.
    return [0, 1, 2].every((session) => {
      let seen = new Set<number>();
      const own = operations.filter((one) => one.session === session).toSorted((a, b) => a.place - b.place);
      return own.every((operation) => {
        const { node, key, from } = operation;
        if (from === undefined) {
          const ok = model !== "writes-follow-reads" || [...seen].every((write) => at(write) < at(node));
          if (model === "read-your-writes") seen.add(node);
          return ok;
        }
        const kept = model === "monotonic-reads" || model === "read-your-writes" ? seen : new Set<number>();
        const visible = new Set([...kept, ...(from === Initial ? [] : [from])]);
        const last =
          order.findLast((write) => visible.has(write) && operations[write - 1]!.key === key) ?? Initial;
        if (model === "monotonic-reads") seen = visible;
        if (model === "writes-follow-reads" && from !== Initial) seen.add(from);
        return last === from;
      });
    });
  });
}

const models: readonly OperationModel[] = [
  "PRAM",
  "causal",
  "monotonic-reads",
  "monotonic-writes",
  "read-your-writes",
  "writes-follow-reads",
];

describe("conditions of single operations", () => {
  test.each(models)("%s is what its definition says", (model) => {
    const counts = { true: 0, false: 0 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const reading = singleOperations(seed);
        if (reading === undefined) return;
        const operations = operationsOf(reading);
        const truth =
          model === "PRAM" || model === "causal"
            ? observersByDefinition(operations, model === "causal")
            : guaranteesByDefinition(operations, model);
        const { valid } = decideOperationModel(reading, model, { engines: [], budget: {} });
        expect(valid, JSON.stringify(operations)).toBe(truth);
        counts[String(truth) as "true" | "false"]++;
      }),
      { numRuns: Runs * 4 },
    );
    expect(counts.true).toBeGreaterThan(0);
    // A session's writes and what follows reads contradict themselves only by orders that were told.
    if (model !== "monotonic-writes" && model !== "writes-follow-reads")
      expect(counts.false).toBeGreaterThan(0);
  });
});
