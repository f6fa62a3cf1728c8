/**
 * A round, totally ordered with all others. Of `n` nodes, rounds 1 to n are fast: acceptors vote in them for what
 * clients send them. Those above are classic: round counter·n + 1 + i, with a counter of at least 1, belongs to
 * node i alone, which says what to vote for. So whether a round is fast, and whose it is, shows in its number.
 */
export type Round = number;

/** Below every round: no vote. */
export const noRound: Round = 0;

/**
 * The round in which everything begins. Before it there is nothing to be told of, so its first phase and its
 * "any" message (phase 2a: vote for what a client sends) would say the same for every instance: acceptors start with both done.
 */
export const openingRound: Round = 1;

export function isFast(round: Round, nodes: number): boolean {
  return round <= nodes;
}

/** The lowest classic round of node `owner` (0-based, of `nodes`) that lies above `above`. */
export function classicRoundAbove(above: Round, owner: number, nodes: number): Round {
  const counter = Math.max(1, Math.floor((above - 1 - owner) / nodes) + 1);
  return counter * nodes + 1 + owner;
}
