import type { History } from "../histories/history.ts";
import type { Verdict } from "./verdict.ts";

/**
 * What a checker may spend. Steps are the same on every machine; seconds are not, so they count only when
 * a user asked for them, and the clock comes from outside.
 */
export interface Budget {
  readonly steps?: number;
  /** Bytes of tables, besides the history. */
  readonly bytes?: number;
  readonly seconds?: number;
  /** Seconds on a monotonic clock; needed with `seconds`. */
  readonly clock?: () => number;
}

/** A pure function from a history to a verdict. It never throws on a lawful history. */
export interface Checker {
  readonly name: string;
  /** One line for `rashomon list checkers`. */
  readonly summary: string;
  check(history: History, budget?: Budget): Verdict;
  /** The same verdict, found by several threads, for checkers that can share their work. */
  checkInThreads?(history: History, budget: Budget, threads: { readonly workers: number }): Promise<Verdict>;
}
