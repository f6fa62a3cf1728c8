/**
 * A ballot number (CASPaxos §2.2): totally ordered, and never shared by two proposers. Of the `n` nodes,
 * proposer `i` owns the numbers counter·n + i with a counter of at least 1.
 */
export type Ballot = number;

/** Below every ballot: nothing promised, nothing accepted. */
export const noBallot: Ballot = 0;

/** The lowest ballot of proposer `proposer` (0-based, of `nodes`) that lies above ballot `above`. */
export function ballotAbove(above: Ballot, proposer: number, nodes: number): Ballot {
  return (Math.floor(above / nodes) + 1) * nodes + proposer;
}
