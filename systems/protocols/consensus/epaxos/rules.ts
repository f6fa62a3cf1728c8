import { bySequence, inOrder, numberOf, ownerOf, type InstanceId } from "./instance.ts";

/** The decisions on which the safety of EPaxos rests, named so that a mutant can get one of them wrong. */
export interface Rules {
  majority(nodes: number): number;
  /** With how many voters of one mind, the leader included, it commits without a second phase. */
  fastQuorum(nodes: number): number;
  /** Whether a replica remembers the ballot of its vote apart from the one that it has joined (Sutra 2020). */
  readonly separateBallots: boolean;
  /** Whether the leader heeds what the others know of interfering commands. */
  readonly mergesReplies: boolean;
  /** What is told of the interfering instances. */
  compact(deps: readonly InstanceId[]): InstanceId[];
  /** Whether of the votes that it hears of whoever recovers goes by those in the latest ballot; else by the one heard of last. */
  readonly heedsLatestBallot: boolean;
  /** Whether what was only pre-accepted is recovered at all; else the instance is given up. */
  readonly recoversPreAccepted: boolean;
  /** Whether it is taken as it is only if enough replicas had nothing to add; else it is pre-accepted anew. */
  readonly recoversUnchangedOnly: boolean;
  /** Whether a replica keeps what it pre-accepted on stable storage before it says so. */
  readonly durablePreAccept: boolean;
  /** The order within a cycle. */
  order(a: InstanceId, b: InstanceId, seqOf: (id: InstanceId) => number): number;
  /** Whether a commit that comes again changes nothing. */
  readonly commitsOnce: boolean;
  /** Whether a leader takes what it settled on the fast path for committed only when that is on stable storage. */
  readonly commitsWhenStable: boolean;
  /** And whether it keeps that there at all. */
  readonly durableFastCommit: boolean;
  /** Whether until then it already says that it is committed when it is asked. */
  readonly standsByFastCommit: boolean;
  /** Whether a replica that has joined a later ballot pre-accepts nothing any more. */
  readonly joinBindsPreAccept: boolean;
  /** Whether it says so only when that is on stable storage. */
  readonly syncsJoined: boolean;
  /** Whether of two instances that are committed one stands for the other only where it depends on that. */
  readonly coversDependenciesOnly: boolean;
  /** Whether a replica keeps on disk the ballot that it has joined, and not just that in which it voted. */
  readonly durableJoined: boolean;
  /** Whether a replica tries again what waits for others to be committed, whenever one is. */
  readonly resumesExecution: boolean;
  /** By how much the sequence number of a command is above those of the commands with which it interferes. */
  readonly step: number;
  /** Whether what a replica had voted for goes on to interfere when it has voted to give that up. */
  readonly heedsOverruled: boolean;
  /** Whether it remembers it after a restart. */
  readonly durableOverruled: boolean;
  /** Whether committed instances are named also where another that is named depends on them. */
  readonly namesCovered: boolean;
  /** Whether what is given up interferes with nothing any more. */
  readonly forgetsGivenUp: boolean;
  /** Optimized EPaxos, whose fast quorums are smaller; null for basic EPaxos. */
  readonly optimized: Optimized | null;
  /** Whether a replica takes over an instance that blocks others when its leader is silent. */
  readonly recovers: boolean;
}

/** What small fast quorums take: a condition for the fast path, and TryPreAccept for those who recover. */
export interface Optimized {
  /** Whether all of a fast quorum must have nothing to add to what the leader knew; else they have only to say the same. */
  readonly heedsLeader: boolean;
  /** Whether on the fast path all dependencies must be known to be committed. */
  readonly dependenciesCommitted: boolean;
  /** Whether what stands against an instance is told by what was named at first of what is not committed; else by what a replica has of it now. */
  readonly heedsInitial: boolean;
  /** Whether an instance may be tried although something stands against it, as long as so many may have been in a fast quorum. */
  readonly countsQuorum: boolean;
  /** Whether it is told whether that is committed. */
  readonly heedsCommitted: boolean;
}

function majority(nodes: number): number {
  return Math.floor(nodes / 2) + 1;
}

export const epaxosRules: Rules = {
  majority,
  // Of those that had nothing to add, so many must be among any majority without the leader that together with
  // the leader they meet every majority. With 2F + 1 nodes that takes 2F: the fast quorum of basic EPaxos.
  fastQuorum: (nodes) => Math.max(2 * (nodes - majority(nodes)), majority(nodes)),
  separateBallots: true,
  mergesReplies: true,
  compact: (deps) => inOrder(deps),
  heedsLatestBallot: true,
  recoversPreAccepted: true,
  recoversUnchangedOnly: true,
  durablePreAccept: true,
  order: bySequence,
  commitsOnce: true,
  commitsWhenStable: true,
  durableFastCommit: true,
  standsByFastCommit: true,
  joinBindsPreAccept: true,
  syncsJoined: true,
  coversDependenciesOnly: true,
  durableJoined: true,
  resumesExecution: true,
  step: 1,
  heedsOverruled: true,
  durableOverruled: true,
  namesCovered: false,
  forgetsGivenUp: true,
  optimized: null,
  recovers: true,
};

/** Of each owner's instances only the latest: as if it depended on all before, even those that nobody has committed. */
export function latestOfEachOwner(deps: readonly InstanceId[]): InstanceId[] {
  const latest = new Map<string, InstanceId>();
  for (const id of deps) {
    const known = latest.get(ownerOf(id));
    if (known === undefined || numberOf(known) < numberOf(id)) latest.set(ownerOf(id), id);
  }
  return inOrder([...latest.values()]);
}
