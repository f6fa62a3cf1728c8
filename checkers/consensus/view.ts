import type { Json, JsonObject } from "../../histories/json.ts";

/** A ballot, term, epoch or view: a number, larger is later; no two leaders share one. */
export type Ballot = number;

/** One entry of a replicated log. */
export type LogEntry = {
  /** The ballot (term, epoch) in which the entry got its place. */
  readonly ballot: Ballot;
  readonly value: Json;
};

/** A log as one node has it. */
export type LogView = {
  /** Slot of `entries[0]`: what was before it is in a snapshot. */
  readonly first: number;
  /** The ballot of the entry before `first`, where the snapshot tells; so that logs can be compared across it. */
  readonly before?: Ballot;
  /** One a slot, without gaps; null where the slot is not known. */
  readonly entries: readonly (LogEntry | null)[];
  /** Slots below this are known to be committed. */
  readonly committed: number;
};

/** A claim that a value was chosen, with the votes on which it rests. */
export type QuorumCertificate = {
  readonly instance: string;
  readonly ballot: Ballot;
  readonly value: Json;
  readonly voters: readonly string[];
  /** How many voters, out of whom, make a quorum. */
  readonly quorum: {
    readonly size: number;
    readonly members: readonly string[];
    /** The size of the quorums that every such quorum must meet, where that is another (flexible quorums). */
    readonly meets?: number;
  };
};

/** What a leader, or who stands for it, takes another node to have on stable storage, because it said so. */
export type Acknowledgement = {
  /** Slots below this are there as in the leader's own log. */
  readonly slots: number;
  readonly promised: Readonly<Record<string, Ballot>>;
};

/**
 * What white-box checkers see of a node: facets of its state in common words. A protocol gives those that
 * it has. Arrays and records may be the node's own, not copies: whoever looks neither changes nor keeps
 * them. So that looking costs what has changed and no more, sequences only ever grow at their end, and of
 * a log what is committed does not change; that they hold to it is checked as well.
 */
export type ConsensusView = {
  /** Values that this node knows to be decided, by instance (a key, a slot, an EPaxos instance). */
  readonly decided?: Readonly<Record<string, Json>>;
  readonly log?: LogView;
  /** What the node has delivered or executed, in order; nodes' sequences of one name are prefixes of one another. */
  readonly delivered?: Readonly<Record<string, readonly Json[]>>;
  /** The ballot in which the node takes itself for the one established leader; null when it does not lead. */
  readonly leads?: Ballot | null;
  /** What the node has promised, by instance, or as `ballot` for all of them: never goes back, restarts included. */
  readonly promised?: Readonly<Record<string, Ballot>>;
  /** Votes up to this ballot ask for no promises: those who lead these ballots are given from the start. None if left out. */
  readonly unpromised?: Ballot;
  /** What the node has voted for, by instance: the latest vote. An instance that is a slot of the log is named by its number. */
  readonly votes?: Readonly<Record<string, { readonly ballot: Ballot; readonly value: Json }>>;
  /** By whom the node takes decisions, where that may change: a majority of each of these groups. All nodes if left out. */
  readonly members?: readonly (readonly string[])[];
  /** By instance: who votes in it, of those instances of which the node knows it for certain, where that may change. */
  readonly acceptors?: Readonly<Record<string, readonly string[]>>;
  /** What the node, in a ballot of its own, counts on others to have; null when it has none. */
  readonly acknowledged?: {
    readonly ballot: Ballot;
    readonly by: Readonly<Record<string, Acknowledgement>>;
  } | null;
  /** Those that the node has at hand; it may drop the old ones. */
  readonly certificates?: readonly QuorumCertificate[];
  /** What the node is in the critical section of: locks by name. */
  readonly holds?: readonly string[];
  /** By lock: the place of the node's own request, whether it waits or was granted, in the one order of all requests; the least goes first. */
  readonly turns?: Readonly<Record<string, number>>;
  /** The replicated state after `position` commands, as a digest: equal positions, equal digests. */
  readonly state?: { readonly position: number; readonly digest: string };
  /** Anything else, for people and for checkers of this protocol alone. */
  readonly more?: JsonObject;
};
