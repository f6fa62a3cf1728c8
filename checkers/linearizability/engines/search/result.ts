import type { Decision } from "../engine.ts";

export type SearchEnd = Decision["end"];

/** Where a partial linearization got stuck. */
export interface DeadEnd {
  /** Positions of the calls placed last, in order; the earlier ones are left out. */
  readonly order: readonly number[];
  /** How many calls were placed before those of `order`. */
  readonly before: number;
  /** Numbers of the states after each call of `order`. */
  readonly states: readonly number[];
  /** Number of the state reached. */
  readonly state: number;
  /** Positions of the calls that real time allowed next. */
  readonly candidates: readonly number[];
}

export interface SearchResult {
  readonly end: SearchEnd;
  readonly steps: number;
  readonly configurations: number;
  /** Positions of all calls placed, in order, when linearizable. */
  readonly order: Int32Array;
  /** How many known calls returned before the one that no order got past. */
  readonly returned: number;
  /**
   * Position of the first call, by its return, that no order got past; −1 when linearizable. When the
   * search did not exhaust all orders up to there: of one before which nothing fails.
   */
  readonly blocked: number;
  /** Every state in which that call was tried, when the search was exhaustive. */
  readonly blockedStates: ReadonlySet<number>;
  readonly deadEnds: readonly DeadEnd[];
  /** Event → the only state that any order has at this point of rest; negative otherwise. */
  readonly forced: Int32Array;
}

/** How a search of one kind stands. */
export interface Standing {
  /** Index, among the events of the timeline, of the return that no order got past so far. */
  readonly reached: number;
  readonly configurations: number;
  readonly order: Int32Array;
  readonly blockedStates: ReadonlySet<number>;
  readonly deadEnds: readonly DeadEnd[];
  readonly forced: Int32Array;
}

/** What a search found; `undefined`: nothing yet. */
export type Outcome = "linearizable" | "nonlinearizable" | "gave up" | undefined;

/** A search that goes on step by step, so that several can compete. */
export interface Searcher {
  /** Steps taken so far. */
  readonly steps: number;
  /** 32-bit words of tables held. */
  readonly words: number;
  /** Goes on for about as many steps. */
  run(steps: number): Outcome;
  standing(): Standing;
}

export const MostDeadEnds = 8;
export const LongestTail = 64;
