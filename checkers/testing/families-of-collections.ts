/** Collections with small operations, for random histories. */
import { isJsonArray, type Json } from "../../histories/json.ts";
import { deque } from "../linearizability/models/deque.ts";
import { list, log } from "../linearizability/models/log.ts";
import { multiset } from "../linearizability/models/multiset.ts";
import { minPriorityQueue, priorityQueue } from "../linearizability/models/priority-queue.ts";
import { set } from "../linearizability/models/set.ts";
import { stack } from "../linearizability/models/stack.ts";
import { uniqueIds } from "../linearizability/models/unique-ids.ts";
import type { Input } from "../linearizability/model.ts";
import type { Family } from "./small-histories.ts";

const orNull = (a: number): Json => (a % 4 === 3 ? null : a % 3);

const elementsInput = (a: number, b: number): Input =>
  a < 3
    ? { f: "add", value: b % 3 }
    : { f: ["remove", "contains", "read"][a % 3] ?? "read", value: a === 5 ? null : b % 3 };

const setFamily = (model: Family["model"]): Family => ({
  model,
  input: elementsInput,
  result: (state, { f, value }) => {
    const inside = isJsonArray(state) && state.includes(value);
    return f === "remove" ? inside : f === "add" && value === 2 ? !inside : null;
  },
  lie: ({ f }, a, b) =>
    f === "read"
      ? [...new Set([a % 3, b % 3])].slice(0, b % 3)
      : f === "contains" || b < 4
        ? a % 2 === 0
        : null,
});

const stackFamily = (model: Family["model"]): Family => ({
  model,
  input: (a, b) => (b % 2 === 0 ? { f: "push", value: a % 3 } : { f: b === 5 ? "peek" : "pop", value: null }),
  lie: ({ f, value }, a) => (f === "push" ? value : orNull(a)),
});

/** Two items of each priority, or such as are their own. */
const prioritized = (a: number): Json => (a % 3 === 2 ? 1 : [1 + (a % 2), a < 3 ? "x" : "y"]);

const priorityFamily = (model: Family["model"]): Family => ({
  model,
  input: (a, b) =>
    b % 2 === 0 ? { f: "enqueue", value: prioritized(a) } : { f: b === 5 ? "peek" : "dequeue", value: null },
  lie: ({ f, value }, a, b) => (f === "enqueue" ? value : b === 0 ? null : prioritized(a)),
});

const dequeFamily = (model: Family["model"]): Family => ({
  model,
  input: (a, b) =>
    b % 2 === 0
      ? { f: a % 2 === 0 ? "push-front" : "push-back", value: b / 2 }
      : { f: a % 2 === 0 ? "pop-front" : "pop-back", value: null },
  lie: ({ f, value }, a) => (f.startsWith("push") ? value : orNull(a)),
});

export const collectionFamilies: Readonly<Record<string, Family>> = {
  set: setFamily(set()),
  "set with elements": setFamily(set([1, 2])),
  multiset: setFamily(multiset()),
  "multiset with elements": setFamily(multiset([1, 1, 2])),
  stack: stackFamily(stack()),
  "stack with items": stackFamily(stack([1, 0])),
  "priority-queue": priorityFamily(priorityQueue()),
  "min-priority-queue": priorityFamily(minPriorityQueue([[1, "x"], 1])),
  deque: dequeFamily(deque()),
  "deque with items": dequeFamily(deque([1, 0])),
  list: {
    model: list(),
    input: (a, b) => (b % 2 === 0 ? { f: "append", value: a % 3 } : { f: "read", value: null }),
    lie: ({ f, value }, a, b) => (f === "append" ? value : [a % 3, b % 3].slice(0, (a + b) % 3)),
  },
  log: {
    model: log([9]),
    input: (a, b) =>
      b < 3
        ? { f: "append", value: a % 3 }
        : b === 3
          ? { f: "read", value: a < 2 ? null : a < 4 ? a - 1 : [a % 2, 3] }
          : { f: b === 4 ? "poll" : "length", value: b === 4 ? a % 3 : null },
    lie({ f, value }, a, b) {
      if (f === "append") return b < 3 ? null : 1 + (a % 3);
      if (f === "length") return 1 + (a % 3);
      if (f === "poll") return Array.from({ length: a % 3 }, (_, i) => [Number(value) + i, b % 3]);
      return typeof value === "number" ? orNull(b) : [9, a % 3, b % 3].slice(0, 1 + (b % 3));
    },
  },
  "unique-ids": {
    model: uniqueIds(),
    input: () => ({ f: "generate", value: null }),
    result: (state) => (isJsonArray(state) ? state.length : 0),
    lie: (_, a, b) => (a + b) % 6,
  },
};
