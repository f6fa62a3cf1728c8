import { callsUntil, Never, type Calls } from "./calls.ts";
import { giversOf, takenOf } from "./givers.ts";
import type { Limits } from "./engines/engine.ts";
import { decide } from "./engines/engines.ts";
import { NoState, type StateTable } from "./states.ts";

/** Operations whose states are told. */
export const LongestTail = 64;
/** Operations through which the states are followed to learn what the failing one could have answered. */
const LongestReach = 4096;
/** Orders longer than this are not replayed from their start. */
const LongestReplay = 200_000;
/** Steps for one replay: twice through, where operations have several outcomes. */
const MostSteps = 2 * LongestReplay;

/** An order of the longest prefix that has one: the last of it, with the states. */
export interface Surroundings {
  /** The calls as known in that prefix. */
  readonly calls: Calls;
  /** Positions of all of them, in the order in which they may have taken effect. */
  readonly order: Int32Array;
  /** The place in `order` from which on the states are known. */
  readonly from: number;
  /** The state before the call at place `from`, and then after each. */
  readonly states: readonly number[];
  /** The first place in `order` behind every call that had returned before the failing one began. */
  readonly room: number;
}

/**
 * An order for all that had happened before event `until`, the completion that ends the shortest failing prefix;
 * `undefined` when no engine finds one within the budget, or its states cannot be told cheaply.
 */
export function surroundingsOf(
  calls: Calls,
  call: number,
  until: number,
  states: StateTable,
  limits: Limits,
): Surroundings | undefined {
  const before = callsUntil(calls, until - 1);
  const { decision } = decide({ calls: before, states }, limits);
  if (decision.end !== "linearizable") return undefined;
  const { order } = decision;
  const begin = calls.begin[call]!;
  let room = order.length;
  while (room > 0 && !(before.end[order[room - 1]!]! < begin)) room--;
  const wanted = Math.max(0, order.length - LongestReach, Math.min(room, order.length - LongestTail));
  const start = knownState(before, order, wanted, states);
  if (start === undefined) return undefined;
  const along = statesAlong(before, order, start.place, start.state, states);
  const skipped = Math.max(0, wanted - start.place);
  return along === undefined
    ? undefined
    : { calls: before, order, from: start.place + skipped, states: along.slice(skipped), room };
}

/** A place in the order, not behind `wanted`, before which the state is known without a long replay. */
function knownState(
  calls: Calls,
  order: Int32Array,
  wanted: number,
  states: StateTable,
): { readonly place: number; readonly state: number } | undefined {
  const { alphabet, action } = calls;
  const { structure } = alphabet.model;
  if (structure?.kind === "register")
    for (let place = wanted - 1; place >= Math.max(0, wanted - LongestReach); place--) {
      const its = action[order[place]!]!;
      const { input, output } = alphabet.get(its);
      // A write leaves the same state behind whatever was there.
      if (structure.meaning(input, output).does !== "write") continue;
      const after = states.next(states.initial, its);
      if (after >= 0) return { place: place + 1, state: after };
    }
  if (wanted > LongestReplay) return undefined;
  const along = statesAlong(calls, order.subarray(0, wanted), 0, states.initial, states);
  return along === undefined ? undefined : { place: wanted, state: along.at(-1) ?? states.initial };
}

/**
 * The state before the call at place `from` and after each from there on. Of several states the one that the
 * rest of the order needs is found by trying them.
 */
function statesAlong(
  { action }: Calls,
  order: Int32Array,
  from: number,
  start: number,
  states: StateTable,
): number[] | undefined {
  const along = [start];
  const branches = [0];
  let steps = 0;
  for (let depth = 0; depth < order.length - from;) {
    if (++steps > MostSteps) return undefined;
    const next = states.next(along[depth]!, action[order[from + depth]!]!);
    const branch = branches[depth]!;
    if (next !== NoState && branch < states.branches(next)) {
      along[++depth] = states.branch(next, branch);
      branches[depth] = 0;
      continue;
    }
    if (depth === 0) return undefined;
    branches[--depth]!++;
  }
  return along.slice(0, order.length - from + 1);
}

/**
 * Unknown calls without which an order would not work, of those in its part: each gives something that a
 * known call took and that nothing else could have given. At most `most`, in order.
 */
export function neededUnknown(calls: Calls, order: Int32Array, from: number, most: number): number[] {
  const { alphabet, action, end } = calls;
  const placed: number[] = [];
  for (let place = from; place < order.length && placed.length < LongestTail; place++)
    if (end[order[place]!] === Never) placed.push(order[place]!);
  const tokens = new Set(placed.flatMap((call) => alphabet.ties(action[call]!).gives));
  for (const token of tokens)
    if (alphabet.model.initially?.(alphabet.token(token)) ?? true) tokens.delete(token);
  const givers = giversOf(calls, tokens);
  const taken = takenOf(calls, tokens);
  return placed
    .filter((call) =>
      alphabet.ties(action[call]!).gives.some((token) => givers.get(token)?.length === 1 && taken.has(token)),
    )
    .slice(0, most);
}
