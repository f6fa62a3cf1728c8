import { isJsonObject, type Json, type JsonObject } from "../../../../histories/json.ts";
import type { Durable, NodeContext, NodeId } from "../../../contracts/protocol.ts";
import { emptyStore, type KeyValueStore } from "../../state-machine/key-value-store.ts";
import { beginLife, type OpenRequests } from "../../state-machine/open-requests.ts";
import { isCount } from "../../state-machine/operation.ts";
import {
  attributesFrom,
  numberOf,
  ownerOf,
  type Attributes,
  type Ballot,
  type InstanceId,
} from "./instance.ts";
import {
  ballotOfVote,
  isAccepted,
  voteFrom,
  type Conflict,
  type EpaxosMessage,
  type Vote,
} from "./messages.ts";
import type { Rules } from "./rules.ts";

/** What a replica is; by instance, if nothing else is said. */
export interface EpaxosState {
  /** On stable storage: the ballot that it has joined, where that is not 0; its vote; what is committed. */
  readonly joined: Record<InstanceId, Ballot>;
  readonly votes: Record<InstanceId, Vote>;
  readonly committed: Record<InstanceId, Attributes>;
  /**
   * What it had voted for before it voted to give the instance up. Until that is committed, what was given up may be committed yet, by the word of
   * those, this replica among them, that had pre-accepted it: it must go on interfering here. Where recovery asks who knew what at first,
   * it does so for good.
   */
  readonly overruled: Record<InstanceId, Attributes>;
  /** The number of its latest instance. */
  last: number;
  /** By key. */
  readonly conflicts: Record<string, Conflicts>;
  /** What this replica leads or recovers. */
  readonly coordinations: Record<InstanceId, Coordination>;
  /** What it looks after: those not committed of whose timers one is set. */
  readonly watched: Record<InstanceId, true>;
  /** Committed and not executed. */
  pending: InstanceId[];
  readonly store: KeyValueStore;
  /** By key: the instances that wrote it, in the order of execution. */
  readonly executed: Record<string, InstanceId[]>;
  readonly requests: OpenRequests;
  /** The numbers of the requests that its instances are for. */
  readonly mine: Record<InstanceId, number>;
  /** Requests whose instance was given up by others. */
  orphans: number[];
}

/** What is known of a key. */
export interface Conflicts {
  /** The highest sequence number of a command on it. */
  seq: number;
  /** The instances that concern it, without those that can be reached from others of them. */
  instances: InstanceId[];
}

export interface Coordination {
  ballot: Ballot;
  phase: "prepare" | "try" | "pre-accept" | "accept" | "commit";
  /** The votes that replicas have told of, this one's included. */
  readonly prepared: Record<NodeId, Vote | null>;
  /** Phase 1: by replica, what it found. */
  readonly found: Record<NodeId, Found>;
  /** TryPreAccept: by replica, what stands against it. */
  tried: Record<NodeId, readonly Conflict[]>;
  value: Attributes;
  /** Phase 2: who accepted. */
  accepted: readonly NodeId[];
}

/** What a replica found in phase 1. */
export interface Found {
  readonly seq: number;
  readonly deps: readonly InstanceId[];
  readonly committed: readonly InstanceId[];
}

/** A replica at work: what it is, the rules, and the way out. */
export interface Replica {
  readonly state: EpaxosState;
  readonly rules: Rules;
  readonly node: NodeContext<JsonObject>;
}

const prefix = "instance/";

export function startState(node: NodeContext<JsonObject>, durable: Durable): EpaxosState {
  const state: EpaxosState = {
    joined: {},
    votes: {},
    committed: {},
    overruled: {},
    last: 0,
    conflicts: {},
    coordinations: {},
    watched: {},
    pending: [],
    store: emptyStore(),
    executed: {},
    requests: beginLife(node, durable),
    mine: {},
    orphans: [],
  };
  for (const [name, record] of durable) {
    if (name.startsWith(prefix)) restore(state, name.slice(prefix.length), record, node.id);
  }
  return state;
}

function restore(state: EpaxosState, id: InstanceId, record: Json, self: NodeId): void {
  if (!isJsonObject(record) || !isCount(record["joined"])) throw new Error(`unreadable record ${id}`);
  if (record["joined"] > 0) state.joined[id] = record["joined"];
  const committed = attributesFrom(record["committed"]);
  const vote = voteFrom(record["vote"]);
  const overruled = attributesFrom(record["overruled"]);
  if (committed !== undefined) state.committed[id] = committed;
  // It stands by its vote, although it needs it no more once the instance is committed.
  if (vote !== undefined && vote !== null) state.votes[id] = vote;
  if (overruled !== undefined && (committed === undefined || committed.command === null))
    state.overruled[id] = overruled;
  if (ownerOf(id) === self) state.last = Math.max(state.last, numberOf(id));
}

export function joinedBallot({ joined }: EpaxosState, id: InstanceId): Ballot {
  return joined[id] ?? 0;
}

/** What is known of an instance: what is committed, else what was voted for. */
export function knownOf({ committed, votes }: EpaxosState, id: InstanceId): Attributes | undefined {
  return committed[id] ?? votes[id]?.value;
}

/** Keeps what is known of an instance. To be told of after a `sync`. */
export function keep(
  { state, rules, node }: Replica,
  id: InstanceId,
  committed = state.committed[id] ?? null,
): void {
  const vote = state.votes[id] ?? null;
  const kept = vote !== null && !isAccepted(vote.ballot) && !rules.durablePreAccept ? null : vote;
  const overruled = rules.durableOverruled ? state.overruled[id] : undefined;
  node.persist(prefix + id, {
    joined: rules.durableJoined ? joinedBallot(state, id) : ballotOfVote(vote?.ballot ?? 0),
    vote: kept,
    committed,
    ...(overruled === undefined ? {} : { overruled }),
  });
}

export function join({ state }: Replica, id: InstanceId, ballot: Ballot): void {
  if (ballot > joinedBallot(state, id)) state.joined[id] = ballot;
}

export function send({ node }: Replica, to: NodeId, message: EpaxosMessage): void {
  node.send(to, message);
}

/** Sends to all other replicas, except some. */
export function broadcast(replica: Replica, message: EpaxosMessage, except: readonly NodeId[] = []): void {
  const { node } = replica;
  for (const to of node.nodes) if (to !== node.id && !except.includes(to)) send(replica, to, message);
}

/** After so many milliseconds without a commit, and up to as many again, a replica takes an instance over. */
const patience = 200;
/** After so many its own leader asks again. */
const resendAfter = 100;

/** Looks after an instance that is not committed; anew, if it did so already. */
export function watch({ state, rules, node }: Replica, id: InstanceId): void {
  if (state.committed[id] !== undefined) return;
  state.watched[id] = true;
  if (state.coordinations[id] !== undefined) node.setTimer(`recover/${id}`, resendAfter);
  else if (rules.recovers) node.setTimer(`recover/${id}`, patience + node.random(patience));
}

/** Looks after an instance of which it has only heard that others depend on it. */
export function watchUnknown(replica: Replica, id: InstanceId): void {
  if (replica.state.watched[id] === undefined) watch(replica, id);
}

export function unwatch({ state, node }: Replica, id: InstanceId): void {
  delete state.watched[id];
  node.cancelTimer(`recover/${id}`);
}
