/** Phase 2, synchronization: followers take over the history of the leader before it broadcasts anything (§4.2). */
import type { NodeId } from "../../../contracts/protocol.ts";
import { acknowledge, commitWhatAQuorumHas, followCommit, hear } from "./broadcast.ts";
import { deliverUpTo } from "./delivery.ts";
import { askAgain } from "./forwarding.ts";
import { lastZxid, lengthUpTo, noZxid, sharedLength, zxidOf, type Zxid } from "./history.ts";
import { look } from "./looking.ts";
import type { AckLeader, CommitLeader, NewLeader } from "./messages.ts";
import {
  enterEpoch,
  isQuorum,
  replaceHistory,
  send,
  setPing,
  settleStorage,
  waitPatiently,
  type Server,
} from "./server.ts";

/** The leader has the history that its epoch starts from; all who acknowledged the epoch are sent it. */
export function beginSynchronization(server: Server): void {
  const { state } = server;
  const { leading } = state;
  if (leading === null) return;
  leading.hasHistory = true;
  state.phase = "synchronization";
  enterEpoch(server, leading.epoch);
  settleStorage(server);
  for (const [to, { stage }] of Object.entries(leading.followers)) {
    if (stage === "ackepoch") sendHistory(server, to);
  }
  establish(server);
}

/** NEWLEADER. From here on the follower is sent every proposal, too. */
export function sendHistory(server: Server, to: NodeId): void {
  const { leading, history } = server.state;
  const follower = leading?.followers[to];
  if (leading === null || follower === undefined) return;
  const shared = sharedLength(history, follower.outline);
  send(server, to, {
    type: "newleader",
    epoch: leading.epoch,
    shared,
    transactions: history.slice(shared),
  });
}

export function onNewLeader(server: Server, leader: NodeId, message: NewLeader): void {
  const { state } = server;
  const { epoch, shared, transactions } = message;
  if (state.role !== "following" || state.leader !== leader || state.phase !== "discovery") return;
  if (state.acceptedEpoch !== epoch || shared > state.history.length) return look(server);
  replaceHistory(server, shared, transactions);
  state.committed = Math.min(state.committed, state.history.length);
  enterEpoch(server, epoch);
  state.phase = "synchronization";
  settleStorage(server);
  waitPatiently(server);
  send(server, leader, { type: "ack-ld", epoch, zxid: lastZxid(state.history) });
}

/** A follower has the history; it may be a late one, who joins a leader that broadcasts already. */
export function onAckLeader(server: Server, from: NodeId, { epoch, zxid }: AckLeader): void {
  const { state, rules } = server;
  const { leading } = state;
  const follower = leading?.followers[from];
  if (leading === null || follower === undefined || epoch !== leading.epoch || follower.stage !== "ackepoch")
    return;
  hear(server, from);
  follower.stage = "ack-ld";
  acknowledge(server, from, zxid);
  if (state.phase !== "broadcast") return establish(server);
  const last = state.history[state.committed - 1];
  const committed = last === undefined ? noZxid : zxidOf(last);
  sendCommit(server, from, rules.commitsWhatTheLeaderHas ? committed : zxid);
  commitWhatAQuorumHas(server);
}

/** COMMIT-LD: the history up to a transaction is to be delivered, and the follower takes part in the broadcast. */
export function onCommitLeader(server: Server, leader: NodeId, { epoch, zxid }: CommitLeader): void {
  const { state, rules } = server;
  if (state.role !== "following" || state.leader !== leader) return;
  if (state.phase !== "synchronization" || state.currentEpoch !== epoch) return;
  state.phase = "broadcast";
  waitPatiently(server);
  if (rules.survivesLosses) followCommit(server, zxid);
  else deliverUpTo(server, lengthUpTo(state.history, zxid));
  askAgain(server);
}

/** The leader is established when a quorum has its history: all of it is committed. */
function establish(server: Server): void {
  const { state } = server;
  const { leading, history } = state;
  if (leading === null) return;
  const synchronized = Object.entries(leading.followers).filter(([, { stage }]) => stage === "ack-ld");
  if (!isQuorum(server, synchronized.length + 1)) return;
  state.phase = "broadcast";
  waitPatiently(server);
  setPing(server);
  deliverUpTo(server, history.length);
  for (const [to] of synchronized) sendCommit(server, to, lastZxid(history));
  askAgain(server);
}

function sendCommit(server: Server, to: NodeId, zxid: Zxid): void {
  const { leading } = server.state;
  if (leading !== null) send(server, to, { type: "commit-ld", epoch: leading.epoch, zxid });
}
