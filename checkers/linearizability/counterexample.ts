import { canonical, type Json } from "../../histories/json.ts";
import { verifyRefutation } from "../certificates/refutation.ts";
import type { Anomaly } from "../verdict.ts";
import { callsUntil, Never, withoutUnseen, type Calls } from "./calls.ts";
import { shortestFailingPrefix, type FailingPrefix } from "./earliest.ts";
import type { NonlinearizableEvidence, PartialLinearization } from "./evidence.ts";
import { explain } from "./explain.ts";
import { describeState } from "./model.ts";
import type { ModelHistory } from "./partition.ts";
import type { Limits, Nonlinearizable } from "./engines/engine.ts";
import { search, type DeadEnd } from "./engines/search/search.ts";
import { shrink } from "./shrink.ts";
import type { StateTable } from "./states.ts";
import { layOut } from "./engines/search/timeline.ts";

/** Larger sub-histories explain nothing. */
const MostShrunk = 1000;
/** More operations than this are not named as contradicting one another, but for the one that failed. */
const MostNamed = 16;
/** Other results that are tried, and steps for each. */
const MostAttempts = 32;
const StepsEach = 200_000;

/** The anomaly of an object whose calls a search has found to have no linearization. */
export function counterexample(
  source: ModelHistory,
  key: Json | undefined,
  calls: Calls,
  _decision: Nonlinearizable,
  states: StateTable,
  limits: Limits,
): Anomaly {
  const timeline = layOut(withoutUnseen(calls));
  const result = search(timeline, states, limits);
  const prefix = shortestFailingPrefix(calls, timeline, result, states, limits);
  const call = calls.end.indexOf(prefix.until);
  const kept = shrink(prefix.timeline, prefix.result, states, limits);
  const shrunk = kept.length > MostShrunk ? undefined : eventsOf(prefix.timeline.calls, kept);
  const verified = shrunk === undefined ? undefined : verifyRefutation(source.history, shrunk, source);
  const allowed = allowedResults(calls, call, prefix, states);
  const paths = prefix.result.deadEnds.map((deadEnd) =>
    partialLinearization(prefix.timeline.calls, deadEnd, states),
  );
  const evidence: NonlinearizableEvidence = {
    kind: "nonlinearizable",
    ...(key === undefined ? {} : { key }),
    model: source.model.name,
    operation: calls.event[call]!,
    completion: prefix.until,
    prefix: prefix.until + 1,
    shortest: prefix.shortest,
    paths,
    ...(allowed.length === 0 ? {} : { allowed }),
    window: window(calls, call),
    ...(shrunk === undefined ? {} : { shrunk }),
    ...(verified === undefined ? {} : { verified }),
  };
  const reason = paths[0]?.refused.find(({ operation }) => operation === evidence.operation)?.reason;
  const named = kept.length > MostNamed ? [] : kept.map((position) => prefix.timeline.calls.event[position]!);
  return {
    type: "nonlinearizable",
    operations: [...new Set([...named, evidence.operation])].toSorted((a, b) => a - b),
    explanation: explain({ source, key, calls, call, allowed, reason, heart: new Set(shrunk) }),
    evidence,
  };
}

/** The indices of the events of calls, in order. */
function eventsOf(calls: Calls, positions: readonly number[]): number[] {
  const events = new Set<number>();
  for (const position of positions) {
    events.add(calls.event[position]!);
    if (calls.end[position] !== Never) events.add(calls.end[position]!);
  }
  return [...events].toSorted((a, b) => a - b);
}

function window(calls: Calls, call: number): number[] {
  const concurrent: number[] = [];
  for (let other = 0; other < calls.length; other++) {
    if (other === call || calls.begin[other]! > calls.end[call]! || calls.end[other]! < calls.begin[call]!)
      continue;
    concurrent.push(calls.event[other]!);
  }
  return concurrent;
}

/**
 * The results with which the prefix would have had a linearization: those of every state in which the call
 * was tried, and of these what unknown calls could have made of them, tried one by one.
 */
function allowedResults(calls: Calls, call: number, prefix: FailingPrefix, states: StateTable): Json[] {
  const { alphabet } = calls;
  const { model } = alphabet;
  const { blocked, blockedStates } = prefix.result;
  if (model.allowed === undefined) return [];
  if (blocked < 0 || prefix.timeline.calls.event[blocked] !== calls.event[call]) return [];
  const { input } = alphabet.get(calls.action[call]!);
  const results = new Map<string, Json>();
  for (const state of blockedStates)
    for (const value of model.allowed(states.state(state), input)) results.set(canonical(value), value);

  const known = callsUntil(calls, prefix.until);
  const position = known.event.indexOf(calls.event[call]!);
  const unknown = new Set(known.action.filter((_, i) => known.end[i] === Never));
  const further = new Map<string, Json>();
  for (const action of unknown) {
    for (const state of blockedStates) {
      const next = states.next(state, action);
      for (let branch = 0; branch < states.branches(next); branch++) {
        const after = states.state(states.branch(next, branch));
        for (const value of model.allowed(after, input)) further.set(canonical(value), value);
      }
    }
  }
  let attempts = 0;
  for (const [text, value] of further) {
    if (results.has(text) || attempts++ >= MostAttempts) continue;
    const action = known.action.slice();
    action[position] = alphabet.number(input, value);
    const timeline = layOut(withoutUnseen({ ...known, action }));
    if (search(timeline, states, { steps: StepsEach }).end === "linearizable") results.set(text, value);
  }
  return [...results].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, value]) => value);
}

function partialLinearization(calls: Calls, deadEnd: DeadEnd, states: StateTable): PartialLinearization {
  const { model } = calls.alphabet;
  const inWords = (state: number): string => describeState(model, states.state(state));
  const last = inWords(deadEnd.state);
  return {
    before: deadEnd.before,
    order: deadEnd.order.map((position) => calls.event[position]!),
    states: deadEnd.states.map(inWords),
    refused: deadEnd.candidates.flatMap((position) => {
      const reason = states.refusal(deadEnd.state, calls.action[position]!);
      return reason === undefined ? [] : [{ operation: calls.event[position]!, state: last, reason }];
    }),
  };
}
