/**
 * Random histories of one collection, small or large: a few processes, a correct collection that takes effect
 * at moments of its choice, also long after a client gave up, and now and then a lie. Items are distinct
 * unless asked for otherwise. Determined by their seed alone.
 */
import type { History } from "../../histories/history.ts";
import { sameValue, type Json } from "../../histories/json.ts";
import { Refused, type Model } from "../linearizability/model.ts";
import { fifoQueue } from "../linearizability/models/queue.ts";
import { recordClients, type ClosedLoop, type Pending } from "./closed-loop.ts";
import { randomNumbers } from "./register-histories.ts";

export interface CollectionHistoryOptions extends ClosedLoop {
  readonly kind: "queue" | "stack" | "priority-queue" | "bag" | "set";
  /** The functions that add, remove and look; `see` sees the item that is due. */
  readonly names: {
    readonly add: string;
    readonly remove: string;
    readonly see?: string;
    readonly contains?: string;
    readonly read?: string;
  };
  /** Whether a removal names its item. */
  readonly named?: boolean;
  readonly initial?: readonly Json[];
  /** Shares of operations that add, and that look; the rest removes. */
  readonly add: number;
  readonly look?: number;
  /** Share of additions of an item that was added before. */
  readonly repeat?: number;
  /** How many priorities there are. */
  readonly priorities?: number;
}

/** A fifo queue whose head can be looked at. */
export function peekableQueue(initial: readonly Json[] = []): Model {
  const plain = fifoQueue(initial);
  const { structure } = plain;
  if (structure === undefined || structure.kind === "register") throw new Error("a queue is a collection");
  return {
    ...plain,
    name: "peekable-queue",
    initial,
    operations: [
      ...plain.operations,
      { f: "peek", argument: "null", result: "the head; null: empty", meaning: "looks at the head" },
    ],
    changes: ({ f }) => f !== "peek",
    step(state, input, output) {
      if (!Array.isArray(state)) throw new Error("items");
      const items: readonly Json[] = state;
      if (input.f !== "peek") return plain.step(items, input, output);
      return typeof output === "symbol" || sameValue(items[0] ?? null, output)
        ? items
        : new Refused("another head");
    },
    structure: {
      ...structure,
      meaning(input, output) {
        if (input.f !== "peek") return structure.meaning(input, output);
        if (typeof output === "symbol") return { does: "nothing" };
        return output === null ? { does: "empty" } : { does: "peek", item: output };
      },
    },
    ties: (input, output) =>
      input.f === "peek" && typeof output === "symbol"
        ? { gives: [], takes: [] }
        : input.f === "peek"
          ? { gives: [], takes: plain.ties?.({ f: "dequeue", value: null }, output).takes ?? [] }
          : (plain.ties?.(input, output) ?? { gives: [], takes: [] }),
    identity: (state) => JSON.stringify(state),
    describe: (state) => JSON.stringify(state),
    tell: ({ f, value }, output) =>
      `${f} ${JSON.stringify(value)} ${typeof output === "symbol" ? "?" : JSON.stringify(output)}`,
    replay: () => {
      throw new Error("not needed");
    },
    allowed: (state, { f }) =>
      f === "enqueue" || !Array.isArray(state) ? [] : [(state as readonly Json[])[0] ?? null],
    initially: () => true,
  };
}

/** A random history. */
export function collectionHistory(seed: number, options: CollectionHistoryOptions): History {
  const random = randomNumbers(seed);
  const { kind, names, named = false, look = 0, initial = [], repeat = 0, priorities = 4 } = options;
  const inside: Json[] = [...initial];
  const added: Json[] = [...initial];
  const below = (n: number): number => Math.floor(random() * n);
  const recent = (): Json => added[Math.max(0, added.length - 1 - below(4))] ?? 999;
  const has = (item: Json): number => inside.findIndex((one) => sameValue(one, item));
  const priorityOf = (item: Json): number => (Array.isArray(item) ? Number(item[0]) : Number(item));

  const due = (): number => {
    if (inside.length === 0) return -1;
    switch (kind) {
      case "queue":
        return 0;
      case "stack":
        return inside.length - 1;
      case "priority-queue": {
        let best = 0;
        inside.forEach((item, i) => {
          if (priorityOf(item) > priorityOf(inside[best]!)) best = i;
        });
        return best;
      }
      default:
        return below(inside.length);
    }
  };
  const act = (pending: Pending): void => {
    const { f, value } = pending;
    if (f === names.add) {
      if (kind === "set" && has(value) >= 0) pending.result = random() < 0.5 ? false : null;
      else {
        inside.push(value);
        pending.result = kind === "set" && random() < 0.5 ? true : value;
      }
    } else if (f === names.contains) pending.result = has(value) >= 0;
    else if (f === names.read) pending.result = [...inside];
    else {
      const at = named && f === names.remove ? has(value) : due();
      if (f === names.remove && named) pending.result = kind === "set" && random() < 0.3 ? null : at >= 0;
      else pending.result = at < 0 ? null : inside[at]!;
      if (f === names.remove && at >= 0) inside.splice(at, 1);
    }
  };
  const lieAbout = (pending: Pending): void => {
    const { f } = pending;
    if (f === names.add) {
      if (kind === "set") pending.result = random() < 0.5;
      return;
    }
    if (f === names.contains || (named && f === names.remove)) pending.result = random() < 0.5;
    else if (f === names.read) pending.result = inside.filter(() => random() < 0.7);
    else pending.result = random() < 0.25 ? null : random() < 0.95 ? recent() : 999;
  };
  const fresh = (): Json => {
    if (random() < repeat && added.length > 0) return recent();
    const number = added.length + 1;
    return kind === "priority-queue" ? [1 + below(priorities), number] : number;
  };
  const next = (): { readonly f: string; readonly value: Json } => {
    const at = random();
    const looks = [names.see, names.contains, names.read].filter((f) => f !== undefined);
    const f =
      at < options.add
        ? names.add
        : at < options.add + look
          ? (looks[below(looks.length)] ?? names.add)
          : names.remove;
    let value: Json = null;
    if (f === names.add) {
      value = fresh();
      added.push(value);
    } else if (f === names.contains || (named && f === names.remove)) value = recent();
    return { f, value };
  };
  return recordClients(random, options, { next, act, lieAbout });
}
