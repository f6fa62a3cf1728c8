/** The decisions on which Multi-Paxos rests, named so that a mutant can get one of them wrong. */
export interface Rules {
  /** How many of `members` acceptors each phase needs: any two quorums must share one. */
  quorum(members: number): number;
  /** Whether what an acceptor promised, and what it voted for, is kept on stable storage. */
  readonly durablePromise: boolean;
  readonly durableVote: boolean;
  /** Whether an answer waits until what it tells of is on stable storage. */
  readonly syncBeforeAnswer: boolean;
  /** Whether it waits for that as well where it has only heard of the ballot before, and promises now. */
  readonly syncsKnownBallots: boolean;
  /** Whether a candidate waits until its own promise is there before it asks others for theirs, so that it stands once in a ballot. */
  readonly syncsOwnPromise: boolean;
  /** Whether an acceptor refuses to vote in a ballot below the one that it promised. */
  readonly heedsPromise: boolean;
  /** Whether a vote is a promise, too. */
  readonly votePromises: boolean;
  /** Whether a promise tells of votes for what the acceptor knows to be chosen already. */
  readonly reportsChosen: boolean;
  /** Whether a promise tells of what is trimmed by the snapshot in its place. */
  readonly reportsTrimmed: boolean;
  /** Whether a candidate counts promises, and a leader votes, in its own ballot only: not those that it was given for an earlier one. */
  readonly countsOwnPromisesOnly: boolean;
  readonly countsOwnVotesOnly: boolean;
  /** Which of two reported votes, by their ballots, a leader must go by: whether the new one. */
  prefersReport(ballot: number, before: number): boolean;
  /** Whether a leader goes by what promises report at all. */
  readonly heedsReports: boolean;
  /** Whether a leader proposes nothing (a no-op) in the slots between of which nobody reports anything. */
  readonly fillsGaps: boolean;
  /** Whether whoever is told what is chosen takes part in no ballot any more below those in which that was so. */
  readonly observesTold: boolean;
  /** Whether a vote gives way to what was chosen in a later ballot. */
  readonly voteGivesWay: boolean;
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
  /** How many entries a disk has room for: more than twice as many as the window has slots, and a log before it is trimmed. */
  readonly ring: number;
  /** Whether an acceptor votes in no slot for which an entry that it may still need would have to give way. */
  readonly heedsRing: boolean;
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
  /** Whether nodes go by members until all slots in which these vote are known to be chosen, the last one too. */
  readonly keepsPastMembers: boolean;
  /** Whether a snapshot tells of the members as they are by then. */
  readonly snapshotsMembers: boolean;
  /** Whether none but members count for a quorum. */
  readonly countsMembersOnly: boolean;
  /** Whether a leader answers reads only with the promises of those who vote in the next slot. */
  readonly readsWhenPromised: boolean;
  /** Whether a leader takes up no change of members while another is under way. */
  readonly changesOneAtATime: boolean;
  /** Whether a leader keeps what it may not propose yet. */
  readonly keepsWaiting: boolean;
  /** Whether a leader keeps within the window. */
  readonly heedsWindow: boolean;
  /** Whether a leader goes by new members only once they are chosen. */
  readonly changesWhenChosen: boolean;
  /** Whether phase 1 is done with the new members too, before anything is proposed to them. */
  readonly preparesNewMembers: boolean;
  /** Whether a change of members is done only when a quorum of the new ones has the state. */
  readonly movesState: boolean;
  /** Whether a quorum must have it, and not just one of them. */
  readonly movesToQuorum: boolean;
  /** Whether that is all of it, the last slot in which the old ones voted included. */
  readonly movesAll: boolean;
}

/**
 * A leader whom a quorum acknowledged holds a lease. From when it asked, as its own clock showed, they promise nothing to others
 * for so long, in milliseconds, as their clocks show. Clocks are off by no more than the `bound`, so that another may show twice
 * that more than its own: by so much less the leader takes its lease to last.
 */
export interface Lease {
  readonly duration: number;
  readonly bound: number;
  /** Whether it lasts from when the leader asked for it, or from when that was answered. */
  readonly fromAsking: boolean;
  /** Whether it takes a quorum that acknowledges the leader, or one other acceptor. */
  readonly fromQuorum: boolean;
  /** Whether an acceptor that hears late how the leader asked before keeps to what it has granted since. */
  readonly keepsLonger: boolean;
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
  syncsOwnPromise: true,
  syncsKnownBallots: true,
  heedsPromise: true,
  votePromises: true,
  reportsChosen: true,
  reportsTrimmed: true,
  countsOwnPromisesOnly: true,
  countsOwnVotesOnly: true,
  prefersReport: (ballot, before) => ballot > before,
  heedsReports: true,
  fillsGaps: true,
  observesTold: true,
  voteGivesWay: true,
  executesChosenOnly: true,
  clientTable: true,
  reads: "quorum",
  loyal: true,
  checksQuorum: true,
  batch: 64,
  snapshotAfter: 16,
  ring: 1 << 13,
  heedsRing: true,
  window: 1_024,
  reconfigurable: false,
  rotation: null,
  effectiveFrom: (slot, window) => slot + window,
  keepsPastMembers: true,
  snapshotsMembers: true,
  countsMembersOnly: true,
  readsWhenPromised: true,
  changesOneAtATime: true,
  keepsWaiting: true,
  heedsWindow: true,
  changesWhenChosen: true,
  preparesNewMembers: true,
  movesState: true,
  movesToQuorum: true,
  movesAll: true,
};
