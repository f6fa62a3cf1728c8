import { callsUntil, Never, withoutUnseen, type Calls } from "./calls.ts";
import type { Limits, Nonlinearizable } from "./engines/engine.ts";
import { callsAt, shrink, thin } from "./shrink.ts";
import type { StateTable } from "./states.ts";

/** Calls beyond which only the last of them are looked at. */
const MostWhole = 100_000;
const LastCalls = 10_000;
/** Calls beyond which a proof is not replaced by what shrinking would leave. */
const MostAgain = 10_000;
/** Unknown calls that are kept along with the last ones, whenever they began. */
const MostUnknown = 2000;

/** An object without a linearization, and the call by whose return its shortest failing prefix ends. */
export interface Failing {
  readonly calls: Calls;
  readonly call: number;
  readonly until: number;
  readonly decision: Nonlinearizable;
  readonly states: StateTable;
  readonly limits: Limits;
  /** Whether a few calls have with them all that could have given what they took. */
  readonly isClosed: (some: Calls) => boolean;
}

/**
 * The calls that contradict one another, as known right after event `until`: the proof of the engine, or what
 * shrinking leaves; and whether separate code found that no other call matters to them. Of a long history the last
 * part is shrunk first: what others it needs is told by that code.
 */
export function heartOf(failing: Failing): { readonly heart: Calls; readonly closed: boolean } {
  const proven = provenHeart(failing);
  if (proven !== undefined && failing.isClosed(proven)) return { heart: proven, closed: true };
  const late = failing.call > MostWhole ? lateHeart(failing) : undefined;
  if (late !== undefined) return { heart: late, closed: true };
  // An engine may know more than the ties of the model say: then others cannot follow it, and shrinking may do.
  if (proven !== undefined && failing.call > MostAgain) return { heart: proven, closed: false };
  const whole = shrunk(callsUntil(failing.calls, failing.until), failing);
  const closed = failing.isClosed(whole);
  return { heart: closed ? whole : (proven ?? whole), closed };
}

function provenHeart({ calls, until, decision, states, limits }: Failing): Calls | undefined {
  if (decision.proof === undefined) return undefined;
  const positions = decision.proof.calls.toSorted((a, b) => a - b);
  const few = callsUntil(callsAt(calls, positions), until);
  // A proof may be about a later prefix than the shortest one.
  const last = few.end.indexOf(until);
  const kept = last < 0 ? undefined : thin(few, last, states, limits);
  return kept === undefined ? undefined : callsAt(few, kept);
}

/** What shrinking leaves of the last part, if it is closed. */
function lateHeart(failing: Failing): Calls | undefined {
  const { calls, call, until } = failing;
  const first = call - LastCalls;
  const since = calls.begin[first]!;
  const kept: number[] = [];
  let unknown = 0;
  for (let i = 0; i < calls.length && calls.begin[i]! < until; i++) {
    if (calls.end[i]! < since) continue;
    if (i < first && calls.end[i] === Never && ++unknown > MostUnknown) return undefined;
    kept.push(i);
  }
  const part = shrunk(callsUntil(callsAt(calls, kept), until), failing);
  return part.length < kept.length && failing.isClosed(part) ? part : undefined;
}

function shrunk(prefix: Calls, { until, states, limits }: Failing): Calls {
  const seen = withoutUnseen(prefix);
  return callsAt(seen, shrink(seen, seen.end.indexOf(until), states, limits));
}
