import type { Json } from "../../../histories/json.ts";
import type { Calls } from "../calls.ts";
import type { StateTable } from "../states.ts";

/** What deciding one object may spend. */
export interface Limits {
  readonly steps: number;
  /** Bytes of tables, besides the history. */
  readonly bytes?: number;
  /** Whether the user's time is over; asked every few thousand steps. */
  readonly expired?: () => boolean;
}

/** One object's calls: what an engine decides. Positions are places in the columns of `calls`. */
export interface Problem {
  readonly calls: Calls;
  /** The model's states and transitions, tabulated as they are asked for. */
  readonly states: StateTable;
}

/**
 * An exact decision procedure for some class of problems. Engines are tried from the cheapest to the most
 * general; which one answers depends on the problem only, never on the machine.
 */
export interface Engine {
  readonly name: string;
  /** Decides the problem; `undefined` when it is not of this engine's class. */
  decide(problem: Problem, limits: Limits): Decision | undefined;
}

export type Decision = Linearizable | Nonlinearizable | Undecided;

export interface Linearizable {
  readonly end: "linearizable";
  /** Positions in the order in which the calls took effect: all known ones, and the unknown ones that did. */
  readonly order: Int32Array;
  readonly steps: number;
  readonly configurations?: number;
}

export interface Nonlinearizable {
  readonly end: "nonlinearizable";
  /**
   * Index of the completion that ends the shortest prefix without a linearization, where the engine knows
   * it; found by halving otherwise.
   */
  readonly until?: number;
  /** A few calls that contradict one another by themselves, where the theory gives them. */
  readonly proof?: Proof;
  /** Every result with which the call that ends that prefix could have been placed, where the engine knows them. */
  readonly allowed?: readonly Json[];
  readonly steps: number;
  readonly configurations?: number;
}

export interface Undecided {
  /** Which budget ended. */
  readonly end: "steps" | "seconds" | "bytes";
  /** How many known calls returned before the one that no order got past. */
  readonly returned: number;
  readonly steps: number;
  readonly configurations?: number;
}

/**
 * Calls that have no linearization by themselves, whatever the others did: of each value they name, all
 * calls that could have given it are among them.
 */
export interface Proof {
  readonly pattern: Pattern;
  /** Positions, with those that give what others of them took; in order of begin. */
  readonly calls: readonly number[];
  /** The call that cannot be placed given the others: the one that returned last. */
  readonly culprit: number;
  /** The call that overtook or replaced, held or covered: what the sentence names beside the culprit. */
  readonly against?: number;
}

/** The field's names for what went wrong; `explain` has a sentence for each. */
export type Pattern =
  /** Saw a value that nobody gave. */
  | "never-written"
  /** Saw a value before anyone could have given it. */
  | "read-before-written"
  /** Saw a value that had certainly been replaced before. */
  | "stale-read"
  /** Two values were each certainly current at one moment. */
  | "two-values-current"
  /** Two changes both started from one value that was there once. */
  | "lost-update"
  /** An item removed twice. */
  | "removed-twice"
  /** An item overtook another that was added before it (queue), or was below it (stack). */
  | "out-of-order"
  /** An item of lesser priority removed while a greater one was certainly inside. */
  | "priority-inverted"
  /** Found nothing although something was certainly inside at every moment. */
  | "not-empty"
  /** Found an item missing which was certainly inside. */
  | "missing"
  /** Found an item present which was certainly not inside. */
  | "unexpected"
  /** Held by two at once. */
  | "held-twice"
  /** The recorded places contradict real time, one another, or the model. */
  | "order-contradicted";
