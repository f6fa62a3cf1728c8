import { inWords, sameValue, type Json } from "../../../histories/json.ts";
import { Refused, unknownOutput, type Model } from "../model.ts";
import type { RegisterMeaning } from "../structure.ts";

const cell = null;

/** A register that takes one value and keeps it, as consensus does. It holds null until then. */
export function writeOnceRegister(initial: Json = null): Model {
  return {
    name: "write-once-register",
    summary: "a register that is written once: read, write",
    operations: [
      {
        f: "read",
        argument: "null",
        result: "the value; null: not written yet",
        meaning: "returns the value",
      },
      {
        f: "write",
        argument: "the value, not null",
        result: "ignored; a write that came too late is recorded as fail",
        meaning: "sets the value, which must not be set yet, not even to the same",
      },
    ],
    initial,
    changes: ({ f }) => f === "write",
    observes: () => true,
    malformed: ({ f, value }) => (f === "write" && value === null ? "a value other than null" : undefined),
    step(state, { f, value }, output) {
      if (f === "write")
        return state === null ? value : new Refused(`${inWords(state)} had been written already`);
      return output === unknownOutput || sameValue(state, output)
        ? state
        : new Refused(`the register held ${inWords(state)}, not ${inWords(output)}`);
    },
    tell({ f, value }, output) {
      if (f === "write") return `wrote ${inWords(value)}`;
      return output === unknownOutput ? "read" : `read ${inWords(output)}`;
    },
    allowed: (state, { f }) => (f === "read" ? [state] : []),
    structure: {
      kind: "register",
      initial,
      direct: { read: "read" },
      meaning({ f, value }, output): RegisterMeaning {
        if (f === "write") return { does: "cas", from: null, to: value };
        return output === unknownOutput ? { does: "nothing" } : { does: "read", value: output };
      },
    },
    // A legal order has one write at most. Without it the reads of null before it stay legal, and those of its
    // value, which take it, are not there.
    ties({ f, value }, output) {
      if (f === "write") return { gives: [{ cell, value }], takes: [] };
      return { gives: [], takes: output === unknownOutput ? [] : [{ cell, value: output }] };
    },
    initially: ({ value }) => sameValue(value, initial) || value === null,
  };
}
