/** The decisions on which causal broadcast rests, named so that a mutant can get one of them wrong. */
export interface Rules {
  /** Whether a message waits until the earlier ones of its own sender are delivered. */
  readonly waitsForSender: boolean;
  /** Whether it waits until what its sender had delivered from others is delivered. */
  readonly waitsForOthers: boolean;
  /** Whether a message that comes again is recognized. */
  readonly dropsDoubles: boolean;
  /** Which messages a node passes on to those that lack them. */
  readonly passesOn: "all" | "own" | "none";
}

export const broadcastRules: Rules = {
  waitsForSender: true,
  waitsForOthers: true,
  dropsDoubles: true,
  passesOn: "all",
};
