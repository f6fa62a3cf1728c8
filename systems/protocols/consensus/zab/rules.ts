/** The decisions on which Zab rests, named so that a mutant can get one of them wrong. */
export interface Rules {
  /** How many of `servers` make a quorum: any two must share one. */
  quorum(servers: number): number;
  /** Whether a looking server prefers those that know more (fast leader election), or takes whoever comes first. */
  readonly electsByHistory: boolean;
  /** Whether the epoch that a server accepts is on stable storage before it says so. */
  readonly durableAcceptedEpoch: boolean;
  /** Whether a server takes an epoch that it has accepted from one leader from that one only. */
  readonly oneLeaderAnEpoch: boolean;
  /** Whether a prospective leader takes over the best history of its quorum. */
  readonly adoptsHistory: boolean;
  /** Whether the first of two histories is the better one: of the later epoch, and there the longer one. */
  better(one: HistoryRank, other: HistoryRank): boolean;
  /** Whether an answer waits until what it tells of is on stable storage. */
  readonly syncBeforeAnswer: boolean;
  /** Whether proposals go to a follower from the moment that it is sent the history, or only once it has it. */
  readonly proposesToAllSynchronizing: boolean;
  /** Whether a follower that joins is told what the leader has committed, or that what it was sent is. */
  readonly commitsWhatTheLeaderHas: boolean;
  /** Whether transactions are delivered in the order in which they stand. */
  readonly deliversInOrder: boolean;
  /** Whether a follower that finds that messages were lost joins anew, and a commit stands for all before it too. */
  readonly survivesLosses: boolean;
  /** Whether reads go through the leader, unless their client asks for local ones. */
  readonly ordersReads: boolean;
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
  oneLeaderAnEpoch: true,
  adoptsHistory: true,
  better(one, other) {
    if (one.currentEpoch !== other.currentEpoch) return one.currentEpoch > other.currentEpoch;
    if (one.last.epoch !== other.last.epoch) return one.last.epoch > other.last.epoch;
    return one.last.counter > other.last.counter;
  },
  syncBeforeAnswer: true,
  proposesToAllSynchronizing: true,
  commitsWhatTheLeaderHas: true,
  deliversInOrder: true,
  survivesLosses: true,
  ordersReads: true,
  clientTable: true,
};
