import { Never } from "../../calls.ts";
import type { Decision, Engine, Limits } from "../engine.ts";
import { readRegisterCalls } from "../register-calls.ts";
import { Frontier, type FrontierOptions } from "./frontier.ts";
import { InFlight } from "./in-flight.ts";
import { firstOverwritten } from "./overwritten.ts";
import { scheduleOf, type Schedule } from "./schedule.ts";
import { orderOf } from "./witness.ts";

/** Known calls in flight at once for which this engine is made. */
const MostSlots = 1024;
/** How many configurations are kept after an event at first, and how much more each time that proves too few. */
const FirstWidth = 16;
const Widening = 8;
/** How many times the effort of a refutation may go into finding out how soon it holds. */
const MostForPrefix = 4;

/**
 * Registers, flags and locks whose values repeat: the frontier of `Frontier`, kept narrow at first.
 *
 * A narrow frontier that gets through proves the history linearizable; an empty one from which nothing was
 * dropped proves that the prefix has no linearization, and the shorter ones have. Otherwise it runs again,
 * wider, so that all in all it takes little more than the width that is needed. Where outcomes are
 * unknown, which multiply what a frontier has to hold, one that may use each unknown call any number of times takes
 * turns with it: should that be empty, there is no linearization either.
 */
export const frontierEngine: Engine = {
  name: "frontier",
  decide({ calls }, limits) {
    const { structure } = calls.alphabet.model;
    if (structure?.kind !== "register") return undefined;
    const schedule = scheduleOf(readRegisterCalls(calls, structure));
    return schedule.slots > MostSlots ? undefined : decideSchedule(schedule, limits);
  },
};

export function decideSchedule(schedule: Schedule, limits: Limits, firstWidth = FirstWidth): Decision {
  const { calls } = schedule.register;
  const overwritten = firstOverwritten(schedule);
  const proof = overwritten?.proof === undefined ? {} : { proof: overwritten.proof };
  /** The return up to which there certainly is no linearization. */
  let refuted = overwritten === undefined ? undefined : calls.end[overwritten.call]!;
  const hasUnknown = schedule.slot.some((slot, i) => slot < 0 && schedule.change[i]! >= 0);
  let steps = 0;
  let configurations = 0;
  let stepsToRefute = refuted === undefined ? 0 : schedule.events.length;
  let furthest = 0;
  for (let width = firstWidth; ; width *= Widening) {
    for (const relaxed of hasUnknown && refuted === undefined ? [false, true] : [false]) {
      const left =
        refuted === undefined ? limits.steps - steps : Math.min(limits.steps, MostForPrefix * stepsToRefute);
      const run = new Run(schedule, { ...limits, steps: left, relaxed, width, trails: !relaxed });
      run.go(refuted ?? Never);
      const { frontier } = run;
      steps += frontier.steps;
      configurations = Math.max(configurations, frontier.most);
      if (!relaxed && run.returned > furthest) furthest = run.returned;
      const counts = { steps, configurations };
      if (frontier.stopped !== undefined) {
        if (refuted !== undefined) return { end: "nonlinearizable", ...proof, ...counts };
        return { end: frontier.stopped, returned: furthest, ...counts };
      }
      if (run.failedAt === undefined) {
        if (relaxed) continue;
        if (refuted !== undefined) return { end: "nonlinearizable", until: refuted, ...proof, ...counts };
        return { end: "linearizable", order: orderOf(schedule, frontier.trail(0)), ...counts };
      }
      if (!frontier.truncated) {
        if (!relaxed) return { end: "nonlinearizable", until: run.failedAt, ...counts };
        refuted = run.failedAt;
        stepsToRefute = steps;
        if (run.returned === furthest) return { end: "nonlinearizable", until: refuted, ...counts };
      }
    }
  }
}

class Run {
  readonly #schedule: Schedule;
  readonly frontier: Frontier;
  /** The return after which no configuration was left. */
  failedAt: number | undefined;
  returned = 0;

  constructor(schedule: Schedule, options: FrontierOptions) {
    this.#schedule = schedule;
    this.frontier = new Frontier(new InFlight(schedule.slots), options);
  }

  /** Goes through the events before a return. */
  go(until: number): void {
    const { frontier } = this;
    const { events, kind, change: changeOf, slot, register } = this.#schedule;
    const { calls, seen, written } = register;
    const { begin, end } = calls;
    for (let at = 0; at < events.length && frontier.stopped === undefined; at++) {
      const event = events[at]!;
      if (event < 0) {
        const call = ~event;
        if (end[call]! >= until) return;
        if (!frontier.end(slot[call]!, end[call]!)) {
          if (frontier.stopped === undefined) this.failedAt = end[call]!;
          return;
        }
        this.returned++;
      } else if (end[event] === Never)
        frontier.beginUnknown(kind[event]!, seen[event]!, written[event]!, changeOf[event]!, begin[event]!);
      else
        frontier.begin(
          slot[event]!,
          kind[event]!,
          seen[event]!,
          written[event]!,
          changeOf[event]!,
          begin[event]!,
        );
    }
  }
}
