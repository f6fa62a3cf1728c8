/** Phase 3, broadcast: a two-phase commit without aborts, over channels that keep the order (§4.3). */
import type { NodeId } from "../../../contracts/protocol.ts";
import { sameOperation, type Operation } from "../../state-machine/operation.ts";
import { answerTo } from "../../state-machine/state-machine.ts";
import { deliverUpTo } from "./delivery.ts";
import { compareZxids, lastZxid, lengthUpTo, zxidOf, type Zxid } from "./history.ts";
import { look } from "./looking.ts";
import type { Ack, Commit, CommitLeader, Propose } from "./messages.ts";
import {
  addTransaction,
  isQuorum,
  isSynchronized,
  send,
  setPing,
  settleStorage,
  waitPatiently,
  type Server,
} from "./server.ts";

/** A leader takes no more transactions than so many that are not committed. */
const backlog = 4_096;

/** The established leader proposes an operation, unless that is done or under way. */
export function propose(server: Server, operation: Operation): void {
  const { state, rules } = server;
  const { leading, history } = state;
  const isEstablished =
    state.phase === "broadcast" || (!rules.proposesOnceEstablished && state.phase === "synchronization");
  if (leading === null || !isEstablished) return;
  if (rules.clientTable && answerTo(state.machine, operation) !== undefined) return;
  if (history.length - state.committed >= backlog || isUnderWay(server, operation)) return;
  const { epoch } = leading;
  leading.counter++;
  const { counter } = leading;
  addTransaction(server, { ballot: epoch, counter, value: operation });
  settleStorage(server, "proposal");
  for (const [to, { stage }] of Object.entries(leading.followers)) {
    if (stage === "cepoch" || (stage === "ackepoch" && !rules.proposesToAllSynchronizing)) continue;
    send(server, to, { type: "propose", epoch, counter, value: operation });
  }
  commitWhatAQuorumHas(server);
}

/**
 * A follower accepts what comes next. On links that keep the order nothing else comes; where one does not, what it has is
 * dropped, and with something missing it cannot go on: it takes the leader's history anew.
 */
export function onPropose(server: Server, leader: NodeId, { epoch, counter, value }: Propose): void {
  if (!isSynchronized(server, leader)) return;
  if (server.rules.takesNextOnly) {
    const last = lastZxid(server.state.history);
    if (compareZxids({ epoch, counter }, last) <= 0) return;
    if (counter !== (last.epoch === epoch ? last.counter : 0) + 1) return look(server);
  }
  waitPatiently(server);
  addTransaction(server, { ballot: epoch, counter, value });
  settleStorage(server, "proposal");
  send(server, leader, { type: "ack", zxid: { epoch, counter } });
}

/** What a follower acknowledges it has, with all before it. */
export function onAck(server: Server, from: NodeId, { zxid }: Ack): void {
  const { state, rules } = server;
  if (rules.countsOnce("synchronized") && state.leading?.followers[from]?.stage !== "ack-ld") return;
  hear(server, from);
  acknowledge(server, from, zxid);
  commitWhatAQuorumHas(server);
}

/** Notes what a follower has on its disk. */
export function acknowledge({ state }: Server, from: NodeId, zxid: Zxid): void {
  const follower = state.leading?.followers[from];
  if (follower !== undefined) follower.acknowledged = zxid;
}

/** The leader delivers, and has delivered, in the order of zxids, all that a quorum has. */
export function commitWhatAQuorumHas(server: Server): void {
  const { state, rules } = server;
  const { leading, history } = state;
  if (leading === null || (rules.countsOnce("established") && state.phase !== "broadcast")) return;
  const before = state.committed;
  let length = before;
  while (length < history.length && isAcknowledged(server, length)) length++;
  deliverUpTo(server, length);
  for (const { ballot, counter } of history.slice(before, length)) {
    const zxid = { epoch: ballot, counter };
    for (const [to, { stage }] of Object.entries(leading.followers)) {
      if (stage !== "ack-ld" && rules.commitsToSynchronizedOnly) continue;
      send(server, to, { type: "commit", zxid });
    }
  }
}

/**
 * Whoever says it, it stays committed. And of a leader whose history it has taken this server has no other transactions up to
 * there: its history is that leader's, as far as it goes, or a later one's, which has all that was committed before.
 */
export function onCommit(server: Server, { zxid }: Commit | CommitLeader): void {
  deliverUpTo(server, lengthUpTo(server.state.history, zxid));
}

/** The leader shows that it lives. */
export function pingFollowers(server: Server): void {
  const { leading } = server.state;
  if (leading === null) return;
  for (const [to, { stage }] of Object.entries(leading.followers)) {
    if (stage === "ack-ld") send(server, to, { type: "ping" });
  }
  setPing(server);
}

export function onPing(server: Server, leader: NodeId): void {
  if (!isSynchronized(server, leader)) return;
  waitPatiently(server);
  send(server, leader, { type: "pong" });
}

/** The leader loses its office when it does not hear from a quorum. */
export function checkQuorum(server: Server): void {
  const { leading } = server.state;
  if (leading === null) return;
  if (!isQuorum(server, leading.heard.length + 1)) return look(server);
  leading.heard = [];
  waitPatiently(server);
}

export function hear({ state }: Server, from: NodeId): void {
  const { leading } = state;
  if (leading === null || leading.heard.includes(from)) return;
  leading.heard = [...leading.heard, from].toSorted();
}

/** Whether a quorum, the leader included, has the transaction in a place. */
function isAcknowledged(server: Server, place: number): boolean {
  const { leading, history } = server.state;
  const transaction = history[place];
  if (leading === null || transaction === undefined) return false;
  const zxid = zxidOf(transaction);
  let count = 1;
  for (const { acknowledged } of Object.values(leading.followers)) {
    if (acknowledged !== null && compareZxids(acknowledged, zxid) >= 0) count++;
  }
  return isQuorum(server, count);
}

function isUnderWay({ state }: Server, operation: Operation): boolean {
  for (let place = state.history.length - 1; place >= state.committed; place--) {
    const transaction = state.history[place];
    if (transaction !== undefined && sameOperation(transaction.value, operation)) return true;
  }
  return false;
}
