/** Something that a protocol assumes and that this run did not give it: no failure of it is the protocol's then. */
export interface BrokenAssumption {
  readonly assumption:
    "delay bound" | "no loss" | "eventual delivery" | "fifo channels" | "clock bound" | "failures";
  /** What can no longer be held against the protocol: anything, or only that it made no progress. */
  readonly concerns: "safety" | "liveness";
  /** How often. */
  readonly count: number;
  /** The first time, in words. */
  readonly explanation: string;
}
