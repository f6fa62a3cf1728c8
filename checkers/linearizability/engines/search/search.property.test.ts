import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { History } from "../../../../histories/history.ts";
import type { Json } from "../../../../histories/json.ts";
import { linearizableByDefinition, stepAll, type PlainOperation } from "../../../certificates/definition.ts";
import { families } from "../../../testing/families.ts";
import { nondeterministicFamilies } from "../../../testing/nondeterministic.ts";
import { smallHistories } from "../../../testing/small-histories.ts";
import { Alphabet } from "../../alphabet.ts";
import { callsUntil, Never, readCalls, withoutUnseen, type Calls } from "../../calls.ts";
import type { Model } from "../../model.ts";
import { ModelHistory } from "../../partition.ts";
import { StateTable } from "../../states.ts";
import { searchEngine } from "../search-engine.ts";
import { BreadthFirst } from "./breadth-first.ts";
import { DepthFirst } from "./depth-first.ts";
import type { Searcher } from "./result.ts";
import { layOut, type Timeline } from "./timeline.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 250);
/** Steps at a time: few, so that going on is tested too. */
const Turn = 3;

describe.each(Object.entries({ ...families, ...nondeterministicFamilies }))(
  "every search of a %s",
  (_, family) => {
    const { model } = family;

    test("decides as the definition says, on its own", () => {
      const counts = { valid: 0, invalid: 0, relaxed: 0 };
      fc.assert(
        fc.property(smallHistories(family), (history) => {
          const calls = callsOf(history, model);
          const expected = byDefinition(calls, model);
          counts[expected ? "valid" : "invalid"]++;
          const states = new StateTable(calls.alphabet);
          for (const some of [calls, withoutUnseen(calls)]) {
            const timeline = layOut(some);
            judge(new DepthFirst(timeline, states), timeline, expected);
            judge(new BreadthFirst(timeline, states), timeline, expected);
            const relaxed = finish(new BreadthFirst(timeline, states, true));
            expect(relaxed).not.toBe("linearizable");
            if (relaxed !== "nonlinearizable") continue;
            expect(expected).toBe(false);
            counts.relaxed++;
          }
        }),
        { numRuns: Runs },
      );
      expect(Math.min(counts.valid, counts.invalid)).toBeGreaterThan(Runs * 0.1);
      expect(counts.relaxed).toBeGreaterThan(counts.invalid * 0.2);
    });

    test("as an engine says at which completion it fails first", () => {
      const counts = { known: 0, unknown: 0, proofs: 0 };
      fc.assert(
        fc.property(smallHistories(family), (history) => {
          const calls = callsOf(history, model);
          const decision = searchEngine.decide(
            { calls, states: new StateTable(calls.alphabet) },
            { steps: 1e6 },
          );
          const first = calls.end
            .toSorted()
            .find((end) => end !== Never && !byDefinition(callsUntil(calls, end), model));
          expect(decision?.end).toBe(first === undefined ? "linearizable" : "nonlinearizable");
          if (decision?.end !== "nonlinearizable") return;
          counts[decision.until === undefined ? "unknown" : "known"]++;
          if (decision.until !== undefined) expect(decision.until).toBe(first);
          if (decision.proof === undefined) return;
          counts.proofs++;
          const kept = new Uint8Array(calls.length);
          for (const call of decision.proof.calls) kept[call] = 1;
          expect(byDefinition(callsUntil(calls, Never - 1, kept), model)).toBe(false);
          expect(decision.proof.calls).toContain(decision.proof.culprit);
        }),
        { numRuns: Runs },
      );
      if (model.name !== "blind-bag") expect(counts.known).toBeGreaterThan(counts.unknown * 0.05);
    });
  },
);

function judge(searcher: Searcher, { calls }: Timeline, expected: boolean): void {
  expect(finish(searcher)).toBe(expected ? "linearizable" : "nonlinearizable");
  if (expected) expect(isLinearization([...searcher.standing().order], calls)).toBe(true);
}

/** Whether the calls are all there and once, keep real time, and are legal one after the other. */
function isLinearization(order: readonly number[], { alphabet, begin, end, action, length }: Calls): boolean {
  const placed = new Set(order);
  if (placed.size !== order.length) return false;
  for (let i = 0; i < length; i++) if (end[i] !== Never && !placed.has(i)) return false;
  const keepsTime = order.every((later, i) => order.slice(0, i).every((call) => end[later]! > begin[call]!));
  let states: readonly Json[] = [alphabet.model.initial];
  for (const call of order) {
    const { input, output } = alphabet.get(action[call]!);
    states = stepAll(alphabet.model, states, input, output);
  }
  return keepsTime && states.length > 0;
}

function finish(searcher: Searcher): "linearizable" | "nonlinearizable" | "gave up" {
  for (;;) {
    const outcome = searcher.run(Turn);
    if (outcome !== undefined) return outcome;
  }
}

function callsOf(history: History, model: Model): Calls {
  const source = new ModelHistory(history, model, false);
  const operations = Int32Array.from(history.invocations());
  return readCalls(source, { operations }, new Alphabet(model));
}

function byDefinition(calls: Calls, model: Model): boolean {
  const operations: PlainOperation[] = Array.from(calls.event, (_, i) => ({
    ...calls.alphabet.get(calls.action[i]!),
    begin: calls.begin[i]!,
    end: calls.end[i] === Never ? Infinity : calls.end[i]!,
  }));
  return linearizableByDefinition(operations, model);
}
