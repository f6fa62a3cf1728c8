/** The decisions on which Zab rests, named so that a mutant can get one of them wrong. */
export interface Rules {
  /** How many of `servers` make a quorum: any two must share one. */
  quorum(servers: number): number;
  /** Whether a looking server prefers those that know more (fast leader election), or takes whoever comes first. */
  readonly electsByHistory: boolean;
  /** Whether the epoch that a server accepts is on stable storage before it says so. */
  readonly durableAcceptedEpoch: boolean;
  /** The epoch of a new leader, by those that a quorum has accepted: later than all of them. */
  epochAfter(accepted: readonly number[]): number;
  /** Whether a leader accepts the epoch that it has chosen, and so follows nobody else in it. */
  readonly acceptsOwnEpoch: boolean;
  /** Whether a server that has accepted an epoch refuses earlier ones. */
  readonly refusesEarlierEpochs: boolean;
  /** Whether a server takes an epoch that it has accepted from one leader from that one only. */
  readonly oneLeaderAnEpoch: boolean;
  /** Whether a leader counts only acceptances of its very epoch, not of one that it chose before. */
  readonly countsOwnEpochOnly: boolean;
  /** Whether a prospective leader settles on a history when so many others have accepted its epoch: once they make a quorum with it. */
  hearsEnough(accepting: number, isQuorum: boolean): boolean;
  /** Whether a prospective leader takes over the best history of its quorum. */
  readonly adoptsHistory: boolean;
  /** Whether the first of two histories is the better one: of the later epoch, and there the longer one. */
  better(one: HistoryRank, other: HistoryRank): boolean;
  /** Whether what tells of an epoch that the server has chosen or accepted, of a history, of a proposal waits until that is on stable storage. */
  syncsBefore(telling: "own epoch" | "epoch" | "history" | "proposal"): boolean;
  /** Whether a server drops, in memory and on disk, what the leader's history has not. */
  dropsTail(where: "memory" | "disk"): boolean;
  /** Whether a server drops transactions from the last one on, so that what a crash leaves on the disk has no gap. */
  readonly dropsLastFirst: boolean;
  /** Whether a server takes the history of the leader whose epoch it has accepted last, and no other. */
  readonly takesAcceptedHistoryOnly: boolean;
  /** Whether a server takes a history only from the leader that it follows, and only once each time it comes. */
  takesHistoryOnly(when: "from its leader" | "once"): boolean;
  /** Of the epochs in a history, in order, those of which a server tells where they end: all, so that what two histories share is found. */
  outlined<End>(ends: readonly End[]): readonly End[];
  /** Whether a leader enters its epoch itself once it has the history of that, so that nobody ranks before it who has less. */
  readonly entersOwnEpoch: boolean;
  /** Whether a server enters an epoch only when it has written down the history of its leader. */
  readonly historyBeforeEpoch: boolean;
  /** Whether a leader is established when so many others have its history: once they make a quorum with it. */
  establishes(synchronized: number, isQuorum: boolean): boolean;
  /** Whether a leader proposes nothing before a quorum has its history. */
  readonly proposesOnceEstablished: boolean;
  /** Whether a server takes proposals only from the leader that it follows, and only once it has its history. */
  takesProposalsOnly(from: "its leader" | "a known history"): boolean;
  /** Whether a follower goes through discovery only once each time it comes. */
  readonly discoversOnce: boolean;
  /** Whether a leader takes for synchronized only who has what it was sent since it came last. */
  readonly synchronizesAnew: boolean;
  /** Whether a leader forgets what it knew of a follower that comes again. */
  readonly forgetsWhoComesAgain: boolean;
  /** Whether a leader counts what followers acknowledge once they are synchronized, and once it is established itself. */
  countsOnce(is: "synchronized" | "established"): boolean;
  /** Whether proposals go to a follower from the moment that it is sent the history, or only once it has it. */
  readonly proposesToAllSynchronizing: boolean;
  /** Whether a leader tells only followers that have acknowledged the history what it commits. */
  readonly commitsToSynchronizedOnly: boolean;
  /** Whether a follower that joins is told what the leader has committed, or that what it was sent is. */
  readonly commitsWhatTheLeaderHas: boolean;
  /** Whether transactions are delivered in the order in which they stand. */
  readonly deliversInOrder: boolean;
  /** Whether a server takes of what is proposed only what comes next in its history: nothing twice, and nothing behind a gap. */
  readonly takesNextOnly: boolean;
  /** How reads are answered, unless their client asks for local ones: broadcast as writes are, locally, or locally after a sync. */
  readonly reads: "ordered" | "local" | "synced";
  /** Whether a server reads locally only once it has joined a leader, and so has caught up with what it had delivered itself. */
  readonly readsLocallyOnceJoined: boolean;
  /** Whether a leader tells a server that it has caught up only when a quorum has confirmed that it leads still. */
  readonly confirmsSyncs: boolean;
  /** Whether an operation that is broadcast twice takes effect once. */
  readonly clientTable: boolean;
}

/** What tells how much a history is worth. */
export interface HistoryRank {
  /** The epoch of the last leader that the server followed to the end of synchronization. */
  readonly currentEpoch: number;
  readonly last: { readonly epoch: number; readonly counter: number };
  readonly length: number;
}

export const zabRules: Rules = {
  quorum: (servers) => Math.floor(servers / 2) + 1,
  electsByHistory: true,
  durableAcceptedEpoch: true,
  epochAfter: (accepted) => 1 + Math.max(...accepted),
  acceptsOwnEpoch: true,
  refusesEarlierEpochs: true,
  oneLeaderAnEpoch: true,
  countsOwnEpochOnly: true,
  hearsEnough: (_accepting, isQuorum) => isQuorum,
  adoptsHistory: true,
  better(one, other) {
    if (one.currentEpoch !== other.currentEpoch) return one.currentEpoch > other.currentEpoch;
    if (one.last.epoch !== other.last.epoch) return one.last.epoch > other.last.epoch;
    return one.last.counter > other.last.counter;
  },
  syncsBefore: () => true,
  dropsTail: () => true,
  dropsLastFirst: true,
  takesAcceptedHistoryOnly: true,
  takesHistoryOnly: () => true,
  outlined: (ends) => ends,
  entersOwnEpoch: true,
  historyBeforeEpoch: true,
  establishes: (_synchronized, isQuorum) => isQuorum,
  proposesOnceEstablished: true,
  takesProposalsOnly: () => true,
  discoversOnce: true,
  synchronizesAnew: true,
  forgetsWhoComesAgain: true,
  countsOnce: () => true,
  proposesToAllSynchronizing: true,
  commitsToSynchronizedOnly: true,
  commitsWhatTheLeaderHas: true,
  deliversInOrder: true,
  takesNextOnly: true,
  reads: "ordered",
  readsLocallyOnceJoined: true,
  confirmsSyncs: true,
  clientTable: true,
};
