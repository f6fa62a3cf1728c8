/** Objects that count, with small operations, for random histories. */
import { bank, bankWithOverdraft } from "../linearizability/models/bank.ts";
import { boundedCounter, counter } from "../linearizability/models/counter.ts";
import type { Input } from "../linearizability/model.ts";
import type { Family } from "./small-histories.ts";

const counterFamily = (model: Family["model"]): Family => ({
  model,
  input: (a, b) =>
    b < 2
      ? { f: "read", value: null }
      : { f: ["add", "add-and-get", "get-and-add"][b % 3] ?? "add", value: a === 0 ? null : a - 2 },
  lie: ({ f, value }, a) => (f === "add" ? value : a - 1),
});

const bankFamily = (model: Family["model"]): Family => ({
  model,
  input: (a, b): Input =>
    b < 2
      ? { f: "read", value: null }
      : { f: "transfer", value: { from: a % 2, to: a < 5 ? 1 - (a % 2) : 1, amount: b % 3 } },
  lie: ({ f, value }, a, b) => (f === "read" ? { 0: 2 - (a % 4), 1: (b === 0 ? 1 : 0) + (a % 4) } : value),
});

export const numberFamilies: Readonly<Record<string, Family>> = {
  counter: counterFamily(counter()),
  "bounded-counter": counterFamily(boundedCounter({ value: 1, min: 0, max: 3 })),
  bank: bankFamily(
    bank([
      [0, 2],
      [1, 0],
    ]),
  ),
  "bank-with-overdraft": bankFamily(
    bankWithOverdraft([
      [0, 2],
      [1, 0],
    ]),
  ),
};
