import { inWords, isJsonArray, type Json, sameValue } from "../../../histories/json.ts";
import { Refused, unknownOutput, type Model, type OperationForm, type Output } from "../model.ts";
import type { RegisterMeaning } from "../structure.ts";

const readForm: OperationForm = {
  f: "read",
  argument: "null",
  result: "the value read",
  meaning: "returns the current value",
};
const writeForm: OperationForm = {
  f: "write",
  argument: "the new value; where it is null, that of the result",
  result: "anything (usually the same value)",
  meaning: "replaces the current value",
};
const casForm: OperationForm = {
  f: "cas",
  argument: "[expected, new]",
  result: "anything (usually the same pair); a compare-and-set that found another value is recorded as fail",
  meaning: "replaces the current value if it is the expected one",
};

/** A register: the last value written is the value read. */
export function register(initial: Json = null): Model {
  return registerModel("register", "a register: read, write", [readForm, writeForm], initial);
}

/** A register with compare-and-set, as in Knossos. A read of null says that the register holds null. */
export function casRegister(initial: Json = null): Model {
  return registerModel(
    "cas-register",
    "a register with compare-and-set: read, write, cas",
    [readForm, writeForm, casForm],
    initial,
  );
}

const cell = null;

function registerModel(
  name: string,
  summary: string,
  operations: readonly OperationForm[],
  initial: Json,
  nullsPass = false,
): Model {
  /** Whether a read with this output learnt nothing. */
  const blind = (output: Output): boolean => output === unknownOutput || (nullsPass && output === null);
  return {
    name,
    summary,
    operations,
    initial,
    overwrites: true,
    changes: ({ f }) => f !== "read",
    observes: ({ f }) => f !== "write",
    malformed: ({ f, value }) =>
      f === "cas" && pairOf(value) === undefined ? "a pair [expected, new]" : undefined,
    step(state, { f, value }, output) {
      switch (f) {
        case "read":
          return blind(output) || (output !== unknownOutput && sameValue(state, output))
            ? state
            : new Refused(
                `the register held ${inWords(state)}, not ${inWords(output === unknownOutput ? null : output)}`,
              );
        case "write":
          return value;
        default: {
          const [expected, next] = pairOf(value) ?? [null, null];
          return sameValue(state, expected)
            ? next
            : new Refused(
                `the register held ${inWords(state)}, not ${inWords(expected)} as the compare-and-set expected`,
              );
        }
      }
    },
    tell({ f, value }, output) {
      if (f === "read") return output === unknownOutput ? "read" : `read ${inWords(output)}`;
      if (f === "write") return `wrote ${inWords(value)}`;
      const [expected, next] = pairOf(value) ?? [null, null];
      return `changed ${inWords(expected)} to ${inWords(next)}`;
    },
    ...(nullsPass ? {} : { nullsUnknown: () => registerModel(name, summary, operations, initial, true) }),
    allowed: (state, { f }) => (f === "read" ? [state] : []),
    initially: ({ value }) => sameValue(value, initial),
    structure: {
      kind: "register",
      initial,
      direct: { read: "read", write: "write" },
      meaning({ f, value }, output): RegisterMeaning {
        if (f === "read")
          return output === unknownOutput || blind(output)
            ? { does: "nothing" }
            : { does: "read", value: output };
        if (f === "write") return { does: "write", value };
        const [from, to] = pairOf(value) ?? [null, null];
        return { does: "cas", from, to };
      },
    },
    ties({ f, value }, output) {
      if (f === "read")
        return {
          gives: [],
          takes: output === unknownOutput || blind(output) ? [] : [{ cell, value: output }],
        };
      if (f === "write") return { gives: [{ cell, value }], takes: [] };
      const [expected, next] = pairOf(value) ?? [null, null];
      return { gives: [{ cell, value: next }], takes: [{ cell, value: expected }] };
    },
  };
}

function pairOf(value: Json): readonly [Json, Json] | undefined {
  return isJsonArray(value) && value.length === 2 ? [value[0] ?? null, value[1] ?? null] : undefined;
}
