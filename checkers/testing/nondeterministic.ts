/** Small objects whose operations leave one of several states behind, for testing what judges any model. */
import { isJsonArray, type Json } from "../../histories/json.ts";
import { OneOf, Refused, unknownOutput, type Model } from "../linearizability/model.ts";
import type { Family } from "./small-histories.ts";

const form = (f: string) => ({ f, argument: "a number", result: "a number", meaning: f });

/** A register whose writes may be lost, and nobody is told. */
const lossyRegister: Model<number> = {
  name: "lossy-register",
  summary: "write, read; a write may be lost",
  operations: [form("write"), form("read")],
  initial: 0,
  changes: ({ f }) => f === "write",
  observes: ({ f }) => f === "read",
  step(state, { f, value }, output) {
    if (f === "write") return new OneOf([state, Number(value)]);
    return output === unknownOutput || output === state ? state : new Refused(`held ${state}`);
  },
  allowed: (state, { f }) => (f === "read" ? [state] : []),
};

/** A bag from which drawing takes anything without showing it; a count shows how many kinds are left. */
const blindBag: Model<readonly Json[]> = {
  name: "blind-bag",
  summary: "put, draw, kinds",
  operations: [form("put"), form("draw"), form("kinds")],
  initial: [],
  changes: ({ f }) => f !== "kinds",
  observes: ({ f }) => f !== "put",
  step(state, { f, value }, output) {
    if (f === "put") return sorted([...state, value]);
    if (f === "draw") {
      if (state.length === 0) return new Refused("nothing was inside");
      return new OneOf(state.map((_, i) => state.toSpliced(i, 1)));
    }
    return output === unknownOutput || output === new Set(state).size ? state : new Refused("other kinds");
  },
};

export const nondeterministicFamilies: Readonly<Record<string, Family>> = {
  "lossy register": {
    model: lossyRegister,
    input: (a, b) => (b % 2 === 0 ? { f: "write", value: a % 3 } : { f: "read", value: null }),
    lie: ({ f, value }, a) => (f === "read" ? a % 3 : value),
  },
  "blind bag": {
    model: blindBag,
    input: (a, b) => ({ f: ["put", "draw", "kinds"][b % 3] ?? "put", value: b % 3 === 0 ? a % 2 : null }),
    result: (state, { f, value }) => (f === "kinds" ? new Set(isJsonArray(state) ? state : []).size : value),
    lie: ({ f, value }, a) => (f === "kinds" ? a % 3 : value),
  },
};

function sorted(items: readonly Json[]): readonly Json[] {
  return items.toSorted((a, b) => Number(a) - Number(b));
}
