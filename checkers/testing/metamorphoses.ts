/**
 * Changes of a history that leave its verdict as it is, or leave a valid one valid: what must hold of every
 * model and engine, also where no oracle is fast enough.
 */
import { HistoryBuilder } from "../../histories/builder.ts";
import type { History } from "../../histories/history.ts";
import { isJsonArray, isJsonObject, type Json } from "../../histories/json.ts";
import type { Operation } from "../../histories/operation.ts";
import type { Family } from "./small-histories.ts";

/** A whole number from 0 to below `n`. */
export type Choose = (n: number) => number;

export interface Metamorphosis {
  readonly name: string;
  /** "valid": a valid history stays valid; "invalid": an invalid one invalid; "both": the verdict stays. */
  readonly keeps: "valid" | "invalid" | "both";
  /** The changed history; `undefined` where there is nothing to change. */
  readonly apply: (history: History, family: Family, choose: Choose) => History | undefined;
}

export const metamorphoses: readonly Metamorphosis[] = [
  {
    name: "a prefix",
    keeps: "valid",
    apply: (history, _, choose) => rebuilt([...history].slice(0, choose(history.length + 1))),
  },
  {
    name: "a read dropped",
    keeps: "valid",
    apply(history, { model }, choose) {
      const reads = invocations(history).filter(
        ({ f, value, process }) => !model.changes({ f, value, process }),
      );
      const read = reads[choose(Math.max(1, reads.length))];
      if (read === undefined) return undefined;
      const completion = history.completion(read.index);
      return rebuilt([...history].filter(({ index }) => index !== read.index && index !== completion));
    },
  },
  {
    name: "an operation begun earlier",
    keeps: "valid",
    apply: (history, _, choose) => moved(history, "invoke", -1, choose),
  },
  {
    name: "an operation returned later",
    keeps: "valid",
    apply: (history, _, choose) => moved(history, "ok", 1, choose),
  },
  {
    name: "an outcome forgotten",
    keeps: "valid",
    apply(history, { model }, choose) {
      if (model.byProcess === true) return undefined;
      const returned = invocations(history).filter(
        ({ index }) => history.completion(index) >= 0 && isOk(history, index),
      );
      const operation = returned[choose(Math.max(1, returned.length))];
      if (operation === undefined) return undefined;
      const completion = history.completion(operation.index);
      // Its process does not act again; what it did later is another's, so that nothing else changes.
      return rebuilt(
        [...history].map((event) => {
          if (event.process !== operation.process || event.index < completion) return event;
          if (event.index === completion) return { ...event, type: "info", value: operation.value };
          return { ...event, process: Retired };
        }),
      );
    },
  },
  {
    name: "processes permuted",
    keeps: "both",
    apply(history, _, choose) {
      const shift = 1 + choose(7);
      return rebuilt(
        [...history].map((event) =>
          typeof event.process === "number" ? { ...event, process: (event.process ^ shift) * 3 } : event,
        ),
      );
    },
  },
  {
    name: "values renamed",
    keeps: "both",
    apply(history, { model }) {
      if (!nameless.has(model.name)) return undefined;
      const kept = new Set<Json>();
      mapped(model.initial, (leaf) => {
        kept.add(leaf);
        return leaf;
      });
      const rename = (leaf: Json): Json => (typeof leaf !== "number" || kept.has(leaf) ? leaf : `v${leaf}`);
      return rebuilt([...history].map((event) => ({ ...event, value: mapped(event.value, rename) })));
    },
  },
  {
    name: "operations appended",
    keeps: "invalid",
    apply(history, family, choose) {
      const events = [...history];
      const open = events.length;
      for (let i = 0; i < 3; i++) {
        const input = family.input(choose(6), choose(6));
        const key = history.keys.length === 0 ? {} : { key: history.keys[choose(history.keys.length)]! };
        const base = { index: open, time: 0, process: 1000 + i, f: input.f, ...key };
        events.push({ ...base, type: "invoke", value: input.value });
        if (choose(3) > 0)
          events.push({ ...base, type: "ok", value: family.lie(input, choose(6), choose(6)) });
      }
      return rebuilt(events);
    },
  },
];

/** Models to which the values are nothing but names. */
const nameless = new Set([
  "register",
  "cas-register",
  "write-once-register",
  "set",
  "multiset",
  "fifo-queue",
  "unordered-queue",
  "stack",
  "deque",
  "list",
]);

/** A process number that no family uses. */
const Retired = 900;

/** A history of these events, at times of their own. */
export function rebuilt(events: readonly Operation[]): History {
  const builder = new HistoryBuilder();
  events.forEach(({ process, type, f, key, value }, time) =>
    builder.add({ time, process, type, f, value, ...(key === undefined ? {} : { key }) }),
  );
  return builder.build();
}

function invocations(history: History): Operation[] {
  return [...history].filter(({ type, process }) => type === "invoke" && typeof process === "number");
}

function isOk(history: History, invocation: number): boolean {
  return history.operation(history.completion(invocation)).type === "ok";
}

/** One event moved past others, but not past one of its own process. */
function moved(history: History, type: "invoke" | "ok", direction: 1 | -1, choose: Choose) {
  const events = [...history];
  const candidates = events.filter((event) => event.type === type);
  const event = candidates[choose(Math.max(1, candidates.length))];
  if (event === undefined) return undefined;
  let at = event.index;
  for (let most = 1 + choose(6); most > 0; most--) {
    const other = events[at + direction];
    if (other === undefined || other.process === event.process) break;
    events[at] = other;
    events[(at += direction)] = event;
  }
  return rebuilt(events);
}

function mapped(value: Json, rename: (leaf: Json) => Json): Json {
  if (isJsonArray(value)) return value.map((item) => mapped(item, rename));
  if (!isJsonObject(value)) return rename(value);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapped(item, rename)]));
}

/** Choices that depend on a seed only (mulberry32). */
export function choices(seed: number): Choose {
  let state = seed | 0;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}
