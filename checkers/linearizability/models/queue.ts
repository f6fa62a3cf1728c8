import { canonical, inWords, type Json, sameValue } from "../../../histories/json.ts";
import { OneOf, Refused, unknownOutput, type Input, type Model, type Output } from "../model.ts";
import type { CollectionMeaning, CollectionStructure } from "../structure.ts";
import { heldInitially, itemTies } from "./item-ties.ts";
import { BagReplay, QueueReplay } from "./queue-replay.ts";

/** The items inside: oldest first in a fifo queue, sorted by canonical text in an unordered one. */
export type Items = readonly Json[];

const operations = [
  { f: "enqueue", argument: "the item, not null", result: "ignored", meaning: "puts the item in" },
  {
    f: "dequeue",
    argument: "null",
    result: "the item; null: the queue was empty",
    meaning: "takes an item out",
  },
];

/** A first-in, first-out queue. */
export function fifoQueue(initial: Items = []): Model<Items> {
  return {
    ...common,
    name: "fifo-queue",
    summary: "a first-in first-out queue: enqueue, dequeue, peek",
    operations: [
      ...operations,
      {
        f: "peek",
        argument: "null",
        result: "the item; null: the queue was empty",
        meaning: "looks at the item at the head and leaves it",
      },
    ],
    initial,
    changes: ({ f }) => f !== "peek",
    replay: () => new QueueReplay(initial),
    structure: structureOf("queue", initial),
    step(state, { f, value }, output) {
      if (f === "enqueue") return [...state, value];
      const [first, ...rest] = state;
      if (output === unknownOutput) return f === "peek" ? state : rest;
      if (first === undefined) return output === null ? state : new Refused("the queue was empty");
      if (sameValue(first, output)) return f === "peek" ? state : rest;
      return new Refused(
        output === null
          ? `the queue was not empty: ${inWords(first)} was at its head`
          : `${inWords(first)} was at the head of the queue, not ${inWords(output)}`,
      );
    },
    ties: itemTies(initial, meaning),
    initially: heldInitially(initial),
    allowed: (state, { f }) => (f === "enqueue" ? [] : [state[0] ?? null]),
  };
}

/** A queue that hands out its items in any order, each as often as it was put in. */
export function unorderedQueue(initial: Items = []): Model<Items> {
  return {
    ...common,
    name: "unordered-queue",
    summary: "a queue without order: enqueue, dequeue",
    initial: sorted(initial),
    replay: () => new BagReplay(initial),
    structure: structureOf("bag", initial),
    step(state, { f, value }, output) {
      if (f === "enqueue") return sorted([...state, value]);
      if (output === unknownOutput) {
        const distinct = state.filter((item, i) => i === 0 || !sameValue(item, state[i - 1] ?? null));
        return distinct.length === 0 ? state : new OneOf(distinct.map((item) => without(state, item)));
      }
      if (output === null)
        return state.length === 0
          ? state
          : new Refused(`the queue was not empty: it contained ${inWords(state[0] ?? null)}`);
      return state.some((item) => sameValue(item, output))
        ? without(state, output)
        : new Refused(`the queue did not contain ${inWords(output)}`);
    },
    ties: itemTies(initial, meaning),
    initially: heldInitially(initial),
    allowed: (state, { f }) => (f !== "dequeue" ? [] : state.length === 0 ? [null] : state),
  };
}

const common = {
  operations,
  changes: () => true,
  observes: ({ f }: Input) => f !== "enqueue",
  malformed: ({ f, value }: Input) =>
    f === "enqueue" && value === null ? "an item other than null" : undefined,
  describe: (state: Items) => `[${state.map(canonical).join(", ")}]`,
  tell({ f, value }: Input, output: Output) {
    if (f === "enqueue") return `enqueued ${inWords(value)}`;
    const did = f === "dequeue" ? "dequeued" : "saw";
    if (output === unknownOutput) return `${did} an item that nobody knows`;
    return output === null ? "found the queue empty" : `${did} ${inWords(output)}`;
  },
};

function structureOf(kind: "queue" | "bag", initial: Items): CollectionStructure {
  return { kind, initial, direct: { enqueue: "add", dequeue: "remove" }, meaning };
}

function meaning({ f, value }: Input, output: Output): CollectionMeaning {
  if (f === "enqueue") return { does: "add", item: value };
  if (output === unknownOutput) return f === "peek" ? { does: "nothing" } : { does: "remove-unknown" };
  if (output === null) return { does: "empty" };
  return { does: f === "peek" ? "peek" : "remove", item: output };
}

function sorted(items: Items): Items {
  return items.toSorted((a, b) => (canonical(a) < canonical(b) ? -1 : canonical(a) > canonical(b) ? 1 : 0));
}

function without(items: Items, item: Json): Items {
  const at = items.findIndex((candidate) => sameValue(candidate, item));
  return items.toSpliced(at, 1);
}
