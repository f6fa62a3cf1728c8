/** Phase 3, broadcast: a two-phase commit without aborts, over channels that keep the order (§4.3). */
import type { NodeId } from "../../../contracts/protocol.ts";
import { sameOperation, type Operation } from "../../state-machine/operation.ts";
import { answerTo } from "../../state-machine/state-machine.ts";
import { deliver, deliverUpTo } from "./delivery.ts";
import { compareZxids, lastZxid, lengthUpTo, noZxid, zxidOf, type Zxid } from "./history.ts";
import { look } from "./looking.ts";
import type { Ack, Commit, Ping, Propose } from "./messages.ts";
import {
  addTransaction,
  isQuorum,
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
  if (leading === null || state.phase !== "broadcast") return;
  if (rules.clientTable && answerTo(state.machine, operation) !== undefined) return;
  if (history.length - state.committed >= backlog || isUnderWay(server, operation)) return;
  const { epoch } = leading;
  leading.counter++;
  const { counter } = leading;
  addTransaction(server, { ballot: epoch, counter, value: operation });
  settleStorage(server);
  for (const [to, { stage }] of Object.entries(leading.followers)) {
    if (stage === "cepoch" || (stage === "ackepoch" && !rules.proposesToAllSynchronizing)) continue;
    send(server, to, { type: "propose", epoch, counter, value: operation });
  }
  commitWhatAQuorumHas(server);
}

/** A follower accepts what comes next. What it has already it drops; if something is missing it joins anew. */
export function onPropose(server: Server, leader: NodeId, { epoch, counter, value }: Propose): void {
  const { state, rules } = server;
  if (!isSynchronized(server, leader, epoch)) return;
  const last = lastZxid(state.history);
  const zxid = { epoch, counter };
  waitPatiently(server);
  if (compareZxids(zxid, last) <= 0) return;
  const next = last.epoch === epoch ? last.counter + 1 : 1;
  if (rules.survivesLosses && counter !== next) return look(server);
  addTransaction(server, { ballot: epoch, counter, value });
  settleStorage(server);
  send(server, leader, { type: "ack", epoch, zxid });
}

/** What a follower acknowledges it has, with all before it: channels keep the order. */
export function onAck(server: Server, from: NodeId, { epoch, zxid }: Ack): void {
  const { leading } = server.state;
  const follower = leading?.followers[from];
  if (leading === null || follower === undefined || epoch !== leading.epoch || follower.stage !== "ack-ld")
    return;
  hear(server, from);
  acknowledge(server, from, zxid);
  commitWhatAQuorumHas(server);
}

/** Notes what a follower has on its disk. */
export function acknowledge({ state }: Server, from: NodeId, zxid: Zxid): void {
  const follower = state.leading?.followers[from];
  if (follower === undefined) return;
  if (compareZxids(zxid, follower.acknowledged ?? noZxid) > 0) follower.acknowledged = zxid;
}

/** The leader delivers, and has delivered, in the order of zxids, all that a quorum has. */
export function commitWhatAQuorumHas(server: Server): void {
  const { state } = server;
  const { leading, history } = state;
  if (leading === null || state.phase !== "broadcast") return;
  const before = state.committed;
  let length = before;
  while (length < history.length && isAcknowledged(server, length)) length++;
  deliverUpTo(server, length);
  for (const { ballot, counter } of history.slice(before, length)) {
    const zxid = { epoch: ballot, counter };
    for (const [to, { stage }] of Object.entries(leading.followers)) {
      if (stage === "ack-ld") send(server, to, { type: "commit", epoch: leading.epoch, zxid });
    }
  }
}

export function onCommit(server: Server, leader: NodeId, { epoch, zxid }: Commit): void {
  const { state } = server;
  if (!isSynchronized(server, leader, epoch) || state.phase !== "broadcast") return;
  waitPatiently(server);
  followCommit(server, zxid);
}

/** Delivers up to what the leader has committed; if some of that never came, joins anew. */
export function followCommit(server: Server, zxid: Zxid): void {
  const { state, rules } = server;
  const { history } = state;
  const length = lengthUpTo(history, zxid);
  const transaction = history[length - 1];
  const known = transaction === undefined ? noZxid : zxidOf(transaction);
  if (compareZxids(known, zxid) !== 0) return rules.survivesLosses ? look(server) : undefined;
  if (rules.survivesLosses || length <= state.committed + 1) return deliverUpTo(server, length);
  // Whoever relies on every commit to come takes each for one transaction.
  deliver(server, length - 1);
  state.committed = length;
}

/** The leader shows that it lives, and how far it is: a follower that lost what came last learns of it so. */
export function pingFollowers(server: Server): void {
  const { state } = server;
  const { leading, history, committed } = state;
  if (leading === null) return;
  const last = history[committed - 1];
  for (const [to, { stage }] of Object.entries(leading.followers)) {
    if (stage !== "ack-ld") continue;
    send(server, to, {
      type: "ping",
      epoch: leading.epoch,
      proposed: lastZxid(history),
      committed: last === undefined ? noZxid : zxidOf(last),
    });
  }
  setPing(server);
}

export function onPing(server: Server, leader: NodeId, { epoch, proposed, committed }: Ping): void {
  const { state, rules } = server;
  if (!isSynchronized(server, leader, epoch)) return;
  if (rules.survivesLosses) {
    // The leader speaks to it as to one that broadcasts, and it never heard that it does.
    if (state.phase !== "broadcast") return look(server);
    if (compareZxids(proposed, lastZxid(state.history)) > 0) return look(server);
    followCommit(server, committed);
  }
  waitPatiently(server);
  // Also for what it persisted and acknowledged before: that answer may be lost.
  send(server, leader, { type: "ack", epoch, zxid: lastZxid(state.history) });
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

/** Whether this server has taken the history of that leader in that epoch, and follows it still. */
function isSynchronized({ state }: Server, leader: NodeId, epoch: number): boolean {
  const { role, phase } = state;
  if (role !== "following" || state.leader !== leader || state.currentEpoch !== epoch) return false;
  return phase === "synchronization" || phase === "broadcast";
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
