import type { Configuration } from "../vertical-paxos/messages.ts";

/** The decisions on which Vertical Paxos I rests, named so that a mutant can get one of them wrong. */
export interface Rules {
  /** Whether an acceptor that tells its vote for a ballot votes in no lower one any more. */
  readonly promises: boolean;
  /** Whether an acceptor keeps its promise and its vote on stable storage. */
  readonly durable: boolean;
  /**
   * Which configurations a leader reads, the highest ballot first: given those from the ballot that was complete on, its own
   * left out, and its own.
   */
  configurationsToRead(before: readonly Configuration[], own: Configuration): readonly Configuration[];
  /** Whether a leader proposes the value that it found, if it found one. */
  readonly keepsFound: boolean;
  /** Whether a ballot in which an earlier value is at stake is complete only when its acceptors have voted for it. */
  readonly completesWhenStored: boolean;
  /** How many of the acceptors of a ballot must vote: so many that whoever reads one meets one of them. */
  writeQuorum(members: number): number;
}

export const verticalPaxosOneRules: Rules = {
  promises: true,
  durable: true,
  configurationsToRead: (before) => before,
  keepsFound: true,
  completesWhenStored: true,
  writeQuorum: (members) => members,
};
