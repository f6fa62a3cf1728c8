import { NoAction } from "./alphabet.ts";
import { callsUntil, Never, type Calls } from "./calls.ts";
import type { Limits } from "./engines/engine.ts";
import { decide } from "./engines/engines.ts";
import { OneOf, Refused } from "./model.ts";
import { callsAt } from "./shrink.ts";
import { NoState, type StateTable } from "./states.ts";

/** Operations whose states are told. */
export const LongestTail = 64;
/** Operations through which the states are followed to learn what the failing one could have answered. */
const LongestReach = 4096;
/** Orders longer than this are not replayed from their start. */
const LongestReplay = 200_000;
/** Steps for one replay: twice through, where operations have several outcomes. */
const MostSteps = 2 * LongestReplay;

/** Calls beyond which an order is looked for only among the last ones: to decide them all again takes too long. */
const MostDecided = 200_000;
/** How many last ones, and how far before these what they depend on is looked for. */
const LastDecided = 500;
const MostBack = 5000;

/** An order of what happened before the completion that ends the shortest failing prefix, and its states. */
export interface Surroundings {
  /** The calls as known right before that completion. */
  readonly calls: Calls;
  /** How many calls before these were left out: of all, there may be no order with this end. */
  readonly leftOut: number;
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
 * for registers with a long history, for the last that had happened. `undefined` when no engine finds one
 * within the budget, or its states cannot be told cheaply.
 */
export function surroundingsOf(
  calls: Calls,
  call: number,
  until: number,
  states: StateTable,
  limits: Limits,
): Surroundings | undefined {
  const some = call <= MostDecided ? calls : lastCalls(calls, call, until);
  if (some === undefined) return undefined;
  const before = callsUntil(some, until - 1);
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
  if (along === undefined) return undefined;
  const skipped = Math.max(0, wanted - start.place);
  return {
    calls: before,
    leftOut: some === calls ? 0 : call - before.length,
    order,
    from: start.place + skipped,
    states: along.slice(skipped),
    room,
  };
}

/**
 * The calls of a register that were in flight when the last ones before `call` began, or began since, with the
 * last writes of what they saw; `undefined` when it is no register, or these are too long ago.
 */
function lastCalls(calls: Calls, call: number, until: number): Calls | undefined {
  const { alphabet, action, begin, end, length } = calls;
  const { structure, overwrites } = alphabet.model;
  if (structure?.kind !== "register" || overwrites !== true) return undefined;
  const first = Math.max(0, call - LastDecided);
  const back = Math.max(0, first - MostBack);
  const kept: number[] = [];
  const missing = new Set<number>();
  const given = new Set<number>();
  const keep = (position: number): void => {
    const its = end[position]! < until ? action[position]! : alphabet.unknown(action[position]!);
    if (its === NoAction) return;
    kept.push(position);
    const { gives, takes } = alphabet.ties(its);
    for (const token of takes) missing.add(token);
    for (const token of gives) given.add(token);
  };
  for (let i = back; i < length && begin[i]! < until; i++)
    if (i >= first || (end[i] !== Never && end[i]! > begin[first]!)) keep(i);
  for (const token of given) missing.delete(token);
  for (let i = first - 1; i >= back && missing.size > 0; i--) {
    const { gives } = alphabet.ties(action[i]!);
    if (!gives.some((token) => missing.has(token))) continue;
    keep(i);
    for (const token of gives) missing.delete(token);
  }
  for (const token of missing)
    if (alphabet.model.initially?.(alphabet.token(token)) !== true) return undefined;
  return callsAt(
    calls,
    kept.toSorted((a, b) => a - b),
  );
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
  const head = order.subarray(0, wanted);
  const state =
    stateAfter(calls, head, states) ?? statesAlong(calls, head, 0, states.initial, states)?.at(-1);
  return state === undefined ? undefined : { place: wanted, state };
}

/**
 * The state that an order leads to, if no call of it has several outcomes. The states on the way get no numbers:
 * they may be large, and nobody asks for them again.
 */
function stateAfter({ alphabet, action }: Calls, order: Int32Array, states: StateTable): number | undefined {
  let state = alphabet.model.initial;
  for (const position of order) {
    const { input, output } = alphabet.get(action[position]!);
    const step = alphabet.model.step(state, input, output);
    if (step instanceof Refused || step instanceof OneOf) return undefined;
    state = step;
  }
  return states.number(state);
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
