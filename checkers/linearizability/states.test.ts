import { expect, test } from "vitest";
import { Alphabet } from "./alphabet.ts";
import { register } from "./models/register.ts";
import { StateTable } from "./states.ts";

test("the memory of a table counts its transitions too, of which there can be far more than states", () => {
  const alphabet = new Alphabet(register());
  const states = new StateTable(alphabet);
  const before = states.words;
  const size = 100;
  for (let value = 0; value < size; value++) {
    const write = alphabet.number({ f: "write", value }, value);
    for (let state = 0; state < size; state++) states.next(Math.min(state, value), write);
  }
  const transitions = (size * (size + 1)) / 2;
  expect(states.words - before).toBeGreaterThan(3 * transitions);
});
