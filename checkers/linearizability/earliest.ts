import { callsUntil, Never, withoutUnseen, type Calls } from "./calls.ts";
import type { Limits } from "./engines/engine.ts";
import { search, type SearchResult } from "./engines/search/search.ts";
import type { StateTable } from "./states.ts";
import { layOut, type Timeline } from "./engines/search/timeline.ts";

/** A prefix of a partition that has no linearization; what fails sooner or later is not in it. */
export interface FailingPrefix {
  /** Index of the completion that ends it. */
  readonly until: number;
  /** Whether every shorter prefix is known to have one. */
  readonly shortest: boolean;
  readonly timeline: Timeline;
  readonly result: SearchResult;
}

/**
 * The shortest prefix without a linearization. Linearizability is prefix-closed, so there is one completion
 * before which all is well and after which nothing is.
 *
 * The failed search of the whole shows how far any order got: no prefix before that fails. A prefix knows
 * less, though, for its calls in flight are unknown in it, so it may still pass there; then the first that
 * fails is found by doubling and halving.
 */
export function shortestFailingPrefix(
  calls: Calls,
  timeline: Timeline,
  result: SearchResult,
  states: StateTable,
  limits: Limits,
): FailingPrefix {
  const first = timeline.calls.end[result.blocked]!;
  const returns = calls.end.filter((end) => end !== Never && end >= first).toSorted();
  const last = returns.length - 1;
  const whole = { until: returns[last]!, shortest: false, timeline, result };
  const attempt = (i: number): FailingPrefix | "passes" | "undecided" => {
    const until = returns[i]!;
    const prefix = layOut(withoutUnseen(callsUntil(calls, until)));
    const found = search(prefix, states, limits);
    if (found.end === "linearizable") return "passes";
    if (found.end !== "nonlinearizable") return "undecided";
    return { until, shortest: true, timeline: prefix, result: found };
  };

  let passing = -1;
  let failing = 0;
  let best: FailingPrefix = whole;
  for (let stride = 1; ; stride *= 2) {
    const tried = attempt(failing);
    if (tried === "undecided") return whole;
    if (tried !== "passes") {
      best = tried;
      break;
    }
    passing = failing;
    if (failing === last) return whole;
    failing = Math.min(last, failing + stride);
  }
  while (failing - passing > 1) {
    const middle = (passing + failing) >>> 1;
    const tried = attempt(middle);
    if (tried === "undecided") return { ...best, shortest: false };
    if (tried === "passes") passing = middle;
    else {
      failing = middle;
      best = tried;
    }
  }
  return best;
}
