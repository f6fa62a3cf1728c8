import { canonical, inWords, sameValue, type Json } from "../../../histories/json.ts";
import { OneOf, Refused, unknownOutput, type Input, type Model, type Output } from "../model.ts";
import type { CollectionMeaning } from "../structure.ts";
import { PriorityReplay } from "./priority-replay.ts";
import { heldInitially, itemTies } from "./item-ties.ts";
import { byText, pairOf } from "./shapes.ts";

/** The items inside, the one that is due first; of equal priority, by canonical text. */
type Items = readonly Json[];

/** A priority queue that hands out the item of the greatest priority first. */
export function priorityQueue(initial: Items = []): Model<Items> {
  return make("priority-queue", "greatest", (item) => priorityOf(item) ?? 0, initial);
}

/** A priority queue that hands out the item of the least priority first. */
export function minPriorityQueue(initial: Items = []): Model<Items> {
  return make("min-priority-queue", "least", (item) => -(priorityOf(item) ?? 0), initial);
}

function make(
  name: string,
  extreme: "greatest" | "least",
  urgency: (item: Json) => number,
  initial: Items,
): Model<Items> {
  const inOrder = (items: Items): Items => items.toSorted((a, b) => urgency(b) - urgency(a) || byText(a, b));
  const first = inOrder(initial);
  /** The items that may come next: none when empty. */
  const due = (state: Items): Items => {
    const [head] = state;
    if (head === undefined) return [];
    return state.filter(
      (item, i) => urgency(item) === urgency(head) && (i === 0 || !sameValue(item, state[i - 1] ?? null)),
    );
  };
  const misfound = (state: Items, found: Json): string | undefined => {
    const [head] = state;
    if (head === undefined) return found === null ? undefined : "the queue was empty";
    if (found === null) return `the queue was not empty: it contained ${inWords(head)}`;
    if (!state.some((item) => sameValue(item, found))) return `the queue did not contain ${inWords(found)}`;
    return urgency(found) === urgency(head)
      ? undefined
      : `${inWords(head)}, of ${extreme === "greatest" ? "greater" : "lesser"} priority, was in the queue`;
  };
  return {
    name,
    summary: `a queue that hands out the ${extreme} first: enqueue, dequeue, peek`,
    operations: [
      {
        f: "enqueue",
        argument: "the item: a number, its own priority; or [priority, anything]",
        result: "ignored",
        meaning: "puts the item in",
      },
      {
        f: "dequeue",
        argument: "null",
        result: "the item; null: the queue was empty",
        meaning: `takes out an item of the ${extreme} priority; of several, any`,
      },
      {
        f: "peek",
        argument: "null",
        result: "the item; null: the queue was empty",
        meaning: "looks at an item that could be taken out, and leaves it",
      },
    ],
    initial: first,
    changes: ({ f }) => f !== "peek",
    observes: ({ f }) => f !== "enqueue",
    malformed({ f, value }, output) {
      const item = f === "enqueue" ? value : output === unknownOutput || output === null ? 0 : output;
      return priorityOf(item) === undefined ? "a number, or [priority, anything]" : undefined;
    },
    step(state, { f, value }, output) {
      if (f === "enqueue") return inOrder([...state, value]);
      if (output === unknownOutput) {
        if (f === "peek" || state.length === 0) return state;
        return new OneOf(due(state).map((item) => without(state, item)));
      }
      const reason = misfound(state, output);
      if (reason !== undefined) return new Refused(reason);
      return f === "peek" || output === null ? state : without(state, output);
    },
    structure: {
      kind: "priority-queue",
      initial: first,
      direct: { dequeue: "remove" },
      priority: urgency,
      meaning,
    },
    describe: (state) => `[${state.map(canonical).join(", ")}]`,
    tell({ f, value }, output) {
      if (f === "enqueue") return `enqueued ${inWords(value)}`;
      const did = f === "dequeue" ? "dequeued" : "saw";
      if (output === unknownOutput) return `${did} an item that nobody knows`;
      return output === null ? "found the queue empty" : `${did} ${inWords(output)}`;
    },
    allowed: (state, { f }) => (f === "enqueue" ? [] : state.length === 0 ? [null] : due(state)),
    ties: itemTies(first, meaning),
    initially: heldInitially(first),
    replay: () => new PriorityReplay(first, urgency, extreme),
  };
}

/** A number is its own priority; else [priority, anything]. */
export function priorityOf(item: Json): number | undefined {
  const priority = typeof item === "number" ? item : pairOf(item)?.[0];
  return typeof priority === "number" ? priority : undefined;
}

function meaning({ f, value }: Input, output: Output): CollectionMeaning {
  if (f === "enqueue") return { does: "add", item: value };
  if (output === unknownOutput) return f === "peek" ? { does: "nothing" } : { does: "remove-unknown" };
  if (output === null) return { does: "empty" };
  return { does: f === "peek" ? "peek" : "remove", item: output };
}

function without(items: Items, item: Json): Items {
  return items.toSpliced(
    items.findIndex((candidate) => sameValue(candidate, item)),
    1,
  );
}
