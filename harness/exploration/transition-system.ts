import type { Violation } from "../../checkers/consensus/monitor.ts";

/**
 * What can be explored: states, and what may happen in each. States and actions are immutable values to
 * whoever explores; `next` makes a new state and shares with the old one what did not change. The same
 * state and action always give the same next state.
 */
export interface TransitionSystem<State, Action> {
  initial(): readonly State[];
  /** What may happen now, always in the same order. None: the system is at rest. */
  actions(state: State): readonly Action[];
  next(state: State, action: Action): State;
  /** Writes a 64-bit fingerprint of the state as two 32-bit words: equal states, equal fingerprints. */
  fingerprint(state: State, into: Uint32Array): void;
  /** What is wrong with a state: an invariant that does not hold, or what its monitors saw on the way to it. */
  violation(state: State): Violation | undefined;
  /** For liveness: whether what must come about has. From every reachable state such a state must be reachable. */
  good?(state: State): boolean;
  /** One step of a script, in words: "deliver accept 3 from n1 to n2". */
  describe(state: State, action: Action): string;
  /** Where every run must come to its end: what is wrong with one that does not. */
  readonly endless?: Violation;
  /** Which actions do not touch each other, for the partial-order reduction. */
  readonly order?: PartialOrder<State, Action>;
}

/** Knows of actions that may be taken in either order, to the same end. */
export interface PartialOrder<State, Action> {
  /** Names the action among those of this state and of all that follow by independent ones; −1 for one that is independent of none. */
  keyOf(action: Action): number;
  /** Whether two actions of a state, either taken first, leave the other as it is and lead to the same state. */
  independent(state: State, one: Action, other: Action): boolean;
}
