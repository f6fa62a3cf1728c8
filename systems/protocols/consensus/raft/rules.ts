import { admission } from "../../state-machine/client-table.ts";

/** The decisions on which Raft rests, named so that a mutant can get one of them wrong. */
export interface Rules {
  /** How many of `members` make a majority: any two must share one. */
  majority(members: number): number;
  /** Whether term, vote and log are kept on stable storage. */
  readonly durableTerm: boolean;
  readonly durableVote: boolean;
  readonly durableLog: boolean;
  /** Whether an answer waits until what it tells of is on stable storage. */
  readonly syncBeforeAnswer: boolean;
  /** Whether so does one to a message without entries, of which the term may be new. */
  readonly syncsTermOfHeartbeat: boolean;
  /** Whether a leader that decides alone waits for its own disk. */
  readonly waitsForOwnDisk: boolean;
  /** Whether entries are dropped from disk from the end on, so that what a crash leaves of them has no gap. */
  readonly dropsFromEnd: boolean;
  /** Whether a voter finds a candidate's log at least as up to date as its own (§5.4.1). */
  upToDate(candidate: LogEnd, own: LogEnd): boolean;
  /** Whether only entries of the leader's own term are committed by counting (§5.4.2). */
  readonly countsOwnTermOnly: boolean;
  /** Whether a follower looks whether its log matches up to the new entries (§5.3). */
  readonly checksPrevious: boolean;
  /** Whether a follower drops entries only from the first that conflicts on, not all behind the message's. */
  readonly dropsOnlyConflicts: boolean;
  /** Whether a follower takes for committed only what it knows to match the leader's log. */
  readonly commitsOnlyMatching: boolean;
  /** Whether a leader counts only what it is answered in its own term, not what it was told when it led before. */
  readonly countsOwnAnswersOnly: boolean;
  /** Whether a leader makes sure that it still leads before it answers a read (thesis, §6.4). */
  readonly confirmsReads: boolean;
  /** Whether a read that comes while the leader asks whether it leads waits for another question. */
  readonly asksAfterwards: boolean;
  /** Whether a leader waits for an entry of its own term to be committed before it changes the members (Ongaro 2015). */
  readonly settlesBeforeReconfiguration: boolean;
  /** Whether a change of members waits until the one before is committed. */
  readonly oneChangeAtATime: boolean;
  /** Whether a server that drops an entry with other members goes back to those of before. */
  readonly takesChangesBack: boolean;
  /** Whether a change by which so many members go and so many come goes through joint consensus (§6). */
  needsBoth(gone: number, come: number): boolean;
  /** Whether a server that is no member by its log stands for election as long as that is not committed (thesis, §4.2.2). */
  readonly leaversStand: boolean;
  /** Whether an operation that stands in the log twice takes effect once. */
  readonly clientTable: boolean;
  /** What the client table says of an operation. */
  readonly admission: typeof admission;
  /** Whether a snapshot holds the client table. */
  readonly clientTableInSnapshots: boolean;
  /** Whether what a log has behind the last entry of a snapshot follows on that, by the term of the entry that it has there. */
  followsOn(snapshot: LogEnd, there: number | undefined): boolean;
  /** Up to where the log of a server that takes in a snapshot up to `snapshot` is known to be the leader's, by what it knows itself. */
  matchAfter(snapshot: number, committed: number, last: number): number;
  /** Whether a server asks whether it could win before it stands for election (thesis, §9.6). */
  readonly preVote: boolean;
  /** Whether a leader that does not hear from a majority gives up (thesis, §6.2). */
  readonly checkQuorum: boolean;
  /** The most entries in one message. */
  readonly batch: number;
  /** After how many applied entries the log is compacted, at the earliest. */
  readonly snapshotAfter: number;
}

/** Where a log ends. */
export interface LogEnd {
  readonly index: number;
  readonly term: number;
}

export const raftRules: Rules = {
  majority: (members) => Math.floor(members / 2) + 1,
  durableTerm: true,
  durableVote: true,
  durableLog: true,
  syncBeforeAnswer: true,
  syncsTermOfHeartbeat: true,
  waitsForOwnDisk: true,
  dropsFromEnd: true,
  upToDate: (candidate, own) =>
    candidate.term > own.term || (candidate.term === own.term && candidate.index >= own.index),
  countsOwnTermOnly: true,
  checksPrevious: true,
  dropsOnlyConflicts: true,
  commitsOnlyMatching: true,
  countsOwnAnswersOnly: true,
  confirmsReads: true,
  asksAfterwards: true,
  settlesBeforeReconfiguration: true,
  oneChangeAtATime: true,
  takesChangesBack: true,
  needsBoth: (gone, come) => gone + come > 1,
  leaversStand: true,
  clientTable: true,
  admission,
  clientTableInSnapshots: true,
  followsOn: (snapshot, there) => there === snapshot.term,
  // What is committed is the same there, snapshot or not.
  matchAfter: (snapshot, committed) => Math.max(snapshot, committed),
  preVote: true,
  checkQuorum: true,
  batch: 64,
  snapshotAfter: 10,
};
