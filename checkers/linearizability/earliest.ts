import { callsUntil, Never, type Calls } from "./calls.ts";
import type { Limits, Nonlinearizable } from "./engines/engine.ts";
import { decide } from "./engines/engines.ts";
import type { StateTable } from "./states.ts";

/** A prefix of a partition that has no linearization; what fails sooner or later is not in it. */
export interface FailingPrefix {
  /** Index of the completion that ends it. */
  readonly until: number;
  /** Whether every shorter prefix is known to have one. */
  readonly shortest: boolean;
}

/**
 * The shortest prefix without a linearization. Linearizability is prefix-closed, so there is one completion
 * before which all is well and after which nothing is.
 *
 * Engines that go through the events in order know it. Of others a proof says that it is not longer than up
 * to where the last call of the proof returned; the rest is found by doubling and halving, from the front, so
 * that no prefix much longer than the one looked for is ever decided. It does not do to look where the
 * search of the whole got stuck: in a prefix the calls in flight are unknown yet, so it may pass there.
 */
export function shortestFailingPrefix(
  calls: Calls,
  decision: Nonlinearizable,
  states: StateTable,
  limits: Limits,
): FailingPrefix {
  if (decision.until !== undefined) return { until: decision.until, shortest: true };
  const known = decision.proof?.calls.filter((call) => calls.end[call] !== Never) ?? [];
  const bound = known.length === 0 ? Never : Math.max(...known.map((call) => calls.end[call]!));
  const returns = calls.end.filter((end) => end !== Never && end <= bound).toSorted();
  const last = returns.length - 1;
  const attempt = (i: number): "fails" | "passes" | "undecided" => {
    if (i === last) return "fails";
    const { end } = decide({ calls: callsUntil(calls, returns[i]!), states }, limits).decision;
    return end === "linearizable" ? "passes" : end === "nonlinearizable" ? "fails" : "undecided";
  };

  let passing = -1;
  // Where a proof ends, its last call is nearly always the one: look right before it first.
  if (bound !== Never && last > 0) {
    const before = attempt(last - 1);
    if (before === "passes") return { until: returns[last]!, shortest: true };
  }
  let failing = 0;
  for (let stride = 1; failing < last; stride *= 2) {
    const tried = attempt(failing);
    if (tried === "fails") break;
    if (tried === "undecided") return { until: returns[last]!, shortest: false };
    passing = failing;
    failing = Math.min(last, failing + stride);
  }
  while (failing - passing > 1) {
    const middle = (passing + failing) >>> 1;
    const tried = attempt(middle);
    if (tried === "undecided") return { until: returns[failing]!, shortest: false };
    if (tried === "passes") passing = middle;
    else failing = middle;
  }
  return { until: returns[failing]!, shortest: true };
}
