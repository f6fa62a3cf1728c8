import type { History } from "../../histories/history.ts";
import { inWords } from "../../histories/json.ts";
import { attempts, Named, type Attempt } from "../simple/attempts.ts";
import { Contradictions } from "../simple/contradictions.ts";
import type { Verdict } from "../verdict.ts";

/** The part of a run in which its world is kind: from when on, until when, and how soon operations must then be answered. */
export interface StablePhase {
  /** Nanoseconds since the start of the run. */
  readonly from: number;
  readonly until: number;
  readonly bound: number;
}

/**
 * Termination after stabilization (Dwork, Lynch & Stockmeyer 1988): whatever a client asks for in the stable part of a run is
 * answered, by ok or by fail, within the bound. Operations that began so late that the bound reaches beyond that part are not
 * judged. This is stronger than that the system as a whole makes progress.
 */
export function checkTermination(history: History, { from, until, bound }: StablePhase): Verdict {
  const found = new Contradictions();
  const { time } = history.columns;
  let judged = 0;
  let slowest = 0;
  for (const attempt of attempts(history)) {
    const began = time[attempt.index]!;
    if (history.completionsOnly || began < from || began + bound > until) continue;
    judged++;
    const waited = answeredAfter(history, attempt) - began;
    if (waited <= bound) slowest = Math.max(slowest, waited);
    else
      found.add(
        "not-terminated",
        [attempt.index],
        () =>
          `${Named(attempt)}, ${attempt.f} of ${inWords(attempt.argument)}, began at ${seconds(began)} and ${Number.isFinite(waited) ? `was answered after ${seconds(waited)}` : "never got an answer"}; the world was kind from ${seconds(from)} on, and ${seconds(bound)} were to be enough.`,
      );
  }
  return found.verdict(
    "termination",
    { judged, "slowest-milliseconds": Math.round(slowest / 1e6) },
    judged === 0 ? "no evidence: no operation began in the stable part of the run" : undefined,
  );
}

function answeredAfter(history: History, { index, outcome }: Attempt): number {
  return outcome === "info" ? Infinity : (history.columns.time[history.completion(index)] ?? Infinity);
}

function seconds(nanoseconds: number): string {
  return `${Math.round(nanoseconds / 1e6) / 1000} s`;
}
