/**
 * Where all chance of a simulated world comes from. Every choice is an integer in 0..bound−1, and 0 is the
 * simplest: the shortest delay, the oldest message, no fault. So a run is a function of its choices; what
 * draws them at random, replays a record, tries all of them or makes them smaller is exchangeable.
 *
 * A choice that is forced (`bound` 1) is no choice: nothing is drawn or recorded.
 */
export interface Choices {
  /** `label` says what for, as a constant: a replay that meets another label has diverged. */
  choose(bound: number, label: string): number;
}

/** Independent sources by purpose, so that a draw more in one shifts no other. */
export interface ChoiceStreams {
  /** The stream of that name; the same each time. "network", "storage", "node n1", … */
  stream(name: string): Choices;
}
