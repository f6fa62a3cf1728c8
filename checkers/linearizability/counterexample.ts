import type { Json } from "../../histories/json.ts";
import { closednessProblem, orderProblem } from "../certificates/contradiction.ts";
import { verifyRefutation } from "../certificates/refutation.ts";
import type { Anomaly } from "../verdict.ts";
import { allowedResults } from "./allowed.ts";
import { Never, withoutUnseen, type Calls } from "./calls.ts";
import { currencies, timesInside } from "./currency.ts";
import { shortestFailingPrefix } from "./earliest.ts";
import type { Limits, Nonlinearizable, Proof } from "./engines/engine.ts";
import { search, type DeadEnd } from "./engines/search/search.ts";
import { layOut } from "./engines/search/timeline.ts";
import type { NonlinearizableEvidence, PartialLinearization, Refutation, StaleValue } from "./evidence.ts";
import { explain } from "./explain.ts";
import { heartOf } from "./heart.ts";
import { describeState, type Model } from "./model.ts";
import type { ModelHistory } from "./partition.ts";
import { neededUnknown } from "./needed.ts";
import { nameOf, takenByOthers, type Named } from "./patterns.ts";
import { callsAt } from "./shrink.ts";
import { replacementOf } from "./replaced.ts";
import type { StateTable } from "./states.ts";
import { LongestTail, surroundingsOf, type Surroundings } from "./surroundings.ts";

/** Larger sub-histories explain nothing. */
const MostShrunk = 1000;
/** More operations than this are not named as contradicting one another, but for the one that failed. */
const MostNamed = 16;
/** Operations of unknown outcome that are named as needed. */
const MostNeeded = 8;
/** Steps to find every dead end of the heart. */
const StepsOfDeadEnds = 500_000;

/**
 * The anomaly of an object that an engine, whichever it was, found to have no linearization. What is worked on
 * is the heart of the contradiction, a few calls that have no linearization by themselves: the proof of the
 * engine, or what shrinking leaves. Of the whole history there are but a few passes, and one order of what
 * came before.
 */
export function counterexample(
  source: ModelHistory,
  key: Json | undefined,
  calls: Calls,
  decision: Nonlinearizable,
  states: StateTable,
  limits: Limits,
  engine?: string,
): Anomaly {
  const { until, shortest } = shortestFailingPrefix(calls, decision, states, limits);
  const call = calls.end.indexOf(until);
  const claim = (heart: Calls): Refutation => ({
    kind: "refutation",
    model: source.model.name,
    ...(key === undefined ? {} : { key }),
    until,
    operations: Array.from(heart.event),
  });
  const { model } = calls.alphabet;
  const isClosed = (some: Calls): boolean =>
    some.length <= MostShrunk && closednessProblem(source, model, calls.event, claim(some)) === undefined;
  const { heart, closed } = heartOf({ calls, call, until, decision, states, limits, isClosed });
  const isSmall = heart.length <= MostShrunk;
  const culprit = heart.event.indexOf(calls.event[call]!);
  const named = isSmall ? nameContradiction(calls, call, heart, culprit, decision.proof, until) : undefined;

  const deadEnds = isSmall ? deadEndsOf(heart, states, limits) : [];
  const paths = deadEnds.map(({ calls: of, deadEnd }) => partialLinearization(of, deadEnd, states));
  const surroundings = surroundingsOf(calls, call, until, states, limits);
  const { results: allowed, complete } =
    decision.allowed === undefined
      ? allowedResults(calls, call, until, surroundings, states, limits)
      : { results: decision.allowed, complete: false };
  const needed = neededBefore(calls, until, surroundings);
  const staleness = stalenessInTime(source, calls, call);

  const refutation = { ...claim(heart), ...(named === undefined ? {} : { pattern: named.pattern }) };
  const verified = isSmall ? isVerified(source, model, refutation, heart, closed) : undefined;
  const against = named?.against;
  const evidence: NonlinearizableEvidence = {
    kind: "nonlinearizable",
    ...(key === undefined ? {} : { key }),
    model: source.model.name,
    ...(engine === undefined ? {} : { engine }),
    operation: calls.event[call]!,
    completion: until,
    prefix: until + 1,
    shortest,
    ...(named === undefined ? {} : { pattern: named.pattern }),
    ...(against === undefined ? {} : { against: calls.event[against]! }),
    paths,
    ...(surroundings === undefined ? {} : { surroundings: lastOf(surroundings, states) }),
    ...(allowed.length === 0 ? {} : { allowed, allowedComplete: complete }),
    ...(staleness === undefined ? {} : { staleness }),
    ...(needed.length === 0 ? {} : { needed }),
    ...(isSmall ? certainTimes(heart, until) : {}),
    window: window(calls, call),
    ...(isSmall ? { shrunk: eventsOf(heart) } : {}),
    ...(closed ? { refutation } : {}),
    ...(verified === undefined ? {} : { verified }),
  };
  const reason = paths
    .flatMap(({ refused }) => refused)
    .find(({ operation }) => operation === evidence.operation)?.reason;
  const operations = namedOf(heart);
  return {
    type: "nonlinearizable",
    operations: [...new Set([...operations, evidence.operation])].toSorted((a, b) => a - b),
    explanation: explain({
      source,
      key,
      calls,
      call,
      heart: isSmall ? heart : callsAt(calls, []),
      pattern: named?.pattern,
      against,
      allowed,
      versions: staleness?.versions ?? 0,
      reason,
    }),
    evidence,
  };
}

/** What the contradiction is called: as the engine said, where its proof is the heart; else as the heart shows. */
function nameContradiction(
  calls: Calls,
  call: number,
  heart: Calls,
  culprit: number,
  proof: Proof | undefined,
  until: number,
): Named | undefined {
  if (culprit < 0) return undefined;
  const shown = nameOf(heart, culprit, calls);
  // Where a read tells which of two values came last, the other was stale: that says more. Of several values
  // that were not there the sentence is about the first. And of items it is about what the culprit found.
  const saysMore =
    (shown !== undefined && heart.alphabet.model.structure?.kind !== "register") ||
    (proof?.pattern === "two-values-current" && shown?.pattern === "stale-read") ||
    shown?.pattern === "held-twice" ||
    shown?.pattern === "never-written" ||
    shown?.pattern === "read-before-written";
  if (proof !== undefined && calls.end[proof.culprit] === until && !saysMore) {
    const { pattern, against } = proof;
    return { pattern, ...(against === undefined || against === call ? {} : { against }) };
  }
  if (shown?.against === undefined) return shown;
  return { pattern: shown.pattern, against: positionOf(calls, heart.event[shown.against]!) };
}

/** Unknown calls that must have taken effect before; not those that were only in flight when the prefix ended. */
function neededBefore(calls: Calls, until: number, surroundings: Surroundings | undefined): number[] {
  if (surroundings === undefined) return [];
  const { calls: known, order } = surroundings;
  const from = Math.max(0, order.length - LongestTail);
  const needed = neededUnknown(known, order, from, MostNeeded, calls, until);
  return needed.filter((event) => calls.end[positionOf(calls, event)] === Never);
}

/** The operations that are named: of many, those that are known to have happened, unless these are many too. */
function namedOf({ event, end }: Calls): number[] {
  const all = Array.from(event);
  if (all.length <= MostNamed) return all;
  const known = all.filter((_, position) => end[position] !== Never);
  return known.length <= MostNamed ? known : [];
}

/** Every way to go as far as any order of the calls goes. */
function deadEndsOf(
  heart: Calls,
  states: StateTable,
  limits: Limits,
): readonly { readonly calls: Calls; readonly deadEnd: DeadEnd }[] {
  const calls = withoutUnseen(heart);
  const steps = Math.min(limits.steps, StepsOfDeadEnds);
  const { end, deadEnds } = search(layOut(calls), states, { ...limits, steps });
  return end === "nonlinearizable" ? deadEnds.map((deadEnd) => ({ calls, deadEnd })) : [];
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

function lastOf(
  { calls, leftOut, order, from, states: along }: Surroundings,
  states: StateTable,
): NonNullable<NonlinearizableEvidence["surroundings"]> {
  const before = Math.max(from, order.length - LongestTail);
  const { model } = calls.alphabet;
  return {
    ...(leftOut === 0 ? {} : { leftOut }),
    before,
    order: Array.from(order.subarray(before), (position) => calls.event[position]!),
    states: along.slice(before - from + 1).map((state) => describeState(model, states.state(state))),
    refused: [],
  };
}

function stalenessInTime(source: ModelHistory, calls: Calls, call: number): StaleValue | undefined {
  const { time } = source.history.columns;
  let stalest: StaleValue | undefined;
  for (const token of takenByOthers(calls, call)) {
    const replaced = replacementOf(calls, call, token);
    if (replaced === undefined || replaced.versions <= (stalest?.versions ?? 0)) continue;
    const { versions, by } = replaced;
    const nanoseconds = (time[calls.begin[call]!] ?? 0) - (time[calls.end[by]!] ?? 0);
    stalest = { versions, milliseconds: nanoseconds / 1e6, by: calls.event[by]! };
  }
  return stalest;
}

function certainTimes(heart: Calls, until: number): Pick<NonlinearizableEvidence, "current" | "inside"> {
  const current = currencies(heart).map(({ value, from, to }) => ({ value, from, to }));
  const inside = timesInside(heart, until);
  return { ...(current.length === 0 ? {} : { current }), ...(inside.length === 0 ? {} : { inside }) };
}

/** Whether trying every order finds none; `undefined` where there are too many. */
function isVerified(
  source: ModelHistory,
  model: Model,
  refutation: Refutation,
  heart: Calls,
  closed: boolean,
): boolean | undefined {
  if (!closed) return verifyRefutation(source.history, eventsOf(heart), { model, keyed: source.keyed });
  const problem = orderProblem(source, model, refutation);
  return problem === "too large" ? undefined : problem === undefined;
}

/** The indices of the events of calls, in order. */
function eventsOf(calls: Calls): number[] {
  const events = new Set<number>();
  for (let position = 0; position < calls.length; position++) {
    events.add(calls.event[position]!);
    if (calls.end[position] !== Never) events.add(calls.end[position]!);
  }
  return [...events].toSorted((a, b) => a - b);
}

/** Position of the call that an event stands for; calls are in order of their events. */
function positionOf(calls: Calls, event: number): number {
  let low = 0;
  let high = calls.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (calls.event[middle]! < event) low = middle + 1;
    else high = middle;
  }
  return low;
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
