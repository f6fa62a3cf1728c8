import { isJsonObject, type JsonObject } from "../../../../histories/json.ts";
import type { Durable, NodeContext, NodeId } from "../../../contracts/protocol.ts";
import { beginLife, type OpenRequests } from "../../state-machine/open-requests.ts";
import { isCount } from "../../state-machine/operation.ts";
import { newStateMachine, type StateMachine } from "../../state-machine/state-machine.ts";
import {
  lastZxid,
  restoreHistory,
  transactionKey,
  type History,
  type Transaction,
  type Zxid,
} from "./history.ts";
import type { Vote, ZabMessage } from "./messages.ts";
import type { HistoryRank, Rules } from "./rules.ts";

/** What a server is (Junqueira, Reed & Serafini 2011, §4). */
export interface ZabState {
  /** On stable storage: the latest epoch that it has accepted (f.p), and from whom. */
  acceptedEpoch: number;
  acceptedFrom: NodeId | null;
  /** On stable storage: the epoch of the latest leader whose history it has taken (f.a), and the history (h). */
  currentEpoch: number;
  readonly history: History;

  role: "looking" | "following" | "leading";
  phase: "election" | "discovery" | "synchronization" | "broadcast";
  /** Whom it follows; itself if it leads. */
  leader: NodeId | null;
  /** Leader election: its round, the best vote that it knows, and who votes for whom in this round. */
  round: number;
  vote: Vote | null;
  ballots: Record<NodeId, NodeId>;
  /** Who follows this server already, though it does not lead yet: the epochs in their CEPOCHs. */
  applicants: Record<NodeId, number>;
  leading: Leadership | null;

  /** So many transactions of the history are delivered. */
  committed: number;
  machine: StateMachine;
  readonly requests: OpenRequests;
}

/** What a leader knows besides, prospective or established. */
export interface Leadership {
  /** The epoch that it has chosen; 0 as long as it knows too few followers to choose. */
  epoch: number;
  /** Its followers by node, itself left out. */
  followers: Record<NodeId, Follower>;
  /** The best history of a follower so far that is better than its own: how much they share, and how it goes on. */
  best: BetterHistory | null;
  /** The best history of a quorum was taken over: followers can be sent it. */
  hasHistory: boolean;
  /** The counter of its latest proposal. */
  counter: number;
  /** Who was heard from since the last look whether a quorum is. */
  heard: readonly NodeId[];
  /** The number of the latest question whether a quorum follows still, and the syncs that wait for an answer. */
  round: number;
  syncs: Sync[];
}

/** A server, in one of its lives, is to catch up with the leader for the read of that number. */
export type Sync = {
  readonly origin: NodeId;
  readonly life: number;
  readonly number: number;
  /** The question whose answers confirm it. */
  readonly round: number;
};

export interface BetterHistory {
  readonly currentEpoch: number;
  readonly outline: readonly Zxid[];
  readonly length: number;
  readonly shared: number;
  readonly transactions: readonly Transaction[];
}

/** How far a follower has got with this leader. */
export interface Follower {
  /** The last message of it that counts: CEPOCH, ACKEPOCH, ACK-LD. */
  stage: "cepoch" | "ackepoch" | "ack-ld";
  /** The epoch in its CEPOCH. */
  accepted: number;
  /** What its history has in common with the leader's, as it said in its ACKEPOCH. */
  outline: readonly Zxid[];
  /** It has on its disk what the leader's history has up to here. */
  acknowledged: Zxid | null;
  /** The latest question whether it follows still that it has answered. */
  round: number;
}

/** A server at work: what it is, the rules, and the way out. */
export interface Server {
  readonly state: ZabState;
  readonly rules: Rules;
  readonly node: NodeContext<JsonObject>;
}

/** Leaders show that they live every so many milliseconds; who waits in vain for 250 to 500 looks for another. */
const pingInterval = 50;
const patience = 250;

export function startServer(node: NodeContext<JsonObject>, durable: Durable, rules: Rules): ZabState {
  const accepted = durable.get("accepted");
  const { epoch, from } = isJsonObject(accepted) ? accepted : {};
  const currentEpoch = durable.get("current-epoch");
  const state: ZabState = {
    acceptedEpoch: isCount(epoch) ? epoch : 0,
    acceptedFrom: typeof from === "string" ? from : null,
    currentEpoch: isCount(currentEpoch) ? currentEpoch : 0,
    history: restoreHistory(durable),
    role: "looking",
    phase: "election",
    leader: null,
    round: 0,
    vote: null,
    ballots: {},
    applicants: {},
    leading: null,
    committed: 0,
    machine: newStateMachine(),
    requests: beginLife(node, durable),
  };
  waitPatiently({ state, rules, node });
  return state;
}

export function send({ node }: Server, to: NodeId, message: ZabMessage): void {
  node.send(to, message);
}

/** What is said from here on may tell of what was persisted. */
export function settleStorage({ rules, node }: Server, telling: Parameters<Rules["syncsBefore"]>[0]): void {
  if (rules.syncsBefore(telling)) node.sync();
}

/** Sets the time by which something must have come of what this server is at. */
export function waitPatiently({ node }: Server): void {
  node.setTimer("patience", patience + node.random(patience));
}

export function setPing({ node }: Server): void {
  node.setTimer("ping", pingInterval);
}

export function isQuorum({ rules, node }: Server, count: number): boolean {
  return count >= rules.quorum(node.nodes.length);
}

/** Whether this server has taken the history of that leader, and follows it still: so what comes is of the same epoch. */
export function isSynchronized({ state, rules }: Server, leader: NodeId): boolean {
  if (rules.takesProposalsOnly("its leader") && state.leader !== leader) return false;
  return !rules.takesProposalsOnly("a known history") || state.phase !== "discovery";
}

/** f.p: no leader of an earlier epoch will be heard. */
export function acceptEpoch({ state, rules, node }: Server, epoch: number, from: NodeId): void {
  state.acceptedEpoch = epoch;
  state.acceptedFrom = from;
  if (rules.durableAcceptedEpoch) node.persist("accepted", { epoch, from });
}

/** f.a: the history is that of the leader of this epoch. */
export function enterEpoch({ state, node }: Server, epoch: number): void {
  if (state.currentEpoch === epoch) return;
  state.currentEpoch = epoch;
  node.persist("current-epoch", epoch);
}

/** Makes the history go on in another way from a place on. */
export function replaceHistory(server: Server, shared: number, transactions: readonly Transaction[]): void {
  const { state, rules, node } = server;
  const { history } = state;
  const places: number[] = [];
  for (let place = history.length - 1; place >= shared; place--) places.push(place);
  if (!rules.dropsLastFirst) places.reverse();
  for (const place of places) {
    if (rules.dropsTail("memory")) history.pop();
    if (rules.dropsTail("disk")) node.persist(transactionKey(place), null);
  }
  for (const transaction of transactions) addTransaction(server, transaction);
}

export function addTransaction({ state, node }: Server, transaction: Transaction): void {
  node.persist(transactionKey(state.history.length), transaction);
  state.history.push(transaction);
}

export function rankOf({ currentEpoch, history }: ZabState): HistoryRank {
  return { currentEpoch, last: lastZxid(history), length: history.length };
}
