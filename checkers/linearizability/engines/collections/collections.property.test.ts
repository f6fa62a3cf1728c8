import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  collectionHistory,
  peekableQueue,
  type CollectionHistoryOptions,
} from "../../../testing/collection-histories.ts";
import { callsOf, flawOfOrder, judgeByDefinition, noted } from "../../../testing/engine-oracle.ts";
import { callsUntil, type Calls } from "../../calls.ts";
import type { Model } from "../../model.ts";
import { multiset } from "../../models/multiset.ts";
import { priorityQueue } from "../../models/priority-queue.ts";
import { fifoQueue, unorderedQueue } from "../../models/queue.ts";
import { set } from "../../models/set.ts";
import { stack } from "../../models/stack.ts";
import { StateTable } from "../../states.ts";
import { searchEngine } from "../search-engine.ts";
import { collectionsEngine } from "./collections-engine.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 500);

interface Kind {
  readonly model: Model;
  readonly options: Partial<CollectionHistoryOptions> & Pick<CollectionHistoryOptions, "kind" | "names">;
  /** Least share that the engine has to decide. */
  readonly decides: number;
}

const queueNames = { add: "enqueue", remove: "dequeue", see: "peek" };
const stackNames = { add: "push", remove: "pop", see: "peek" };
const setNames = { add: "add", remove: "remove", contains: "contains" };
const small = { operations: 7, processes: 4, add: 0.5, fail: 0.05, lie: 0.2 };
const unknown = 0.15;

const kinds: Readonly<Record<string, Kind>> = {
  "a queue": { model: fifoQueue(), options: { kind: "queue", names: queueNames, unknown }, decides: 1 },
  "a queue with items": {
    model: fifoQueue([101, 102]),
    options: { kind: "queue", names: queueNames, unknown, initial: [101, 102] },
    decides: 1,
  },
  "a queue seen": {
    model: peekableQueue(),
    options: { kind: "queue", names: queueNames, look: 0.25, lie: 0.1 },
    decides: 0.95,
  },
  "a queue seen, with unknown outcomes": {
    model: peekableQueue([101]),
    options: { kind: "queue", names: queueNames, look: 0.2, lie: 0.2, unknown, initial: [101] },
    decides: 0.8,
  },
  "a stack": { model: stack(), options: { kind: "stack", names: stackNames }, decides: 0.95 },
  "a stack seen": {
    model: stack([101, 102]),
    options: { kind: "stack", names: stackNames, look: 0.3, initial: [101, 102] },
    decides: 0.95,
  },
  "a stack with unknown outcomes": {
    model: stack(),
    options: { kind: "stack", names: stackNames, look: 0.1, unknown },
    decides: 0.8,
  },
  "a priority queue": {
    model: priorityQueue(),
    options: { kind: "priority-queue", names: queueNames },
    decides: 0.95,
  },
  "a priority queue seen": {
    model: priorityQueue([
      [2, 101],
      [3, 102],
    ]),
    options: {
      kind: "priority-queue",
      names: queueNames,
      look: 0.3,
      initial: [
        [2, 101],
        [3, 102],
      ],
    },
    decides: 0.95,
  },
  "a priority queue with unknown outcomes": {
    model: priorityQueue(),
    options: { kind: "priority-queue", names: queueNames, look: 0.1, unknown },
    decides: 0.8,
  },
  "an unordered queue": {
    model: unorderedQueue([101]),
    options: {
      kind: "bag",
      names: { add: "enqueue", remove: "dequeue" },
      unknown,
      lie: 0.35,
      initial: [101],
    },
    decides: 1,
  },
  "a multiset": {
    model: multiset([101]),
    options: { kind: "bag", names: setNames, named: true, look: 0.2, unknown, initial: [101] },
    decides: 1,
  },
  "a set": {
    model: set([101]),
    options: {
      kind: "set",
      names: setNames,
      named: true,
      add: 0.35,
      look: 0.4,
      unknown,
      initial: [101],
      lie: 0.15,
    },
    decides: 0.5,
  },
  "a set seen as a whole": {
    model: set(),
    options: {
      kind: "set",
      names: { add: "add", remove: "add", read: "read" },
      look: 0.4,
      repeat: 0.2,
      unknown,
      lie: 0.15,
    },
    decides: 1,
  },
  "a set seen as a whole and by element": {
    model: set([101]),
    options: {
      kind: "set",
      names: { add: "add", remove: "add", read: "read", contains: "contains" },
      look: 0.45,
      repeat: 0.2,
      unknown,
      initial: [101],
      lie: 0.15,
    },
    decides: 1,
  },
};

describe.each(Object.entries(kinds))("%s", (name, { model, options, decides }) => {
  test("is judged as the definition says, with an order, the first failing prefix and a closed proof", () => {
    const counts = { decided: 0, invalid: 0, exactPrefix: 0, proofs: 0, all: 0 };
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const history = collectionHistory(seed, { ...small, ...options });
        judgeByDefinition(collectionsEngine, history, model, counts);
      }),
      { numRuns: Runs },
    );
    if (process.env["RASHOMON_FUZZ_RUNS"] !== undefined) console.log(name, counts);
    expect(counts.decided).toBeGreaterThanOrEqual(counts.all * decides);
    expect(counts.invalid).toBeGreaterThan(counts.decided * 0.15);
    expect(counts.invalid).toBeLessThan(counts.decided * 0.75);
  });

  test("is judged as the search does where the history is longer", () => {
    const counts = { decided: 0, invalid: 0, all: 0 };
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 15, max: 50 }), (seed, operations) => {
        const history = collectionHistory(seed, {
          ...small,
          lie: 0.02,
          ...options,
          ...(options.unknown ? { unknown: 0.05 } : {}),
          operations,
        });
        const calls = callsOf(history, model);
        const problem = { calls, states: new StateTable(calls.alphabet) };
        const decision = collectionsEngine.decide(problem, { steps: 1e9 });
        counts.all++;
        if (decision === undefined) return;
        counts.decided++;
        if (decision.end === "linearizable") expect(flawOfOrder(calls, decision.order)).toBeUndefined();
        const other = searchEngine.decide(problem, { steps: 1e5 });
        if (other?.end === "steps") return;
        if (decision.end === "nonlinearizable") counts.invalid++;
        expect(decision.end, noted(history)).toBe(other?.end);
      }),
      { numRuns: Math.ceil(Runs / 6) },
    );
    expect(counts.decided).toBeGreaterThan(counts.all * 0.3);
    expect(counts.invalid).toBeGreaterThan(counts.decided * 0.1);
  });

  test("is said to fail from the return on from which the search finds no order", () => {
    const counts = { invalid: 0, exact: 0, proofs: 0 };
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 60, max: 250 }), (seed, operations) => {
        const history = collectionHistory(seed, {
          ...small,
          processes: 3,
          ...options,
          ...(options.unknown === undefined ? {} : { unknown: 0.01 }),
          lie: 0.01,
          operations,
        });
        const calls = callsOf(history, model);
        const states = new StateTable(calls.alphabet);
        const decision = collectionsEngine.decide({ calls, states }, { steps: 1e9 });
        if (decision?.end !== "nonlinearizable") return;
        counts.invalid++;
        const { until, proof } = decision;
        const search = (some: Calls) => searchEngine.decide({ calls: some, states }, { steps: 1e5 })?.end;
        if (until !== undefined) {
          counts.exact++;
          expect(search(callsUntil(calls, until))).not.toBe("linearizable");
          expect(search(callsUntil(calls, until - 1))).not.toBe("nonlinearizable");
        }
        if (proof !== undefined) {
          counts.proofs++;
          const keep = new Uint8Array(calls.length);
          for (const call of proof.calls) keep[call] = 1;
          expect(search(callsUntil(calls, calls.end[proof.culprit]!, keep))).not.toBe("linearizable");
          expect(proof.calls.length).toBeLessThan(40);
        }
      }),
      { numRuns: Math.ceil(Runs / 20) },
    );
    if (process.env["RASHOMON_FUZZ_RUNS"] !== undefined) console.log(name, counts);
    expect(counts.exact).toBeGreaterThan(counts.invalid * 0.8);
  });
});
