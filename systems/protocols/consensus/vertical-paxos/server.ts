import { isJsonArray, type Json, type JsonObject } from "../../../../histories/json.ts";
import type { Durable, NodeContext, NodeId } from "../../../contracts/protocol.ts";
import { beginLife, type OpenRequests } from "../../state-machine/open-requests.ts";
import { isCount, type Operation } from "../../state-machine/operation.ts";
import {
  fromSnapshot,
  newStateMachine,
  takeSnapshot,
  type StateMachine,
} from "../../state-machine/state-machine.ts";
import type { PaxosState } from "../paxos/paxos.ts";
import { startMaster, type MasterAnswer } from "./replicated-master.ts";
import {
  configurationFrom,
  voteFrom,
  type Configuration,
  type VerticalPaxosMessage,
  type Vote,
} from "./messages.ts";
import type { Rules } from "./rules.ts";

/** What a node is: acceptor, replica, perhaps leader, and part of the master. */
export interface VerticalPaxosState {
  /** On stable storage: it takes part in no ballot below this one. */
  promised: number;
  /** On stable storage: what it votes for in the latest ballot that was complete and of which it was an acceptor. */
  vote: Vote;
  /**
   * On stable storage: the states with which later ballots are to begin. They stand beside the vote, not in its place:
   * another ballot may be the one that follows, and may have got further than the one where such a state comes from.
   */
  pending: readonly Vote[];
  /** The latest ballot that it knows to be complete. */
  complete: Configuration;
  /** Operations before this position are known to be chosen, and are executed. */
  committed: number;
  machine: StateMachine;
  /** Whom it takes for the leader of the active ballot. */
  leader: NodeId | null;
  leading: Leadership | null;
  /** The highest ballot of which it has heard. */
  seen: number;
  readonly requests: OpenRequests;
  readonly master: PaxosState;
  /** Answers of the master that are not handled yet. */
  readonly answers: MasterAnswer[];
}

/** What the leader of a ballot knows besides. */
export interface Leadership {
  readonly ballot: number;
  phase: "probing" | "reading" | "transferring" | "completing" | "active";
  /** Probing: who is there. From then on: the acceptors of this ballot. */
  members: readonly NodeId[];
  /** The ballot that was complete when this one began. */
  previous: Configuration;
  /** Who has the state with which the ballot began. */
  transferred: readonly NodeId[];
  /** By member, this one left out: up to which position it has the operations, and the latest round it answered. */
  readonly answered: Record<NodeId, { end: number; round: number }>;
  heard: readonly NodeId[];
  /** All operations before this position may have been chosen in ballots before. */
  begin: number;
  /** The last operation that this ballot has chosen: its position, and how many of the members' votes that took. */
  latest: { readonly position: number; readonly voters: readonly NodeId[]; readonly quorum: number } | null;
  round: number;
  readonly reads: { readonly operation: Operation; readonly round: number }[];
}

export interface Server {
  readonly state: VerticalPaxosState;
  readonly rules: Rules;
  readonly node: NodeContext<JsonObject>;
}

const heartbeatInterval = 50;
const electionTimeout = 250;

export function startServer(
  node: NodeContext<JsonObject>,
  durable: Durable,
  rules: Rules,
): VerticalPaxosState {
  const promised = durable.get("promised");
  const stored = durable.get("vote");
  const empty = { ballot: 0, base: takeSnapshot(newStateMachine()), operations: [] };
  const vote = stored === undefined ? empty : voteFrom(stored);
  if (vote === undefined) throw new Error("unreadable record vote");
  const state: VerticalPaxosState = {
    promised: isCount(promised) ? promised : 0,
    vote,
    pending: pendingFrom(durable.get("pending")),
    complete: configurationFrom(durable.get("complete")) ?? { ballot: 0, members: [...node.nodes] },
    committed: vote.base.position,
    machine: fromSnapshot(vote.base),
    leader: null,
    leading: null,
    seen: 0,
    requests: beginLife(node, durable),
    master: startMaster(node, durable),
    answers: [],
  };
  expectLeader({ state, rules, node });
  return state;
}

function pendingFrom(json: Json | undefined): Vote[] {
  const votes: Vote[] = [];
  for (const each of isJsonArray(json) ? json : []) {
    const vote = voteFrom(each);
    if (vote === undefined) throw new Error("unreadable record pending");
    votes.push(vote);
  }
  return votes;
}

export function send({ node }: Server, to: NodeId, message: VerticalPaxosMessage): void {
  node.send(to, message);
}

/** Takes part in no lower ballot any more. */
export function promise({ state, rules, node }: Server, ballot: number): void {
  if (ballot <= state.promised) return;
  state.promised = ballot;
  if (rules.durable) node.persist("promised", ballot);
}

export function castVote({ state, rules, node }: Server, vote: Vote): void {
  state.vote = vote;
  if (rules.durable) node.persist("vote", vote);
}

/** Takes over the state with which a ballot is to begin. */
export function putPending({ state, rules, node }: Server, vote: Vote): void {
  if (vote.ballot <= state.vote.ballot || pendingOf(state, vote.ballot) !== undefined) return;
  state.pending = [...state.pending, vote];
  if (rules.durable) node.persist("pending", state.pending);
}

export function pendingOf({ pending }: VerticalPaxosState, ballot: number): Vote | undefined {
  return pending.find((vote) => vote.ballot === ballot);
}

/** Takes note of a ballot that is complete: only later ones follow. Its acceptors vote in it from now on. */
export function noteComplete(server: Server, configuration: Configuration): void {
  const { state, node } = server;
  if (configuration.ballot <= state.complete.ballot) return;
  state.complete = configuration;
  node.persist("complete", configuration);
  beginVoting(server, configuration.ballot);
}

export function beginVoting(server: Server, ballot: number): void {
  const { state, rules, node } = server;
  const vote = pendingOf(state, ballot);
  if (vote !== undefined) castVote(server, vote);
  const later = state.pending.filter((each) => each.ballot > ballot);
  if (later.length === state.pending.length) return;
  state.pending = later;
  if (rules.durable) node.persist("pending", later);
}

export function stopLeading({ state, node }: Server): void {
  if (state.leader === node.id) state.leader = null;
  if (state.leading === null) return;
  state.leading = null;
  node.cancelTimer("heartbeat");
  node.cancelTimer("quorum");
}

export function endOf({ base, operations }: Vote): number {
  return base.position + operations.length;
}

export function expectLeader({ node }: Server): void {
  node.setTimer("election", electionTimeout + node.random(electionTimeout));
}

export function setHeartbeat({ node }: Server): void {
  node.setTimer("heartbeat", heartbeatInterval);
}

export function setQuorumCheck({ node }: Server): void {
  node.setTimer("quorum", electionTimeout);
}

/** `nodes` with one more, each once, in the order of names. */
export function withNode(nodes: readonly NodeId[], node: NodeId): readonly NodeId[] {
  return nodes.includes(node) ? nodes : [...nodes, node].toSorted();
}
