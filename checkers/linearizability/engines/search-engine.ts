import { callsUntil, Never, withoutUnseen, type Calls } from "../calls.ts";
import { NoAction } from "../alphabet.ts";
import { NoState, type StateTable } from "../states.ts";
import type { Decision, Engine, Limits, Problem } from "./engine.ts";
import { neverGiven } from "./search/never-given.ts";
import { search } from "./search/search.ts";
import { layOut } from "./search/timeline.ts";

/** Pairs of a state and a call in flight that are compared to learn whether the first failure is known. */
const MostCompared = 1 << 18;

/** The general search: any model, exponential only in the concurrency. */
export const searchEngine: Engine = {
  name: "search",
  decide(problem, limits) {
    const { calls, states } = problem;
    const refuted = neverGiven(calls);
    if (refuted === undefined) return decideBySearch(problem, limits);
    const { culprit, proof } = refuted;
    const until = calls.end[culprit]!;
    const before = decideBySearch({ calls: callsUntil(calls, until - 1), states }, limits);
    if (before.end === "nonlinearizable") return before;
    return {
      end: "nonlinearizable",
      ...(before.end === "linearizable" ? { until } : {}),
      ...(proof === undefined ? {} : { proof }),
      steps: before.steps,
    };
  },
};

function decideBySearch({ calls, states }: Problem, limits: Limits): Decision {
  const seen = withoutUnseen(calls);
  const { end, order, returned, blocked, blockedStates, steps, configurations } = search(
    layOut(seen),
    states,
    limits,
  );
  switch (end) {
    case "linearizable":
      return { end, order: inTermsOf(calls, seen, order), steps, configurations };
    case "nonlinearizable": {
      const failsAt = seen.end[blocked];
      const isFirst =
        failsAt !== undefined && blockedStates.size > 0 && outputsAreNoNews(calls, failsAt, states);
      return { end, ...(isFirst ? { until: failsAt } : {}), steps, configurations };
    }
    default:
      return { end, returned, steps, configurations };
  }
}

/**
 * Whether the calls in flight at an event do the same, in every state that was come across, as if their outputs
 * were not known yet. Then a search that failed at this return fails in the prefix up to it as well, for it
 * goes through the same configurations; before it, none does.
 */
function outputsAreNoNews(
  { alphabet, action, begin, end, length }: Calls,
  event: number,
  states: StateTable,
): boolean {
  const { size } = states;
  const inFlight = new Set<number>();
  for (let i = 0; i < length && begin[i]! < event; i++)
    if (end[i]! > event && end[i] !== Never && alphabet.unknown(action[i]!) !== NoAction)
      inFlight.add(action[i]!);
  if (inFlight.size * size > MostCompared) return false;
  return [...inFlight].every((its) => {
    const unknown = alphabet.unknown(its);
    for (let state = 0; state < size; state++) {
      const next = states.next(state, its);
      // Several states at once are not compared.
      if (next < NoState || next !== states.next(state, unknown)) return false;
    }
    return true;
  });
}

/** Positions in `some` of the calls as positions in `all`. */
function inTermsOf(all: Calls, some: Calls, positions: Int32Array): Int32Array {
  if (all === some) return positions;
  const position = new Int32Array(some.length);
  for (let i = 0, j = 0; j < some.length; i++) if (all.event[i] === some.event[j]) position[j++] = i;
  return positions.map((place) => position[place]!);
}
