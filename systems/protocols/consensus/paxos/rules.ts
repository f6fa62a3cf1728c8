/** The decisions on which the safety of Paxos rests, named so that a mutant can get one of them wrong. */
export interface Rules {
  /** How many of `nodes` acceptors a round needs in each phase: any two quorums must share one. */
  quorum(nodes: number): number;
  /** Whether an acceptor keeps what it promised on stable storage. */
  readonly durablePromise: boolean;
  /** Whether a read goes through a round, as every other command. */
  readonly quorumReads: boolean;
}

export const paxosRules: Rules = {
  quorum: (nodes) => Math.floor(nodes / 2) + 1,
  durablePromise: true,
  quorumReads: true,
};
