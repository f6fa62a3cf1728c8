import { callsUntil } from "../../calls.ts";
import type { CollectionStructure } from "../../structure.ts";
import { StateTable } from "../../states.ts";
import type { Pattern } from "../engine.ts";
import { searchEngine } from "../search-engine.ts";
import { Add, NoItem, readCollectionCalls, Remove, Take, type CollectionCalls } from "./collection-calls.ts";
import type { Decide } from "./prefixes.ts";

/** Steps that the search may take for a few calls. */
const StepsOfSearch = 100_000;
/** Beyond this, calls are not few enough for the search. */
const MostSearched = 600;

/** What a contradiction is about. */
interface About {
  readonly calls: readonly number[];
  readonly items?: Iterable<number>;
}

/**
 * The calls about items that a contradiction names, or that some call in flight between two events is about, and all that
 * may have taken an item nobody knows. What these contradict, the whole contradicts: from a linearization
 * of the whole the other items can go. That holds for all prefixes that end between the two events.
 */
export function surroundingsOf(
  whole: CollectionCalls,
  { calls, items }: About,
  since: number,
  until: number,
): number[] {
  const { item, kind, initial, length } = whole;
  const { begin, end } = whole.calls;
  const named = new Uint8Array(whole.itemCount);
  for (const call of calls) if (item[call]! >= 0) named[item[call]!] = 1;
  for (const one of initial) named[one] = 1;
  for (const one of items ?? []) named[one] = 1;
  const isAround = (i: number): boolean => begin[i]! <= until && end[i]! >= since;
  for (let i = 0; i < length; i++) if (item[i]! >= 0 && kind[i] !== Take && isAround(i)) named[item[i]!] = 1;
  const also = new Set(calls);
  const positions: number[] = [];
  for (let i = 0; i < length && begin[i]! <= until; i++) {
    const one = item[i]!;
    if (kind[i] === Take || (one >= 0 ? named[one] === 1 : isAround(i) || also.has(i))) positions.push(i);
  }
  return positions;
}

/** Some calls, in order, as known right after an event. */
export function some(
  whole: CollectionCalls,
  structure: CollectionStructure,
  positions: readonly number[],
  until: number,
): CollectionCalls {
  const keep = new Uint8Array(whole.calls.length);
  for (const call of positions) keep[call] = 1;
  return readCollectionCalls(callsUntil(whole.calls, until, keep), structure);
}

/** Decides as `decide` does, or by searching if that cannot and the calls are few. */
export function judging(decide: Decide): Decide {
  return (collection, structure) => {
    const decided = decide(collection, structure);
    if (decided !== undefined || collection.length > MostSearched) return decided;
    const { calls, until } = collection;
    const known = callsUntil(calls, until);
    const states = new StateTable(calls.alphabet);
    const found = searchEngine.decide({ calls: known, states }, { steps: StepsOfSearch });
    if (found?.end === "linearizable") return found.order;
    return found?.end === "nonlinearizable" ? { pattern: patternOf(structure), calls: [] } : undefined;
  };
}

/** Where some of the calls of a history are among all. */
export function positionsIn(whole: CollectionCalls, few: CollectionCalls): (call: number) => number {
  const { event } = whole.calls;
  return (call) => {
    let low = 0;
    for (let high = whole.calls.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (event[middle]! < few.calls.event[call]!) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/**
 * What calls of unknown outcome took in some order of few calls: a good guess for all.
 * By position in the whole, the item of the whole.
 */
export function takenAmong(
  whole: CollectionCalls,
  structure: CollectionStructure,
  few: CollectionCalls,
  decide: Decide,
): ReadonlyMap<number, number> | "contradictory" | "undecided" {
  const decided = few.length > MostSearched ? undefined : judging(decide)(few, structure);
  if (decided === undefined) return "undecided";
  if (!(decided instanceof Int32Array)) return "contradictory";
  const taken = new Map<number, number>();
  const position = positionsIn(whole, few);
  const inside = [...few.initial];
  const original = new Int32Array(few.itemCount).fill(NoItem);
  for (const [k, one] of few.initial.entries()) original[one] = whole.initial[k]!;
  for (const call of decided) {
    const one = few.item[call]!;
    switch (few.kind[call]!) {
      case Add:
        inside.push(one);
        original[one] = whole.item[position(call)]!;
        break;
      case Remove:
        inside.splice(inside.indexOf(one), 1);
        break;
      case Take: {
        const at = dueAmong(inside, few, structure);
        if (at >= 0) taken.set(position(call), original[inside.splice(at, 1)[0]!]!);
        break;
      }
    }
  }
  return taken;
}

function dueAmong(inside: readonly number[], few: CollectionCalls, structure: CollectionStructure): number {
  if (inside.length === 0 || structure.kind === "queue") return inside.length - 1 < 0 ? -1 : 0;
  if (structure.kind === "stack") return inside.length - 1;
  const priorities = inside.map((one) => structure.priority?.(few.value(one)) ?? 0);
  return priorities.indexOf(Math.max(...priorities));
}

/** What a contradiction is called when all that is known is that there is one. */
function patternOf({ kind }: CollectionStructure): Pattern {
  switch (kind) {
    case "queue":
    case "stack":
      return "out-of-order";
    case "priority-queue":
      return "priority-inverted";
    case "bag":
      return "not-empty";
    case "set":
      return "missing";
  }
}
