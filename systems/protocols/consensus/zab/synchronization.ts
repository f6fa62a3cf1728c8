/** Phase 2, synchronization: followers take over the history of the leader before it broadcasts anything (§4.2). */
import type { NodeId } from "../../../contracts/protocol.ts";
import { acknowledge, commitWhatAQuorumHas, hear, onCommit } from "./broadcast.ts";
import { deliverUpTo } from "./delivery.ts";
import { askAgain } from "./forwarding.ts";
import { lastZxid, noZxid, sharedLength, zxidOf, type Zxid } from "./history.ts";
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
  const { state, rules } = server;
  const { leading } = state;
  if (leading === null) return;
  leading.hasHistory = true;
  state.phase = "synchronization";
  if (rules.entersOwnEpoch) enterEpoch(server, leading.epoch);
  settleStorage(server, "history");
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
  const { state, rules } = server;
  const { epoch, shared, transactions } = message;
  if (rules.takesHistoryOnly("from its leader") && state.leader !== leader) return;
  if (rules.takesHistoryOnly("once") && state.phase !== "discovery") return;
  // Of an earlier time with this leader, from before another one.
  if (rules.takesAcceptedHistoryOnly && state.acceptedEpoch !== epoch) return look(server);
  if (!rules.historyBeforeEpoch) enterEpoch(server, epoch);
  replaceHistory(server, shared, transactions);
  enterEpoch(server, epoch);
  state.phase = "synchronization";
  settleStorage(server, "history");
  waitPatiently(server);
  send(server, leader, { type: "ack-ld", zxid: lastZxid(state.history) });
}

/**
 * A follower has the history; it may be a late one, who joins a leader that broadcasts already. If it has come for a
 * second time meanwhile, it is to be sent it once more: since then no proposals went to it.
 */
export function onAckLeader(server: Server, from: NodeId, { zxid }: AckLeader): void {
  const { state, rules } = server;
  const follower = state.leading?.followers[from];
  if (follower === undefined || (rules.synchronizesAnew && follower.stage !== "ackepoch")) return;
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
export function onCommitLeader(server: Server, leader: NodeId, message: CommitLeader): void {
  const { state } = server;
  onCommit(server, message);
  if (state.leader !== leader || state.phase !== "synchronization") return;
  state.phase = "broadcast";
  waitPatiently(server);
  askAgain(server);
}

/** The leader is established when a quorum has its history: all of it is committed. */
function establish(server: Server): void {
  const { state, rules } = server;
  const { leading, history } = state;
  if (leading === null) return;
  const synchronized = Object.entries(leading.followers).filter(([, { stage }]) => stage === "ack-ld");
  if (!rules.establishes(synchronized.length, isQuorum(server, synchronized.length + 1))) return;
  state.phase = "broadcast";
  waitPatiently(server);
  setPing(server);
  deliverUpTo(server, history.length);
  for (const [to] of synchronized) sendCommit(server, to, lastZxid(history));
  askAgain(server);
}

function sendCommit(server: Server, to: NodeId, zxid: Zxid): void {
  send(server, to, { type: "commit-ld", zxid });
}
