import { canonical, inWords, type Json, sameValue } from "../../../histories/json.ts";
import {
  OneOf,
  Refused,
  unknownOutput,
  type Input,
  type Model,
  type Output,
  type Ties,
  type Token,
} from "../model.ts";
import type { CollectionMeaning, CollectionStructure } from "../structure.ts";
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
    summary: "a first-in first-out queue: enqueue, dequeue",
    initial,
    replay: () => new QueueReplay(initial),
    structure: structureOf("queue", initial),
    step(state, { f, value }, output) {
      if (f === "enqueue") return [...state, value];
      const [first, ...rest] = state;
      if (output === unknownOutput) return rest;
      if (first === undefined) return output === null ? state : new Refused("the queue was empty");
      if (sameValue(first, output)) return rest;
      return new Refused(
        output === null
          ? `the queue was not empty: ${inWords(first)} was at its head`
          : `${inWords(first)} was at the head of the queue, not ${inWords(output)}`,
      );
    },
    ties: tiesWith(initial),
    initially: heldInitially(initial),
    allowed: (state, { f }) => (f === "dequeue" ? [state[0] ?? null] : []),
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
    ties: tiesWith(initial),
    initially: heldInitially(initial),
    allowed: (state, { f }) => (f !== "dequeue" ? [] : state.length === 0 ? [null] : state),
  };
}

const common = {
  operations,
  changes: () => true,
  observes: ({ f }: Input) => f === "dequeue",
  malformed: ({ f, value }: Input) =>
    f === "enqueue" && value === null ? "an item other than null" : undefined,
  describe: (state: Items) => `[${state.map(canonical).join(", ")}]`,
  tell({ f, value }: Input, output: Output) {
    if (f === "enqueue") return `enqueued ${inWords(value)}`;
    if (output === unknownOutput) return "dequeued an item that nobody knows";
    return output === null ? "found the queue empty" : `dequeued ${inWords(output)}`;
  },
};

function structureOf(kind: "queue" | "bag", initial: Items): CollectionStructure {
  return {
    kind,
    initial,
    direct: { enqueue: "add", dequeue: "remove" },
    meaning({ f, value }, output): CollectionMeaning {
      if (f === "enqueue") return { does: "add", item: value };
      if (output === unknownOutput) return { does: "remove-unknown" };
      return output === null ? { does: "empty" } : { does: "remove", item: output };
    },
  };
}

const outOfAny: Token = { cell: "out of any", value: null };

/**
 * An item comes and goes as a whole: who takes it out needs who put it in, and the other way round, since
 * an item that is left inside stands in the way of others. Who took out something unknown may have taken any
 * item. Nobody puts in the initial items, so every known dequeue needs those who may have taken them out.
 */
function tiesWith(initial: Items): (input: Input, output: Output) => Ties {
  const wayCleared =
    initial.length === 0 ? [] : [...initial.map((value) => ({ cell: "out", value })), outOfAny];
  return ({ f, value }, output) => {
    if (f === "enqueue") return { gives: [{ cell: "in", value }], takes: [{ cell: "out", value }, outOfAny] };
    if (output === unknownOutput) return { gives: [outOfAny], takes: [] };
    if (output === null) return { gives: [], takes: wayCleared };
    return {
      gives: [{ cell: "out", value: output }],
      takes: [{ cell: "in", value: output }, ...wayCleared],
    };
  };
}

/** Only what is put in can be missing; that nobody took something out is no reason to refuse anything. */
function heldInitially(initial: Items): (token: Token) => boolean {
  return ({ cell, value }) => cell !== "in" || initial.some((item) => sameValue(item, value));
}

function sorted(items: Items): Items {
  return items.toSorted((a, b) => (canonical(a) < canonical(b) ? -1 : canonical(a) > canonical(b) ? 1 : 0));
}

function without(items: Items, item: Json): Items {
  const at = items.findIndex((candidate) => sameValue(candidate, item));
  return items.toSpliced(at, 1);
}
