import type { Json, JsonObject } from "../../../../histories/json.ts";

/** An object as one process alone would use it: what an operation makes of its state, and answers. */
export interface SequentialObject {
  readonly name: string;
  readonly initial: Json;
  apply(state: Json, operation: JsonObject): { readonly state: Json; readonly result: Json };
}

/** A counter whose one operation adds one and answers what was there before. */
export const ticketCounter: SequentialObject = {
  name: "ticket counter",
  initial: 0,
  apply: (state) => ({ state: Number(state) + 1, result: state }),
};

/** A register with `read`, `write {value}` and `cas {from, to}`, which answers whether it took place. */
export const register: SequentialObject = {
  name: "register",
  initial: null,
  apply(state, { f, value = null, from = null, to = null }) {
    if (f === "read") return { state, result: state };
    if (f === "write") return { state: value, result: value };
    return state === from ? { state: to, result: true } : { state, result: false };
  },
};
