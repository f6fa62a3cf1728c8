import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../../histories/json.ts";
import { stepAll } from "../../certificates/definition.ts";
import { unknownOutput, type Input, type Model, type Output } from "../model.ts";
import { PrefixMinimum } from "./prefix-minimum.ts";
import { fifoQueue, unorderedQueue } from "./queue.ts";
import { set } from "./set.ts";

interface Played {
  /** Whether to try the operation even where the model refuses it, which ends the play. */
  readonly dare: boolean;
  readonly input: Input;
  readonly output: Output;
}

const value = fc.nat(2);
const played = (f: string, argument: fc.Arbitrary<Json>, output: fc.Arbitrary<Output>) =>
  fc.record({
    dare: fc.nat(9).map((n) => n === 0),
    input: fc.record({ f: fc.constant(f), value: argument }),
    output,
  });
const nothing = fc.constant(null);

const queueing = fc.oneof(
  played("enqueue", value, nothing),
  played("enqueue", value, nothing),
  played("dequeue", nothing, fc.oneof(value, nothing, fc.constant(unknownOutput))),
);
const adding = fc.oneof(
  played("add", value, nothing),
  played("read", nothing, fc.oneof(fc.array(value, { maxLength: 3 }), fc.constant(unknownOutput))),
);

describe.each<[string, Model, fc.Arbitrary<Played>]>([
  ["fifo queue", fifoQueue(), queueing],
  ["fifo queue with items", fifoQueue([1, 0]), queueing],
  ["unordered queue", unorderedQueue(), queueing],
  ["unordered queue with items", unorderedQueue([1, 1]), queueing],
  ["set", set(), adding],
  ["set with elements", set([2]), adding],
])("the replay of a %s", (_, model, operation) => {
  test("admits and refuses the same operations as the steps of the model", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40, size: "max" }), (operations) => {
        const replay = model.replay!();
        let states: readonly Json[] = [model.initial];
        for (const { dare, input, output } of operations) {
          const next = stepAll(model, states, input, output);
          if (next.length === 0 && !dare) continue;
          const refused = replay.apply(input, output) !== undefined;
          expect(refused).toBe(next.length === 0);
          if (refused) return;
          states = next;
        }
      }),
      { numRuns: 3000 },
    );
  });
});

test("PrefixMinimum tells the least sum of the first numbers", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(99), fc.integer({ min: -9, max: 9 }))), (changes) => {
      const tree = new PrefixMinimum();
      const numbers: number[] = [];
      for (const [act, place, difference] of changes) {
        if (act > 0 || numbers.length === 0) {
          tree.push(difference);
          numbers.push(difference);
        } else {
          tree.add(place % numbers.length, difference);
          numbers[place % numbers.length]! += difference;
        }
        let sum = 0;
        const sums = numbers.map((number) => (sum += number));
        expect(tree.length).toBe(numbers.length);
        expect(tree.sum).toBe(sum);
        expect(tree.minimum).toBe(Math.min(...sums));
      }
    }),
    { numRuns: 500 },
  );
});
