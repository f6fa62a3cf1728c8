import { inWords, type Json } from "../../../histories/json.ts";
import { Refused, unknownOutput, type Model } from "../model.ts";

/** A register that holds a text, as the key-value stores of distributed systems courses: get, put, append. */
export function textRegister(initial: string = ""): Model<string> {
  return {
    name: "text-register",
    summary: "a register that holds a text: get, put, append",
    operations: [
      { f: "get", argument: "null", result: "the text", meaning: "returns the text" },
      { f: "put", argument: "the new text", result: "ignored", meaning: "replaces the text" },
      { f: "append", argument: "a text", result: "ignored", meaning: "adds the text at the end" },
    ],
    initial,
    changes: ({ f }) => f !== "get",
    observes: ({ f }) => f === "get",
    malformed({ f, value }, output) {
      const text: Json | typeof unknownOutput = f === "get" ? output : value;
      return text === unknownOutput || typeof text === "string" ? undefined : "a text";
    },
    step(state, { f, value }, output) {
      const text = typeof value === "string" ? value : "";
      if (f === "put") return text;
      if (f === "append") return state + text;
      return output === unknownOutput || output === state
        ? state
        : new Refused(`the register held ${inWords(state)}, not ${inWords(output)}`);
    },
    tell({ f, value }, output) {
      if (f === "put") return `put ${inWords(value)}`;
      if (f === "append") return `appended ${inWords(value)}`;
      return output === unknownOutput ? "got the text" : `got ${inWords(output)}`;
    },
    allowed: (state, { f }) => (f === "get" ? [state] : []),
  };
}
