/** The decisions on which Multi-Paxos rests, named so that a mutant can get one of them wrong. */
export interface Rules {
  /** How many of `members` acceptors each phase needs: any two quorums must share one. */
  quorum(members: number): number;
  /** Whether what an acceptor promised, and what it voted for, is kept on stable storage. */
  readonly durablePromise: boolean;
  readonly durableVote: boolean;
  /** Whether an answer waits until what it tells of is on stable storage. */
  readonly syncBeforeAnswer: boolean;
  /** Whether an acceptor refuses to vote in a ballot below the one that it promised. */
  readonly heedsPromise: boolean;
  /** Whether a vote is a promise, too. */
  readonly votePromises: boolean;
  /** Whether a promise tells of votes for what the acceptor knows to be chosen already. */
  readonly reportsChosen: boolean;
  /** Which of two reported votes, by their ballots, a leader must go by: whether the new one. */
  prefersReport(ballot: number, before: number): boolean;
  /** Whether a leader goes by what promises report at all. */
  readonly heedsReports: boolean;
  /** Whether a leader proposes nothing (a no-op) in the slots between of which nobody reports anything. */
  readonly fillsGaps: boolean;
  /** Whether an acceptor waits for what it votes for to be chosen before it executes it. */
  readonly executesChosenOnly: boolean;
  /** Whether an operation that stands in the log twice takes effect once. */
  readonly clientTable: boolean;
  /** What makes a leader sure that it still leads when it answers a read. */
  readonly reads: "quorum" | "nothing" | Lease;
  /** Whether acceptors that hear from a leader keep to it, however loudly others stand for election. */
  readonly loyal: boolean;
  /** Whether a leader that does not hear from a quorum gives up. */
  readonly checksQuorum: boolean;
  /** The most values in one message. */
  readonly batch: number;
  /** After how many executed slots the log is trimmed. */
  readonly snapshotAfter: number;
  /**
   * α: what is chosen in a slot can change the members from so many slots later on, and a leader proposes in
   * no slot until all that lie so far before it are known to be chosen.
   */
  readonly window: number;
  /** Whether clients may change the members. */
  readonly reconfigurable: boolean;
  /**
   * After how many milliseconds, or up to twice as many, the leader draws other members, where there are four nodes or
   * more; null for never.
   */
  readonly rotation: number | null;
  /** From which slot on the members change that are chosen in `slot`, as node `node` (0-based) has it. */
  effectiveFrom(slot: number, window: number, node: number): number;
  /** Whether a leader keeps within the window. */
  readonly heedsWindow: boolean;
  /** Whether a leader goes by new members only once they are chosen. */
  readonly changesWhenChosen: boolean;
  /** Whether phase 1 is done with the new members too, before anything is proposed to them. */
  readonly preparesNewMembers: boolean;
  /** Whether a change of members is done only when a quorum of the new ones has the state. */
  readonly movesState: boolean;
}

/**
 * A leader whom a quorum acknowledged holds a lease for so long, in milliseconds: until then they promise nothing to
 * others. By clocks that are off by no more than the `bound`, its own may show up to four times that too little time gone by.
 */
export interface Lease {
  readonly duration: number;
  readonly bound: number;
  /** Whether an acceptor that has granted a lease does not stand for election itself while it lasts. */
  readonly bindsCandidates: boolean;
  /** Whether an acceptor that is back from a crash waits until a lease that it may have granted has ended. */
  readonly outlivesCrashes: boolean;
}

export const multiPaxosRules: Rules = {
  quorum: (members) => Math.floor(members / 2) + 1,
  durablePromise: true,
  durableVote: true,
  syncBeforeAnswer: true,
  heedsPromise: true,
  votePromises: true,
  reportsChosen: true,
  prefersReport: (ballot, before) => ballot > before,
  heedsReports: true,
  fillsGaps: true,
  executesChosenOnly: true,
  clientTable: true,
  reads: "quorum",
  loyal: true,
  checksQuorum: true,
  batch: 64,
  snapshotAfter: 100,
  window: 1_024,
  reconfigurable: false,
  rotation: null,
  effectiveFrom: (slot, window) => slot + window,
  heedsWindow: true,
  changesWhenChosen: true,
  preparesNewMembers: true,
  movesState: true,
};
