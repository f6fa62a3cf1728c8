import * as fc from "fast-check";
import { expect, test } from "vitest";
import { inWords } from "../../histories/json.ts";
import { history } from "../../histories/testing/notation.ts";
import { runChecks } from "../catalogue.ts";
import { Refused, unknownOutput, type Model } from "../linearizability/model.ts";
import { agreementOfHistories } from "./decisions.ts";
import { totalOrderOfHistories } from "./deliveries.ts";

const numRuns = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 1500);

/** The consensus object (Herlihy 1991): the first proposal decides. */
const consensusObject: Model = {
  name: "consensus",
  summary: "the first proposal decides",
  operations: [{ f: "propose", argument: "a value", result: "the decision", meaning: "proposes" }],
  initial: null,
  changes: () => true,
  observes: () => true,
  step(decided, { value }, output) {
    const now = decided ?? value;
    return output === unknownOutput || output === now ? now : new Refused(`it was ${inWords(now)}`);
  },
};

/** Events of processes 0 to 3, each with one operation, in any order that keeps each invocation before its completion. */
const orders = fc.shuffledSubarray([0, 0, 1, 1, 2, 2, 3, 3], { minLength: 8, maxLength: 8 });
const outcome = fc.constantFrom("ok", "ok", "ok", "info", "fail");

test("proposals agree exactly if they are linearizable on the consensus object", () => {
  const proposal = fc.record({
    value: fc.integer({ min: 1, max: 3 }),
    result: fc.integer({ min: 1, max: 3 }),
    outcome,
  });
  let broken = 0;
  fc.assert(
    fc.property(orders, fc.array(proposal, { minLength: 4, maxLength: 4 }), (order, proposals) => {
      const begun = new Set<number>();
      const lines = order.map((process) => {
        const { value, result, outcome: end } = proposals[process]!;
        if (!begun.has(process)) {
          begun.add(process);
          return `${process} invoke propose ${value}`;
        }
        return `${process} ${end} propose ${end === "ok" ? result : value}`;
      });
      const text = history(lines.join("\n"));
      const expected = runChecks(text, [{ checker: "linearizable", model: consensusObject }]).valid;
      const { valid } = agreementOfHistories.check(text);
      if (expected === false) broken++;
      expect(valid === false).toBe(expected === false);
    }),
    { numRuns },
  );
  expect(broken).toBeGreaterThan(numRuns / 20);
});

interface Sent {
  readonly message: number;
  readonly begin: number;
  readonly end: number;
  readonly outcome: string;
}

/** All sequences of some of these messages, each once. */
function* sequences(messages: readonly number[], so: readonly number[] = []): Generator<readonly number[]> {
  yield so;
  for (const message of messages) if (!so.includes(message)) yield* sequences(messages, [...so, message]);
}

test("broadcasts are in total order exactly if some sequence explains all", () => {
  const lists = fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }), {
    minLength: 2,
    maxLength: 2,
  });
  const outcomes = fc.array(outcome, { minLength: 3, maxLength: 3 });
  let broken = 0;
  let valid = 0;
  fc.assert(
    fc.property(
      orders,
      outcomes,
      lists,
      fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
      (order, ends, reads, likely) => {
        // Processes 0 to 2 broadcast messages 1 to 3; process 3 and a last one read.
        const begun = new Map<number, number>();
        const sent: Sent[] = [];
        const lines: string[] = [];
        const seen: { readonly list: readonly number[]; readonly end: number }[] = [];
        const listOf = (i: number): readonly number[] =>
          likely[i] === true
            ? [1, 2, 3].filter((m) => ends[m - 1] !== "fail").slice(0, reads[i]!.length)
            : reads[i]!;
        for (const process of order) {
          const begin = begun.get(process);
          const at = lines.length;
          begun.set(process, begin ?? at);
          if (process === 3) {
            if (begin !== undefined) seen.push({ list: listOf(0), end: at });
            lines.push(begin === undefined ? "3 invoke read" : `3 ok read ${JSON.stringify(listOf(0))}`);
            continue;
          }
          const message = process + 1;
          if (begin !== undefined) sent.push({ message, begin, end: at, outcome: ends[process]! });
          lines.push(`${process} ${begin === undefined ? "invoke" : ends[process]!} broadcast ${message}`);
        }
        seen.push({ list: listOf(1), end: lines.length + 1 });
        lines.push("9 invoke read", `9 ok read ${JSON.stringify(listOf(1))}`);
        const possible = sent.filter((one) => one.outcome !== "fail");
        const explained = [...sequences(possible.map(({ message }) => message))].some(
          (sequence) =>
            seen.every(
              ({ list, end }) =>
                list.every((m, i) => m === sequence[i]) &&
                list.every((m) => possible.some(({ message, begin }) => message === m && begin < end)),
            ) &&
            possible.every(
              (a) =>
                a.outcome !== "ok" ||
                (sequence.includes(a.message) &&
                  possible.every(
                    (b) =>
                      b.begin < a.end ||
                      !sequence.includes(b.message) ||
                      sequence.indexOf(a.message) < sequence.indexOf(b.message),
                  )),
            ),
        );
        const verdict = totalOrderOfHistories.check(history(lines.join("\n")));
        if (explained) valid++;
        else broken++;
        expect(verdict.valid === false).toBe(!explained);
      },
    ),
    { numRuns },
  );
  expect(broken).toBeGreaterThan(numRuns / 20);
  expect(valid).toBeGreaterThan(numRuns / 20);
});
