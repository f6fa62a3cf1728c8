import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../../../histories/json.ts";
import type { History } from "../../../../histories/history.ts";
import { linearizableByDefinition, stepAll, type PlainOperation } from "../../../certificates/definition.ts";
import { smallHistories, type Family } from "../../../testing/small-histories.ts";
import { Alphabet } from "../../alphabet.ts";
import { callsUntil, Never, readCalls, type Calls } from "../../calls.ts";
import { Refused, type Model } from "../../model.ts";
import { list, log } from "../../models/log.ts";
import { versionedRegister } from "../../models/versioned-register.ts";
import { ModelHistory } from "../../partition.ts";
import { StateTable } from "../../states.ts";
import { searchEngine } from "../search-engine.ts";
import { knownOrder } from "./known-order.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 1500);

/** Every result tells its place; liars are off by little. */
const versioned: Family = {
  model: versionedRegister([2, 0]),
  input: (a, b) =>
    b < 3
      ? { f: "write", value: [null, a % 3] }
      : b < 5
        ? { f: "read", value: null }
        : { f: "cas", value: [null, [a % 3, (a + 1) % 3]] },
  lie: ({ f }, a, b) => [2 + (a % 3), f === "read" && b < 4 ? b % 3 : null],
};

const logged: Family = {
  model: log([7]),
  input: (a, b) =>
    b < 3 ? { f: "append", value: a % 3 } : b < 5 ? { f: "read", value: null } : { f: "length", value: null },
  lie: ({ f }, a, b) => (f === "read" ? [7, a % 3, b % 3].slice(0, 1 + (a % 3)) : 1 + (a % 3)),
};

/** Tickets with places that skip: each is greater than all before, and a look tells the latest. */
const tickets: Family = {
  model: {
    name: "tickets",
    summary: "",
    operations: [],
    initial: 0,
    changes: ({ f }) => f === "draw",
    observes: () => true,
    step: (latest: Json, { f }, output) => {
      if (typeof output !== "number") return f === "draw" ? Number(latest) + 1 : latest;
      if (f === "look") return output === latest ? latest : new Refused("another was the latest");
      return output > Number(latest) ? output : new Refused("it was drawn before");
    },
    version: (_, output) => (typeof output === "number" ? output : undefined),
    allowed: (latest, { f }) => [f === "draw" ? Number(latest) + 2 : latest],
  },
  input: (_, b) => ({ f: b % 2 === 0 ? "draw" : "look", value: null }),
  lie: (_, a) => a,
};

const cases: [string, Family][] = [
  ["versioned register", versioned],
  ["log", logged],
  ["tickets whose numbers skip", tickets],
];

describe.each(cases)("known order of a %s", (_, family) => {
  test("is decided as the definition says", () => {
    const counts = { linearizable: 0, nonlinearizable: 0, filled: 0, proofs: 0, left: 0 };
    fc.assert(
      fc.property(smallHistories(family), (history) => {
        const calls = callsOf(history, family.model);
        const decision = knownOrder.decide({ calls, states: new StateTable(calls.alphabet) }, { steps: 1e9 });
        if (decision === undefined) {
          counts.left++;
          return;
        }
        const linearizable = linearizableByDefinition(plain(calls), family.model);
        expect(decision.end).toBe(linearizable ? "linearizable" : "nonlinearizable");
        if (decision.end === "linearizable") {
          counts.linearizable++;
          if (decision.order.length > known(calls)) counts.filled++;
          expect(isLinearization(calls, decision.order, family.model)).toBe(true);
        }
        if (decision.end === "nonlinearizable") {
          counts.nonlinearizable++;
          if (decision.proof === undefined) return;
          counts.proofs++;
          const keep = new Uint8Array(calls.length);
          for (const call of decision.proof.calls) keep[call] = 1;
          expect(linearizableByDefinition(plain(callsUntil(calls, Never - 1, keep)), family.model)).toBe(
            false,
          );
          // Not because of the model alone: their places and times contradict each other wherever they stand.
          expect(contradictory(calls, decision.proof.calls, family.model)).toBe(true);
        }
      }),
      { numRuns: Runs },
    );
    expect(counts.linearizable).toBeGreaterThan(Runs * 0.2);
    expect(counts.nonlinearizable).toBeGreaterThan(Runs * 0.1);
    expect(counts.proofs).toBeGreaterThan(Runs * 0.01);
    if (family.model.firstVersion !== undefined) {
      expect(counts.filled).toBeGreaterThan(Runs * 0.02);
      expect(counts.left).toBeLessThan(Runs * 0.1);
    }
  });

  if (family.model.firstVersion !== undefined)
    test("is decided as the definition says where many outcomes are unknown", () => {
      let decided = 0;
      fc.assert(
        fc.property(smallHistories(family), fc.array(fc.boolean(), { minLength: 7 }), (history, lost) => {
          const calls = withLostResults(callsOf(history, family.model), lost);
          const decision = knownOrder.decide(
            { calls, states: new StateTable(calls.alphabet) },
            { steps: 1e9 },
          );
          if (decision === undefined) return;
          decided++;
          const linearizable = linearizableByDefinition(plain(calls), family.model);
          expect(decision.end).toBe(linearizable ? "linearizable" : "nonlinearizable");
          if (decision.end === "linearizable")
            expect(isLinearization(calls, decision.order, family.model)).toBe(true);
        }),
        { numRuns: 4 * Runs },
      );
      expect(decided).toBeGreaterThan(2 * Runs);
    });

  test("of some fifty calls is decided as the search decides", () => {
    fc.assert(
      fc.property(smallHistories(family, 50, 1, 200), (history) => {
        const calls = callsOf(history, family.model);
        const problem = { calls, states: new StateTable(calls.alphabet) };
        const decision = knownOrder.decide(problem, { steps: 1e9 });
        const searched = searchEngine.decide(problem, { steps: 300_000 });
        if (decision === undefined || searched === undefined || !searched.end.startsWith("lin")) {
          if (decision !== undefined && searched?.end === "nonlinearizable")
            expect(decision.end).toBe("nonlinearizable");
          return;
        }
        expect(decision.end).toBe("linearizable");
      }),
      { numRuns: Math.ceil(Runs / 15) },
    );
  });
});

test("results that do not tell their place are left to others", () => {
  const family: Family = { ...logged, model: list() };
  fc.assert(
    fc.property(smallHistories({ ...family, input: () => ({ f: "append", value: 1 }) }), (history) => {
      const calls = callsOf(history, family.model);
      fc.pre(known(calls) > 0);
      expect(
        knownOrder.decide({ calls, states: new StateTable(calls.alphabet) }, { steps: 1 }),
      ).toBeUndefined();
    }),
    { numRuns: 20 },
  );
});

function callsOf(history: History, model: Model): Calls {
  const lenient: Model = { ...model, operations: history.functions.map((f) => form(f)) };
  const source = new ModelHistory(history, lenient, false);
  const [partition] = source.partitions();
  return readCalls(source, partition ?? { operations: new Int32Array(0) }, new Alphabet(lenient));
}

/** The calls of which some changes lost their results. */
function withLostResults(calls: Calls, lost: readonly boolean[]): Calls {
  const { alphabet, length } = calls;
  const end = calls.end.slice();
  const action = calls.action.slice();
  for (let i = 0; i < length; i++) {
    if (lost[i] !== true || !alphabet.changes(action[i]!)) continue;
    end[i] = Never;
    action[i] = alphabet.unknown(action[i]!);
  }
  return { ...calls, end, action };
}

function form(f: string) {
  return { f, argument: "", result: "", meaning: "" };
}

function plain({ alphabet, action, begin, end, length }: Calls): PlainOperation[] {
  return Array.from({ length }, (_, i) => ({
    ...alphabet.get(action[i]!),
    begin: begin[i]!,
    end: end[i] === Never ? Infinity : end[i]!,
  }));
}

function known({ end }: Calls): number {
  return end.filter((event) => event !== Never).length;
}

function isLinearization(calls: Calls, order: Int32Array, model: Model): boolean {
  const placed = new Set(order);
  let latest = -1;
  let states: readonly Json[] = [model.initial];
  for (const call of order) {
    const { input, output } = calls.alphabet.get(calls.action[call]!);
    if (calls.end[call]! < latest) return false;
    latest = Math.max(latest, calls.begin[call]!);
    states = stepAll(model, states, input, output);
  }
  const all = calls.end.every((end, call) => end === Never || placed.has(call));
  return all && placed.size === order.length && states.length > 0;
}

function contradictory(calls: Calls, proof: readonly number[], model: Model): boolean {
  const [a = 0, b = 0] = proof;
  const place = (call: number): number => {
    const { input, output } = calls.alphabet.get(calls.action[call]!);
    return model.version?.(input, output) ?? NaN;
  };
  const changes = (call: number): boolean => calls.alphabet.changes(calls.action[call]!);
  if (changes(a) && changes(b) && place(a) === place(b)) return true;
  const goesFirst = (one: number, other: number): boolean =>
    place(one) < place(other) || (place(one) === place(other) && changes(one) && !changes(other));
  return (
    (goesFirst(a, b) && calls.end[b]! < calls.begin[a]!) ||
    (goesFirst(b, a) && calls.end[a]! < calls.begin[b]!)
  );
}
