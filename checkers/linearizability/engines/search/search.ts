import type { Limits } from "../engine.ts";
import type { StateTable } from "../../states.ts";
import { BreadthFirst } from "./breadth-first.ts";
import { DepthFirst } from "./depth-first.ts";
import type { SearchEnd, Searcher, SearchResult, Standing } from "./result.ts";
import { NoCut, type Timeline } from "./timeline.ts";

export type { DeadEnd, SearchEnd, SearchResult } from "./result.ts";

/** What tables may take unless the user says otherwise: 1 GiB, to which the process adds its own. */
const defaultBytes = 0x40000000;

/** Steps that the depth-first search has for each event before others compete: enough where it never errs. */
const HeadStart = 16;
/** Steps that each then has in turn. */
const Turn = 4096;
/** Fewer unknown calls are no reason to use them again and again. */
const FewUnknown = 4;

/**
 * Decides whether the calls of a timeline have a linearization, for any model.
 *
 * Two searches compete, in turns of as many steps each, never by time: the depth-first one, which
 * finds an order soon, and the breadth-first one, which finds soon that there is none. A third, breadth
 * first and relaxed, joins them where there are unknown calls. Whichever decides first, the answer is the
 * same; so the whole takes a small multiple of the steps of the best. One whose tables grow too large leaves
 * it to the others.
 */
export function search(timeline: Timeline, states: StateTable, limits: Limits): SearchResult {
  return new Competition(timeline, states, limits).run();
}

class Competition {
  readonly #timeline: Timeline;
  readonly #states: StateTable;
  readonly #limits: Limits;
  readonly #mostWords: number;
  readonly #depthFirst: DepthFirst;
  #rivals: Searcher[];
  /** Steps, and configurations, of those that gave up. */
  #spent = 0;
  #reached = 0;
  #configurations = 0;

  constructor(timeline: Timeline, states: StateTable, limits: Limits) {
    this.#timeline = timeline;
    this.#states = states;
    this.#limits = limits;
    this.#mostWords = (limits.bytes ?? defaultBytes) / 4;
    this.#depthFirst = new DepthFirst(timeline, states);
    this.#rivals = [this.#depthFirst];
  }

  run(): SearchResult {
    const result = this.#turn(this.#depthFirst, 4 * Turn + HeadStart * this.#timeline.events.length);
    if (result !== undefined) return result;
    const unknown = this.#timeline.classes.reduce((count, { members }) => count + members.length, 0);
    this.#rivals.push(new BreadthFirst(this.#timeline, this.#states));
    if (unknown >= FewUnknown) this.#rivals.push(new BreadthFirst(this.#timeline, this.#states, true));
    for (;;) {
      for (const rival of this.#rivals) {
        if (!this.#rivals.includes(rival)) continue;
        const found = this.#turn(rival, Turn);
        if (found !== undefined) return found;
      }
    }
  }

  /** Lets one go on; the result when it decides, or when a budget ends. */
  #turn(rival: Searcher, steps: number): SearchResult | undefined {
    // In parts, so that seconds are asked for often enough, and bytes before they are long gone.
    for (let left = steps; left > 0; left -= Turn) {
      if (this.#limits.expired?.() === true) return this.#result("seconds");
      const more = this.#limits.steps - this.#steps();
      if (more < 0) return this.#result("steps");
      const outcome = rival.run(Math.min(Turn, left, more));
      if (outcome === "gave up") return this.#retire(rival);
      if (outcome !== undefined) return this.#result(outcome, rival);
      const words = this.#rivals.reduce((sum, one) => sum + one.words, this.#states.words);
      if (words > this.#mostWords) {
        const largest = this.#rivals.reduce((most, one) => (one.words > most.words ? one : most));
        const result = this.#retire(largest);
        if (result !== undefined || largest === rival) return result;
      }
    }
    return undefined;
  }

  #retire(rival: Searcher): SearchResult | undefined {
    const rivals = this.#rivals.filter((other) => other !== rival);
    if (rivals.length === 0) return this.#result("bytes");
    const { reached, configurations } = rival.standing();
    // Relaxed, a search gets past what no order gets past.
    if (!isRelaxed(rival)) this.#reached = Math.max(this.#reached, reached);
    this.#configurations += configurations;
    this.#spent += rival.steps;
    this.#rivals = rivals;
    return undefined;
  }

  #steps(): number {
    return this.#rivals.reduce((sum, rival) => sum + rival.steps, this.#spent);
  }

  #result(end: SearchEnd, winner?: Searcher): SearchResult {
    const { events, cuts } = this.#timeline;
    const standings = new Map<Searcher, Standing>(this.#rivals.map((rival) => [rival, rival.standing()]));
    let reached = this.#reached;
    let configurations = this.#configurations;
    for (const [rival, standing] of standings) {
      configurations += standing.configurations;
      if (!isRelaxed(rival)) reached = Math.max(reached, standing.reached);
    }
    const won = winner === undefined || isRelaxed(winner) ? undefined : standings.get(winner);
    if (won !== undefined) reached = won.reached;
    let returned = 0;
    for (let at = 0; at < reached; at++) if (events[at]! < 0) returned++;
    return {
      end,
      steps: this.#steps(),
      configurations,
      order: won?.order ?? new Int32Array(0),
      returned,
      blocked: end === "linearizable" || reached >= events.length ? -1 : ~events[reached]!,
      blockedStates: won?.blockedStates ?? new Set(),
      deadEnds: won?.deadEnds ?? [],
      forced: won?.forced ?? cuts.map(() => NoCut),
    };
  }
}

function isRelaxed(rival: Searcher): boolean {
  return rival instanceof BreadthFirst && rival.relaxed;
}
