import { inWords, isJsonObject, type Json } from "../../../histories/json.ts";
import { Refused, unknownOutput, type Input, type Model, type OperationForm, type Output } from "../model.ts";
import { isWhole } from "./shapes.ts";

/** Where a bounded counter begins, and the values that it may have. */
export interface Bounds {
  readonly value: number;
  readonly min: number;
  readonly max: number;
}

/** A counter: add and read. */
export function counter(initial: number = 0): Model<number> {
  return make("counter", "a counter: add, read, add-and-get, get-and-add", initial, -Infinity, Infinity);
}

/** A counter that never leaves its bounds: what would leave them fails. */
export function boundedCounter(
  { value, min, max }: Bounds = { value: 0, min: 0, max: Infinity },
): Model<number> {
  return make(
    "bounded-counter",
    "a counter that never leaves its bounds, never negative unless told otherwise: add, read, add-and-get, get-and-add",
    value,
    min,
    max,
  );
}

function make(name: string, summary: string, initial: number, min: number, max: number): Model<number> {
  const bounded = min !== -Infinity || max !== Infinity;
  const unless = bounded ? "; what would leave the bounds is recorded as fail" : "";
  const adding = (f: string, result: string): OperationForm => ({
    f,
    argument: "a whole number, may be negative; null: 1",
    result,
    meaning: `adds the number${unless}`,
  });
  /** The value after an operation, or why it is refused. */
  const after = (state: number, input: Input, output: Output): number | string => {
    const reason = misread(state, input, output);
    if (reason !== undefined) return reason;
    const next = state + (input.f === "read" ? 0 : addend(input));
    return next < min || next > max
      ? `the counter stood at ${state}: adding ${addend(input)} would have left its bounds`
      : next;
  };
  return {
    name,
    summary,
    operations: [
      adding("add", "ignored"),
      { f: "read", argument: "null", result: "the value", meaning: "returns the value" },
      adding("add-and-get", "the value afterwards"),
      adding("get-and-add", "the value before"),
    ],
    initial,
    changes: ({ f, value }) => f !== "read" && value !== 0,
    observes: ({ f }) => bounded || f !== "add",
    nullArguments: true,
    malformed({ f, value }, output) {
      if (f !== "read" && value !== null && !isWhole(value)) return "a whole number, or null for 1";
      return f !== "add" && output !== unknownOutput && !isWhole(output)
        ? "a whole number as result"
        : undefined;
    },
    step(state, input, output) {
      const next = after(state, input, output);
      return typeof next === "string" ? new Refused(next) : next;
    },
    replay() {
      let state = initial;
      return {
        apply(input, output) {
          const next = after(state, input, output);
          if (typeof next === "string") return next;
          state = next;
          return undefined;
        },
        describe: () => String(state),
      };
    },
    tell(input, output) {
      const result = output === unknownOutput ? "" : ` and got ${inWords(output)}`;
      if (input.f === "read")
        return output === unknownOutput ? "read the counter" : `read ${inWords(output)}`;
      return `added ${addend(input)}${input.f === "add" ? "" : result}`;
    },
    allowed(state, input) {
      if (input.f === "add" || typeof after(state, input, unknownOutput) === "string") return [];
      return [input.f === "add-and-get" ? state + addend(input) : state];
    },
  };
}

function addend({ value }: Input): number {
  return isWhole(value) ? value : 1;
}

function misread(state: number, input: Input, output: Output): string | undefined {
  if (input.f === "add" || output === unknownOutput) return undefined;
  const right = input.f === "add-and-get" ? state + addend(input) : state;
  if (output === right) return undefined;
  return `the counter stood at ${right}${input.f === "add-and-get" ? " afterwards" : ""}, not at ${inWords(output)}`;
}

/** The bounds that `initial` stands for: a number, or an object {value, min, max} of which any may be left out. */
export function boundsOf(initial: Json): Bounds | undefined {
  if (isWhole(initial)) return initial >= 0 ? { value: initial, min: 0, max: Infinity } : undefined;
  if (!isJsonObject(initial)) return undefined;
  const { value = 0, min = 0, max = Infinity, ...others } = initial;
  const rightMax = max === Infinity || isWhole(max);
  if (!isWhole(value) || !isWhole(min) || typeof max !== "number" || !rightMax) return undefined;
  return Object.keys(others).length === 0 && min <= value && value <= max ? { value, min, max } : undefined;
}
