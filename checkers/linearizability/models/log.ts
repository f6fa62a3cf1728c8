import { inWords, isJsonArray, sameValue, type Json } from "../../../histories/json.ts";
import {
  Refused,
  unknownOutput,
  type Input,
  type Model,
  type OperationForm,
  type Output,
  type Replay,
} from "../model.ts";
import { isWhole, memberOf, pairOf } from "./shapes.ts";

/** The entries, by offset from 0. */
type Items = readonly Json[];

const readWhole: OperationForm = {
  f: "read",
  argument: "null",
  result: "[value, …]",
  meaning: "returns all values, in the order of the appends",
};

/** A list that grows at its end: append, read (all of it). */
export function list(initial: Items = []): Model<Items> {
  return make(
    "list",
    "a list that grows at its end: append, read (all of it)",
    [
      { f: "append", argument: "the value", result: "ignored", meaning: "adds the value at the end" },
      readWhole,
    ],
    initial,
    false,
  );
}

/** A log whose entries have offsets. */
export function log(initial: Items = []): Model<Items> {
  return make(
    "log",
    "an append-only log with offsets: append, read, poll, length",
    [
      {
        f: "append",
        argument: "the value",
        result: "the offset, from 0 on, or {offset: …}; null: not told",
        meaning: "adds the value at the end",
      },
      readWhole,
      {
        f: "read",
        argument: "an offset",
        result: "the value; null: the log ended before",
        meaning: "returns the value at the offset",
      },
      {
        f: "read",
        argument: "[from, to]",
        result: "[value, …]",
        meaning: "returns the values at offsets from ≤ offset < to, as far as there are any",
      },
      {
        f: "poll",
        argument: "an offset",
        result: "[[offset, value], …]; []: the log ended before",
        meaning: "returns values from the offset on: at least one, if there is one",
      },
      { f: "length", argument: "null", result: "how many", meaning: "returns how many values there are" },
    ],
    initial,
    true,
  );
}

function make(
  name: string,
  summary: string,
  operations: readonly OperationForm[],
  initial: Items,
  offsets: boolean,
): Model<Items> {
  const offsetOf = (output: Output): number | undefined => {
    const offset = offsets
      ? (memberOf(output, "offset") ?? (isWhole(output) ? output : undefined))
      : undefined;
    return isWhole(offset) ? offset : undefined;
  };
  const apply = (items: Json[] | Items, input: Input, output: Output): string | undefined => {
    if (input.f !== "append") return output === unknownOutput ? undefined : misread(items, input, output);
    const offset = offsetOf(output);
    return offset === undefined || offset === items.length
      ? undefined
      : `the log had ${items.length} entries: the offset was ${items.length}, not ${offset}`;
  };
  return {
    name,
    summary,
    operations,
    initial,
    changes: ({ f }) => f === "append",
    observes: ({ f }) => offsets || f !== "append",
    malformed(input, output) {
      if (input.f === "append") {
        const told = offsets && output !== unknownOutput && output !== null;
        return told && offsetOf(output) === undefined ? "an offset, or null, as result" : undefined;
      }
      return malformedRead(input, output, offsets);
    },
    step(items, input, output) {
      const reason = apply(items, input, output);
      if (reason !== undefined) return new Refused(reason);
      return input.f === "append" ? [...items, input.value] : items;
    },
    replay(): Replay {
      const items = [...initial];
      return {
        apply(input, output) {
          const reason = apply(items, input, output);
          if (reason === undefined && input.f === "append") items.push(input.value);
          return reason;
        },
        describe: () => tellItems(items),
      };
    },
    firstVersion: initial.length,
    // The length of the log after the append, or as it was seen.
    version({ f, value }, output) {
      if (output === unknownOutput) return undefined;
      if (f === "append") {
        const offset = offsetOf(output);
        return offset === undefined ? undefined : offset + 1;
      }
      if (f === "length") return isWhole(output) ? output : undefined;
      return f === "read" && value === null && isJsonArray(output) ? output.length : undefined;
    },
    describe: tellItems,
    tell({ f, value }, output) {
      if (f === "append") {
        const offset = offsetOf(output);
        return `appended ${inWords(value)}${offset === undefined ? "" : ` at offset ${offset}`}`;
      }
      const where =
        value === null ? "" : isWhole(value) ? ` at offset ${value}` : ` of offsets ${inWords(value)}`;
      const did = f === "poll" ? "polled" : f === "length" ? "asked for the length" : "read";
      return output === unknownOutput
        ? `${did}${where}`
        : `${did}${f === "length" ? " and got" : ""} ${inWords(output)}${where}`;
    },
    allowed(items, { f, value }) {
      if (f === "append") return offsets ? [items.length] : [];
      if (f === "length") return [items.length];
      if (f === "poll") return [items.slice(from(value)).map((item, i) => [from(value) + i, item])];
      return isWhole(value) ? [items[value] ?? null] : [ranged(items, value)];
    },
  };
}

function from(value: Json): number {
  return isWhole(value) ? value : 0;
}

function ranged(items: Items, value: Json): Items {
  const [first = 0, last = items.length] = pairOf(value) ?? [];
  return items.slice(from(first), from(last));
}

function malformedRead({ f, value }: Input, output: Output, offsets: boolean): string | undefined {
  const range = pairOf(value);
  const offset = isWhole(value) && value >= 0;
  if (f === "poll" && !offset) return "an offset";
  if (f === "read" && value !== null) {
    if (!offsets) return "null";
    if (!offset && !range?.every((end) => isWhole(end) && end >= 0)) return "null, an offset, or [from, to]";
  }
  if (output === unknownOutput) return undefined;
  if (f === "length") return isWhole(output) ? undefined : "a whole number as result";
  if (f === "poll")
    return isJsonArray(output) && output.every((entry) => pairOf(entry) !== undefined)
      ? undefined
      : "[[offset, value], …] as result";
  return offset || isJsonArray(output) ? undefined : "[value, …] as result";
}

function misread(items: Items, { f, value }: Input, output: Json): string | undefined {
  if (f === "length")
    return output === items.length
      ? undefined
      : `the log had ${items.length} entries, not ${inWords(output)}`;
  if (f === "poll") return mispolled(items, from(value), isJsonArray(output) ? output : []);
  if (isWhole(value))
    return sameValue(items[value] ?? null, output)
      ? undefined
      : `${inWords(items[value] ?? null)} was at offset ${value}, not ${inWords(output)}`;
  const [first = 0, last = items.length] = pairOf(value) ?? [];
  const end = Math.max(from(first), Math.min(from(last), items.length));
  const read = isJsonArray(output) ? output : [];
  for (let i = 0; i < read.length && from(first) + i < end; i++)
    if (!sameValue(items[from(first) + i] ?? null, read[i] ?? null))
      return `${inWords(items[from(first) + i] ?? null)} was at offset ${from(first) + i}, not ${inWords(read[i] ?? null)}`;
  return read.length === end - from(first)
    ? undefined
    : `there were ${end - from(first)} values to read, not ${read.length}`;
}

function mispolled(items: Items, start: number, entries: readonly Json[]): string | undefined {
  if (entries.length === 0)
    return start >= items.length
      ? undefined
      : `there was ${inWords(items[start] ?? null)} to poll at offset ${start}`;
  for (const [i, entry] of entries.entries()) {
    const [offset, value] = pairOf(entry) ?? [null, null];
    if (offset !== start + i) return `offset ${start + i} was next, not ${inWords(offset)}`;
    if (start + i >= items.length) return `the log ended before offset ${start + i}`;
    if (!sameValue(items[start + i] ?? null, value))
      return `${inWords(items[start + i] ?? null)} was at offset ${start + i}, not ${inWords(value)}`;
  }
  return undefined;
}

function tellItems(items: Items): string {
  return items.length > 20
    ? `[…, ${items.slice(-20).map(inWords).join(", ")}]`
    : `[${items.map(inWords).join(", ")}]`;
}
