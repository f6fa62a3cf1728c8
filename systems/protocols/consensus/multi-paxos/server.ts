import type { JsonObject } from "../../../../histories/json.ts";
import type { Durable, NodeContext, NodeId } from "../../../contracts/protocol.ts";
import { beginLife, type OpenRequests } from "../../state-machine/open-requests.ts";
import { isCount, type Operation } from "../../state-machine/operation.ts";
import {
  fromSnapshot,
  newStateMachine,
  takeSnapshot,
  type StateMachine,
} from "../../state-machine/state-machine.ts";
import { noBallot, type Ballot } from "../paxos/ballot.ts";
import { isQuorum, membersAt, type Configurations } from "./configuration.ts";
import { entryKey, firstSlot, putEntry, restoreLog, type Entry, type Log } from "./log.ts";
import type { MultiPaxosMessage } from "./messages.ts";
import type { Rules } from "./rules.ts";

/** What a node is: acceptor, replica, and perhaps leader. */
export interface MultiPaxosState {
  /** On stable storage: it takes part in no ballot below this one. */
  promised: Ballot;
  /** On stable storage: its votes, and what it knows to be chosen. */
  readonly log: Log;

  /** All slots before this one are known to be chosen, and are executed. */
  committed: number;
  machine: StateMachine;
  configurations: Configurations;

  role: "follower" | "candidate" | "leader";
  /** Whom it takes for the leader, as long as it hears from it. */
  leader: NodeId | null;
  leading: Leadership | null;
  /** Until when, by its own clock, it has granted the leader a lease; 0 for those who grant none. */
  leasedUntil: number;
  readonly requests: OpenRequests;
}

/** What a candidate or a leader knows besides. */
export interface Leadership {
  readonly ballot: Ballot;
  /** Who has promised. */
  promises: readonly NodeId[];
  /** By slot, of those not proposed yet: the vote to go by. */
  readonly reported: Record<string, Entry>;
  /** All slots before this one that may have been chosen in lower ballots. */
  begin: number;
  /** The next slot to propose in. */
  next: number;
  /** By slot that is proposed and not known to be chosen: who voted for it. */
  readonly votes: Record<string, readonly NodeId[]>;
  /** Slots that are chosen, while one before them is not. */
  readonly chosen: Record<string, true>;
  /** What was chosen latest, and by whom. */
  latest: {
    readonly slot: number;
    readonly members: readonly NodeId[];
    readonly voters: readonly NodeId[];
  } | null;
  /** Who has answered since the last look whether a quorum does. */
  heard: readonly NodeId[];
  /** All slots before these were proposed by the last look; and by the one before, so that they are to be chosen by the next. */
  expected: number;
  overdue: number;
  /** The latest question whether this is still the leader, and when it was asked by the own clock. */
  round: number;
  asked: number;
  /** Until when it holds a lease. */
  leaseEnds: number;
  /** By node: the latest round that it has answered, and up to where it knows the log. */
  readonly answered: Record<NodeId, { round: number; committed: number }>;
  readonly reads: Read[];
  /** Operations that are to be proposed when there is room for them in the window. */
  readonly waiting: Operation[];
  /** The client that waits for the members to be changed, and the slot of the change. */
  reconfiguration: { readonly request: string; readonly slot: number } | null;
}

/** A read, to be answered when `round` is confirmed. */
export interface Read {
  readonly operation: Operation;
  readonly round: number;
}

/** A node at work: what it is, the rules, and the way out. */
export interface Server {
  readonly state: MultiPaxosState;
  readonly rules: Rules;
  readonly node: NodeContext<JsonObject>;
}

/** Heartbeats go out every so many milliseconds; who hears none stands for election after 250 to 500. */
const heartbeatInterval = 50;
const electionTimeout = 250;

export function startServer(node: NodeContext<JsonObject>, durable: Durable, rules: Rules): MultiPaxosState {
  const log = restoreLog(durable, {
    configurations: [{ from: 0, members: [...node.nodes] }],
    machine: takeSnapshot(newStateMachine()),
  });
  const promised = durable.get("promised");
  const state: MultiPaxosState = {
    promised: isCount(promised) ? promised : noBallot,
    log,
    committed: firstSlot(log),
    machine: fromSnapshot(log.snapshot.machine),
    configurations: log.snapshot.configurations,
    role: "follower",
    leader: null,
    leading: null,
    leasedUntil: 0,
    requests: beginLife(node, durable),
  };
  const server = { state, rules, node };
  if (state.requests.life > 1) outliveLease(server);
  expectLeader(server);
  return state;
}

export function send({ node }: Server, to: NodeId, message: MultiPaxosMessage): void {
  node.send(to, message);
}

/** What is said from here on may tell of what was persisted. */
export function settleStorage({ rules, node }: Server): void {
  if (rules.syncBeforeAnswer) node.sync();
}

/** Takes part in no ballot below this one from now on. */
export function promise({ state, rules, node }: Server, ballot: Ballot): void {
  if (ballot <= state.promised) return;
  state.promised = ballot;
  if (rules.durablePromise) node.persist("promised", ballot);
}

/** Writes an entry in its slot. */
export function writeEntry({ state, rules, node }: Server, slot: number, entry: Entry): void {
  putEntry(state.log, slot, entry);
  if (rules.durableVote) node.persist(entryKey(slot, rules.ring), { slot, ...entry });
}

/** Whether `nodes` are a quorum of the acceptors of a slot. */
export function isQuorumAt({ state, rules }: Server, slot: number, nodes: readonly NodeId[]): boolean {
  return isQuorum(membersAt(state.configurations, slot), nodes, rules);
}

/** Follows from now on; a leader leads no more. */
export function becomeFollower({ state, node }: Server): void {
  const { leading } = state;
  state.role = "follower";
  state.leading = null;
  if (leading === null) return;
  if (state.leader === node.id) state.leader = null;
  node.cancelTimer("heartbeat");
  node.cancelTimer("quorum");
  node.cancelTimer("rotation");
  if (leading.reconfiguration === null) return;
  const text = "lost the lead; the members may change all the same";
  node.reply(leading.reconfiguration.request, { type: "error", code: 0, text });
}

/** Takes part in no ballot below one of which it has heard: whoever leads a lower one follows. */
export function observe(server: Server, ballot: Ballot): void {
  if (ballot <= server.state.promised) return;
  promise(server, ballot);
  becomeFollower(server);
  expectLeader(server);
}

/** Sets the time by which it must hear from a leader. */
export function expectLeader({ node }: Server): void {
  node.setTimer("election", electionTimeout + node.random(electionTimeout));
}

/** Looks again when the lease that it has granted ends; before that, if that is long, for its clock may be set. */
export function expectEndOfLease({ state, node }: Server): void {
  const left = Math.max(0, state.leasedUntil - node.now());
  node.setTimer("election", Math.min(left, electionTimeout) + node.random(heartbeatInterval));
}

export function setHeartbeat({ node }: Server): void {
  node.setTimer("heartbeat", heartbeatInterval);
}

export function setQuorumCheck({ node, rules }: Server): void {
  if (rules.checksQuorum) node.setTimer("quorum", electionTimeout);
}

export function setRotation({ node, rules }: Server): void {
  if (rules.rotation !== null && node.nodes.length > 3) {
    node.setTimer("rotation", rules.rotation + node.random(rules.rotation));
  }
}

/** Whether a lease that it has granted has not ended, by its own clock. */
export function isLeased({ state, rules, node }: Server): boolean {
  return typeof rules.reads === "object" && node.now() < state.leasedUntil;
}

/**
 * Promises nothing to anybody but the leader until the lease for which it asked has ended, by its own clock, if there are leases;
 * whether that is yet to come.
 */
export function grantLease({ state, rules, node }: Server, asked: number): boolean {
  if (typeof rules.reads !== "object") return true;
  const end = asked + rules.reads.duration;
  state.leasedUntil = rules.reads.keepsLonger ? Math.max(state.leasedUntil, end) : end;
  return node.now() < end;
}

/** A leader that asks for a lease grants it, too: it promises nothing to others meanwhile. */
export function askForLease(server: Server, leading: Leadership): void {
  if (typeof server.rules.reads !== "object") return;
  leading.asked = server.node.now();
  grantLease(server, leading.asked);
}

/**
 * It may have granted a lease just before it went down, by a clock that showed up to twice the bound more than its own now;
 * and clocks show whole milliseconds.
 */
function outliveLease(server: Server): void {
  const { rules, node } = server;
  if (typeof rules.reads !== "object" || !rules.reads.outlivesCrashes) return;
  grantLease(server, node.now() + 2 * rules.reads.bound + 1);
}
