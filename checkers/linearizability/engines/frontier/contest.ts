import { Never } from "../../calls.ts";
import type { Decision, Limits } from "../engine.ts";
import { Frontier, type FrontierOptions } from "./frontier.ts";
import { InFlight } from "./in-flight.ts";
import { firstOverwritten, type Overwritten } from "./overwritten.ts";
import type { Schedule } from "./schedule.ts";
import { orderOf } from "./witness.ts";

/** How much wider a frontier gets each time it proves too narrow. */
const Widening = 8;
/** Steps for each call that the general search has at first. */
const SearchStepsPerCall = 16;
/** How many times the effort of a refutation may go into finding out how soon it holds, and steps for each event at least. */
const MostForPrefix = 4;
const StepsPerEventForPrefix = 256;

/** The general search on the calls, or on the prefix before an event. */
export type Search = (before: number | undefined, limits: Limits) => Decision;

/**
 * Decides by several procedures that take turns, each round with more room or steps than the one before; whose
 * turn it is depends on the history only. So all in all it takes little more than the best of them alone.
 *
 * - An *overwritten* value refutes at once.
 * - A *frontier* that gets through is a linearization; an empty one from which nothing was dropped for want of room
 *   refutes, and no shorter prefix fails.
 * - A *relaxed* frontier, which uses unknown calls any number of times, is much smaller where there are many. When
 *   it is empty, it refutes.
 * - The general *search* goes depth first, which is better at choosing among unknown calls when there is
 *   a linearization.
 *
 * What is refuted without knowing that shorter prefixes hold is searched again up to there.
 */
export class Contest {
  readonly #schedule: Schedule;
  readonly #limits: Limits;
  readonly #search: Search | undefined;
  readonly #hasUnknown: boolean;
  readonly #overwritten: Overwritten | undefined;
  /** The return up to which there is no linearization; `Never`: there is none up to the end. */
  #refuted: number | undefined;
  #steps = 0;
  #configurations = 0;
  /** Steps that may be taken in all. */
  #most: number;
  /** How many calls returned before the one that no order got past. */
  #returned = 0;

  constructor(schedule: Schedule, limits: Limits, search?: Search) {
    this.#schedule = schedule;
    this.#limits = limits;
    this.#search = search;
    this.#most = limits.steps;
    this.#hasUnknown = schedule.slot.some((slot, i) => slot < 0 && schedule.change[i]! >= 0);
    this.#overwritten = firstOverwritten(schedule);
    if (this.#overwritten !== undefined) this.#refute(schedule.register.calls.end[this.#overwritten.call]!);
  }

  decide(firstWidth: number): Decision {
    for (let width = firstWidth; ; width *= Widening) {
      const decision =
        (this.#hasUnknown ? this.#searchOn() : undefined) ??
        this.#tryFrontier(width) ??
        (this.#hasUnknown ? this.#tryRelaxed(width) : this.#searchOn());
      if (decision !== undefined) return decision;
    }
  }

  #tryFrontier(width: number): Decision | undefined {
    const run = this.#run({ width });
    this.#returned = Math.max(this.#returned, run.returned);
    if (run.frontier.stopped !== undefined) return this.#undecided(run.frontier.stopped);
    if (run.failedAt === undefined)
      return this.#refuted === undefined
        ? this.#linearizable(orderOf(this.#schedule, run.frontier.trail(0)))
        : this.#nonlinearizable(this.#refuted);
    return run.frontier.truncated ? undefined : this.#nonlinearizable(run.failedAt);
  }

  #tryRelaxed(width: number): Decision | undefined {
    if (this.#refuted !== undefined) return undefined;
    const run = this.#run({ width, relaxed: true, trails: false });
    if (run.frontier.stopped !== undefined) return this.#undecided(run.frontier.stopped);
    if (run.failedAt === undefined || run.frontier.truncated) return undefined;
    this.#refute(run.failedAt);
    // Some frontier got as far: then the shorter prefixes hold.
    return run.returned === this.#returned ? this.#nonlinearizable(run.failedAt) : undefined;
  }

  #searchOn(): Decision | undefined {
    if (this.#search === undefined || this.#refuted === Never) return undefined;
    const { length } = this.#schedule.register.calls;
    const steps = Math.min(Math.max(SearchStepsPerCall * length, this.#steps), this.#most - this.#steps);
    const decision = this.#search(this.#refuted, { ...this.#limits, steps });
    this.#steps += decision.steps;
    this.#configurations = Math.max(this.#configurations, decision.configurations ?? 0);
    switch (decision.end) {
      case "linearizable":
        return this.#refuted === undefined
          ? this.#linearizable(decision.order)
          : this.#nonlinearizable(this.#refuted);
      case "nonlinearizable":
        if (decision.until !== undefined) return this.#nonlinearizable(decision.until);
        this.#refute(this.#refuted ?? Never);
        return undefined;
      case "seconds":
        this.#returned = Math.max(this.#returned, decision.returned);
        return this.#undecided("seconds");
      default:
        this.#returned = Math.max(this.#returned, decision.returned);
        return this.#steps < this.#most ? undefined : this.#undecided("steps");
    }
  }

  /** Notes that there is no linearization; from here on it is only to find out how soon. */
  #refute(until: number): void {
    this.#refuted = until;
    const effort = Math.max(
      MostForPrefix * this.#steps,
      StepsPerEventForPrefix * this.#schedule.events.length,
    );
    this.#most = Math.min(this.#limits.steps, this.#steps + effort);
  }

  #run(options: FrontierOptions): Run {
    const run = new Run(this.#schedule, { ...this.#limits, steps: this.#most - this.#steps, ...options });
    run.go(this.#refuted ?? Never);
    this.#steps += run.frontier.steps;
    this.#configurations = Math.max(this.#configurations, run.frontier.most);
    return run;
  }

  #linearizable(order: Int32Array): Decision {
    return { end: "linearizable", order, steps: this.#steps, configurations: this.#configurations };
  }

  #nonlinearizable(until: number | undefined): Decision {
    const proof = this.#overwritten?.proof;
    return {
      end: "nonlinearizable",
      ...(until === undefined ? {} : { until }),
      // A shorter prefix fails for another reason.
      ...(proof === undefined || (until !== undefined && until !== this.#refuted) ? {} : { proof }),
      steps: this.#steps,
      configurations: this.#configurations,
    };
  }

  #undecided(end: "steps" | "seconds" | "bytes"): Decision {
    if (this.#refuted !== undefined) return this.#nonlinearizable(undefined);
    return { end, returned: this.#returned, steps: this.#steps, configurations: this.#configurations };
  }
}

/** A frontier taken through the events. */
export class Run {
  readonly #schedule: Schedule;
  readonly frontier: Frontier;
  /** The return after which no configuration was left. */
  failedAt: number | undefined;
  /** How many calls returned before. */
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
    for (let at = 0; at < events.length; at++) {
      const event = events[at]!;
      if (event < 0) {
        const call = ~event;
        if (end[call]! >= until) return;
        if (!frontier.end(slot[call]!, end[call]!)) {
          if (frontier.stopped === undefined) this.failedAt = end[call]!;
          return;
        }
        this.returned++;
      } else {
        const change = changeOf[event]!;
        const its = kind[event]!;
        if (end[event] === Never)
          frontier.beginUnknown(its, seen[event]!, written[event]!, change, begin[event]!);
        else frontier.begin(slot[event]!, its, seen[event]!, written[event]!, change, begin[event]!);
      }
    }
  }
}
