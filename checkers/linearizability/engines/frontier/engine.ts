import { Never } from "../../calls.ts";
import type { Decision, Engine, Limits } from "../engine.ts";
import { readRegisterCalls } from "../register-calls.ts";
import { Frontier, type FrontierOptions } from "./frontier.ts";
import { InFlight } from "./in-flight.ts";
import { scheduleOf, type Schedule } from "./schedule.ts";
import { orderOf } from "./witness.ts";

/** Known calls in flight at once for which this engine is made. */
const MostSlots = 1024;

export const frontierEngine: Engine = {
  name: "frontier",
  decide({ calls }, limits) {
    const { structure } = calls.alphabet.model;
    if (structure?.kind !== "register") return undefined;
    const schedule = scheduleOf(readRegisterCalls(calls, structure));
    if (schedule.slots > MostSlots) return undefined;
    return decideSchedule(schedule, limits);
  },
};

export function decideSchedule(schedule: Schedule, _limits: Limits, options: FrontierOptions = {}): Decision {
  const run = new Run(schedule, options);
  run.go();
  const { frontier } = run;
  const counts = { steps: frontier.steps, configurations: frontier.most };
  if (run.failedAt !== undefined) return { end: "nonlinearizable", until: run.failedAt, ...counts };
  return { end: "linearizable", order: orderOf(schedule, frontier.trail(0)), ...counts };
}

class Run {
  readonly #schedule: Schedule;
  readonly frontier: Frontier;
  failedAt: number | undefined;

  constructor(schedule: Schedule, options: FrontierOptions) {
    this.#schedule = schedule;
    this.frontier = new Frontier(new InFlight(schedule.slots), options);
  }

  go(): void {
    const { events, kind, class: classOf, slot, register } = this.#schedule;
    const { calls, seen, written } = register;
    const { begin, end } = calls;
    for (let at = 0; at < events.length; at++) {
      const event = events[at]!;
      if (event >= 0) {
        if (end[event] === Never)
          this.frontier.beginUnknown(
            classOf[event]!,
            kind[event]!,
            seen[event]!,
            written[event]!,
            begin[event]!,
          );
        else
          this.frontier.begin(
            slot[event]!,
            kind[event]!,
            seen[event]!,
            written[event]!,
            classOf[event]!,
            begin[event]!,
          );
      } else if (!this.frontier.end(slot[~event]!, end[~event]!)) {
        this.failedAt = end[~event]!;
        return;
      }
    }
  }
}
