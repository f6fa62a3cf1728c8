/** The decisions on which Lamport's mutual exclusion rests, named so that a mutant can get one of them wrong. */
export interface Rules {
  /** Whether requests of the same time have one order everywhere, by their nodes; else whoever knows its own first goes first. */
  readonly ordersTies: boolean;
  /** Whether a node's messages to another leave in the order in which they were made; else requests are sent a little later. */
  readonly inOrder: boolean;
  /** Whether a node waits until it has heard something later from every other. */
  readonly waitsForAll: boolean;
}

export const mutexRules: Rules = { ordersTies: true, inOrder: true, waitsForAll: true };
