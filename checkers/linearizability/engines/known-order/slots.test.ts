import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Alphabet } from "../../alphabet.ts";
import { Never, type Calls } from "../../calls.ts";
import { register } from "../../models/register.ts";
import { fillSlots, type Slot } from "./slots.ts";

/** Unknown calls of the kinds 0, 1, 2, begun at 0, 1, 2, … */
function callsOf(kinds: readonly number[]): Calls {
  const action = Int32Array.from(kinds);
  const begin = Int32Array.from(kinds.keys());
  return {
    alphabet: new Alphabet(register()),
    length: kinds.length,
    event: begin,
    begin,
    end: new Int32Array(kinds.length).fill(Never),
    action,
  };
}

function fits({ begin, action }: Calls, call: number, { deadline, kinds }: Slot): boolean {
  return begin[call]! < deadline && kinds.has(action[call]!);
}

function possible(calls: Calls, slots: readonly Slot[], free: readonly number[]): boolean {
  const [slot, ...others] = slots;
  if (slot === undefined) return true;
  return free.some(
    (call) =>
      fits(calls, call, slot) &&
      possible(
        calls,
        others,
        free.filter((other) => other !== call),
      ),
  );
}

test("slots are filled exactly if trying all ways fills them", () => {
  const counts = { filled: 0, impossible: 0 };
  const slot = fc.record({
    before: fc.constant(0),
    deadline: fc.nat(6),
    kinds: fc.array(fc.nat(2), { minLength: 1, maxLength: 3 }).map((kinds) => new Set(kinds)),
  });
  fc.assert(
    fc.property(
      fc.array(fc.nat(2), { maxLength: 6 }),
      fc.array(slot, { maxLength: 4 }),
      (kinds, unsorted) => {
        const calls = callsOf(kinds);
        const slots = unsorted.toSorted((a, b) => a.deadline - b.deadline);
        const unknown = [...kinds.keys()];
        const filling = fillSlots(calls, unknown, slots);
        expect(filling !== undefined).toBe(possible(calls, slots, unknown));
        if (filling === undefined) {
          counts.impossible++;
          return;
        }
        counts.filled++;
        expect(new Set(filling).size).toBe(slots.length);
        filling.forEach((call, i) => {
          expect(fits(calls, call, slots[i]!)).toBe(true);
        });
      },
    ),
    { numRuns: 3000 },
  );
  expect(counts.filled).toBeGreaterThan(500);
  expect(counts.impossible).toBeGreaterThan(500);
});
