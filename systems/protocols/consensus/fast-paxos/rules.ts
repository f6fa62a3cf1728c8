import { logRules, type LogRules } from "../../state-machine/instance-log.ts";
import { chosenOrFree, type Pick } from "./pick.ts";

/** What is done when the votes of a fast round are split. */
export type Recovery =
  /** The coordinator takes the votes for answers to a prepare of its next round (Lamport 2006, §3.2.1). */
  | "coordinated"
  /** Acceptors show one another their votes, and vote in the next fast round for what they pick from them (§3.2.2). */
  | "uncoordinated"
  /** The coordinator starts its next round with a prepare. */
  | "restart";

/** The decisions on which the safety of Fast Paxos rests, named so that a mutant can get one of them wrong. */
export interface Rules extends LogRules {
  /** How many of `nodes` acceptors make a quorum of a classic round: any two share one. */
  classicQuorum(nodes: number): number;
  /** And of a fast round: any two of these and one classic quorum have an acceptor in common. */
  fastQuorum(nodes: number): number;
  /** What a coordinator may propose, given the votes of a quorum. */
  readonly pick: Pick;
  /** Whether an acceptor votes once in a fast round, whatever else clients send. */
  readonly votesOnce: boolean;
  /** Whether an acceptor that has promised a later round stays out of the fast ones. */
  readonly promiseBindsFastVotes: boolean;
  /** Whether an acceptor keeps its votes on stable storage. */
  readonly durableVote: boolean;
  /** And whether a node does what it knows to be decided. */
  readonly durableDecision: boolean;
  /** Whether a coordinator heeds only those answers that are about the round that it is in. */
  readonly matchesRounds: boolean;
  readonly recovery: Recovery;
  /** Whether the round that a coordinator takes up after a collision must be one that it has not begun before. */
  readonly takesFreshRounds: boolean;
}

/** A majority. */
export function majority(nodes: number): number {
  return Math.floor(nodes / 2) + 1;
}

/**
 * The smallest fast quorums for given classic ones. Two fast quorums of q and a classic one of c have an
 * acceptor in common if 2q + c > 2n; that they share one with a classic quorum at all follows.
 */
export function smallestFastQuorum(nodes: number, classic: number): number {
  return Math.floor((2 * nodes - classic) / 2) + 1;
}

export const fastPaxosRules: Rules = {
  classicQuorum: majority,
  fastQuorum: (nodes) => smallestFastQuorum(nodes, majority(nodes)),
  pick: chosenOrFree,
  votesOnce: true,
  promiseBindsFastVotes: true,
  durableVote: true,
  durableDecision: true,
  matchesRounds: true,
  recovery: "coordinated",
  takesFreshRounds: true,
  ...logRules,
};
