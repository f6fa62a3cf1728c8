import { canonical, type Json } from "../../histories/json.ts";
import { callsUntil, Never, type Calls } from "./calls.ts";
import type { Limits } from "./engines/engine.ts";
import { decide } from "./engines/engines.ts";
import { unknownOutput, type Input, type Model } from "./model.ts";
import type { StateTable } from "./states.ts";
import type { Surroundings } from "./surroundings.ts";

/** Other results that are tried, and steps for all of them. */
const MostAttempts = 32;
const StepsInAll = 100_000;
/** States, and calls from one to the next, by which results that could be possible are thought of. */
const MostStates = 256;
const MostActions = 64;

/** Results with which the shortest failing prefix would have a linearization. */
export interface Allowed {
  /** Each is certainly possible; by their canonical text. */
  readonly results: readonly Json[];
  /** Whether there certainly are no others. */
  readonly complete: boolean;
}

/**
 * The results that the call at position `call` could have had. What the surroundings show to be possible
 * needs no proof; whatever else may be is tried: the prefix is decided with the other result in place. Where the
 * object has few states, all results are thought of that any of these allows, and none is missed; else those
 * of the states around the call.
 */
export function allowedResults(
  calls: Calls,
  call: number,
  until: number,
  surroundings: Surroundings | undefined,
  states: StateTable,
  limits: Limits,
): Allowed {
  const { alphabet } = calls;
  const { model } = alphabet;
  const { input, output } = alphabet.get(calls.action[call]!);
  if (model.allowed === undefined) return { results: [], complete: false };
  const resultsIn = (state: number): readonly Json[] => model.allowed?.(states.state(state), input) ?? [];
  const refuted = new Set(output === unknownOutput ? [] : [canonical(output)]);
  const results = new Map<string, Json>();
  for (const state of statesForCall(calls, call, surroundings))
    for (const result of resultsIn(state)) results.set(canonical(result), result);
  for (const text of refuted) results.delete(text);

  // Of a long history not even one can be tried.
  if (call >= StepsInAll) return { results: sorted(results), complete: false };
  const prefix = callsUntil(calls, until);
  const { reached, all } = reachableStates(prefix, call, calls, surroundings, states);
  const candidates = new Map<string, Json>();
  for (const state of reached)
    for (const result of resultsIn(state)) candidates.set(canonical(result), result);
  const position = prefix.event.indexOf(calls.event[call]!);
  let complete = all && isReadOfValue(model, input);
  let attempts = 0;
  let stepsLeft = StepsInAll;
  for (const [text, result] of candidates) {
    if (results.has(text) || refuted.has(text)) continue;
    // It would pass because it tells nothing, as a null of other tools' histories, not because it was there.
    if (tellsNothing(model, input, result)) {
      complete = false;
      continue;
    }
    if (attempts++ >= MostAttempts || stepsLeft <= prefix.length) {
      complete = false;
      break;
    }
    const action = prefix.action.slice();
    action[position] = alphabet.number(input, result);
    const steps = Math.min(stepsLeft, limits.steps);
    const { decision } = decide({ calls: { ...prefix, action }, states }, { ...limits, steps });
    stepsLeft -= Math.max(decision.steps, prefix.length);
    if (decision.end === "linearizable") results.set(text, result);
    else if (decision.end !== "nonlinearizable") complete = false;
  }
  return { results: sorted(results), complete };
}

function tellsNothing({ structure }: Model, input: Input, result: Json): boolean {
  return structure?.kind === "register" && structure.meaning(input, result).does === "nothing";
}

/** Whether the operation's result is the value that it saw, so that no result means the same as another. */
function isReadOfValue({ structure }: Model, input: Input): boolean {
  return (
    structure?.kind === "register" &&
    structure.direct?.[input.f] === "read" &&
    structure.meaning(input, null).does === "read"
  );
}

/** By their canonical text. */
function sorted(results: ReadonlyMap<string, Json>): readonly Json[] {
  return [...results].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, result]) => result);
}

/**
 * States in which the call could have taken effect in the order of the surroundings: wherever it changes
 * nothing, behind all that had returned before it began; and at the end. None where that order has it already.
 */
function statesForCall(
  calls: Calls,
  call: number,
  surroundings: Surroundings | undefined,
): ReadonlySet<number> {
  if (surroundings === undefined || surroundings.leftOut > 0) return new Set();
  const { calls: before, order, from, room, states: along } = surroundings;
  const own = before.event.indexOf(calls.event[call]!);
  if (own >= 0 && order.includes(own)) return new Set();
  const possible = new Set(along.slice(-1));
  if (!calls.alphabet.changes(calls.action[call]!))
    for (let place = Math.max(room, from); place <= order.length; place++) possible.add(along[place - from]!);
  return possible;
}

/**
 * States that the object may have had: all that any of the calls lead to, where these are few; else those of
 * the surroundings, and what the calls in flight with it and the unknown ones may have made of them.
 */
function reachableStates(
  prefix: Calls,
  call: number,
  calls: Calls,
  surroundings: Surroundings | undefined,
  states: StateTable,
): { readonly reached: ReadonlySet<number>; readonly all: boolean } {
  const actions = new Set<number>();
  for (let other = 0; other < prefix.length && actions.size <= MostActions; other++)
    if (prefix.event[other] !== calls.event[call]) actions.add(prefix.action[other]!);
  if (actions.size <= MostActions) {
    const reached = closure(new Set([states.initial]), actions, states);
    if (reached !== undefined) return { reached, all: true };
  }
  const near = new Set<number>();
  const begin = calls.begin[call]!;
  for (let other = prefix.length - 1; other >= 0 && near.size < MostActions; other--)
    if (prefix.end[other] === Never || prefix.end[other]! > begin) near.add(prefix.action[other]!);
  const seeds = surroundings?.states.slice(-MostActions) ?? [];
  const reached = new Set(seeds);
  for (const state of seeds) {
    for (const action of near) {
      if (reached.size >= MostStates) break;
      const next = states.next(state, action);
      for (let branch = 0; branch < states.branches(next); branch++) reached.add(states.branch(next, branch));
    }
  }
  return { reached, all: false };
}

function closure(
  reached: Set<number>,
  actions: ReadonlySet<number>,
  states: StateTable,
): ReadonlySet<number> | undefined {
  for (const state of reached) {
    for (const action of actions) {
      const next = states.next(state, action);
      for (let branch = 0; branch < states.branches(next); branch++) {
        reached.add(states.branch(next, branch));
        if (reached.size > MostStates) return undefined;
      }
    }
  }
  return reached;
}
