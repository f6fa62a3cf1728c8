/** The decisions on which the safety of Paxos rests, named so that a mutant can get one of them wrong. */
export interface Rules {
  /** How many of `nodes` acceptors a round needs in each phase: any two quorums must share one. */
  quorum(nodes: number): number;
  /** Whether those that are silent count when it is asked how many nodes there are; else they are taken for dead. */
  readonly countsSilent: boolean;
  /** Whether an acceptor keeps what it promised, and what it accepted, on stable storage. */
  readonly durablePromise: boolean;
  readonly durableVote: boolean;
  /** Whether it waits for that before it answers. */
  readonly syncBeforeAnswer: boolean;
  /** Whether it does so as well when the question came a second time, and there is nothing new to write. */
  readonly syncsRepeats: boolean;
  /** Whether it refuses to accept in a ballot below the one that it promised. */
  readonly heedsPromise: boolean;
  /** Whether accepting in a ballot is a promise, too. */
  readonly votePromises: boolean;
  /** Whether it answers a prepare that comes a second time as it did the first time. */
  readonly promisesAgain: boolean;
  /** Whose result a proposer goes on from: of two that were accepted, by their ballots, whether the new one. */
  prefersReport(ballot: number, before: number): boolean;
  /** Whether a proposer goes on from what was accepted at all. */
  readonly heedsReports: boolean;
  /** Whether a proposer counts an acceptor once, however often its answer comes. */
  readonly countsOnce: boolean;
  /** Whether a proposer begins above the ballots that it used before a restart. */
  readonly recallsBallots: boolean;
  /** Whether a read goes through a round, as every other command. */
  readonly quorumReads: boolean;
}

export const paxosRules: Rules = {
  quorum: (nodes) => Math.floor(nodes / 2) + 1,
  countsSilent: true,
  durablePromise: true,
  durableVote: true,
  syncBeforeAnswer: true,
  syncsRepeats: true,
  heedsPromise: true,
  votePromises: true,
  promisesAgain: true,
  prefersReport: (ballot, before) => ballot > before,
  heedsReports: true,
  countsOnce: true,
  recallsBallots: true,
  quorumReads: true,
};
