import type { NodeId } from "../../../contracts/protocol.ts";
import { ballotAbove } from "../paxos/ballot.ts";
import { askForChosen, askForPromises } from "./asking.ts";
import { membersAt, withNode } from "./configuration.ts";
import { adoptSnapshot } from "./execution.ts";
import { askAgain } from "./forwarding.ts";
import { endOf, reportsOf } from "./log.ts";
import type { Nack, Promised } from "./messages.ts";
import { proposeReported, proposeWaiting } from "./proposals.ts";
import {
  askForLease,
  becomeFollower,
  expectEndOfLease,
  expectLeader,
  isLeased,
  isQuorumAt,
  observe,
  promise,
  send,
  setQuorumCheck,
  setRotation,
  settleStorage,
  type Leadership,
  type Server,
} from "./server.ts";

/** No leader was heard from for long: an acceptor of slots to come stands for election. */
export function onElectionTimeout(server: Server): void {
  const { state, rules, node } = server;
  expectLeader(server);
  state.leader = null;
  becomeFollower(server);
  const { configurations, committed } = state;
  if (typeof rules.reads === "object" && rules.reads.bindsCandidates && isLeased(server)) {
    return expectEndOfLease(server);
  }
  const ahead = configurations.some(({ from, members }) => from > committed && members.includes(node.id));
  if (ahead || membersAt(configurations, committed).includes(node.id)) return standForElection(server);
  // It may have come to be one, and not know.
  askForChosen(server);
}

/** Phase 1a, once for all slots that are not known to be chosen. The ballot is on the disk before anybody hears of it. */
function standForElection(server: Server): void {
  const { state, rules, node } = server;
  const ballot = ballotAbove(state.promised, node.nodes.indexOf(node.id), node.nodes.length);
  promise(server, ballot);
  if (rules.syncsOwnPromise) settleStorage(server);
  state.role = "candidate";
  state.leading = newLeadership(ballot, state.committed);
  askForPromises(server);
  notePromise(server, node.id, reportsOf(state.log, state.committed, endOf(state.log)));
  if (isQuorumAt(server, state.committed, state.leading.promises)) {
    // Alone it leads when its own disk has the promise.
    send(server, node.id, { type: "promised", ballot, votes: [], snapshot: null });
  }
}

export function onPromised(server: Server, from: NodeId, { ballot, votes, snapshot }: Promised): void {
  const { state, rules } = server;
  if (state.leading === null) return;
  if (rules.countsOwnPromisesOnly && state.leading.ballot !== ballot) return;
  if (snapshot !== null && snapshot.machine.position > state.committed) adoptSnapshot(server, snapshot);
  notePromise(server, from, votes);
  if (state.role === "candidate") {
    if (!isQuorumAt(server, state.committed, state.leading.promises)) return;
    becomeLeader(server);
  }
  proposeReported(server);
  proposeWaiting(server);
}

/** Somebody has promised a higher ballot. */
export function onNack(server: Server, { promised }: Nack): void {
  observe(server, promised);
}

/**
 * Gives up when no quorum answered since the last time: perhaps the others have another leader. And when what it proposed two
 * times ago or before is not chosen yet: it may be so slow that no client waits for so long, and others would follow it for ever.
 */
export function checkQuorum(server: Server): void {
  const { state, node } = server;
  const { leading, committed } = state;
  if (leading === null) return;
  const isOverdue = committed < leading.overdue;
  if (!isOverdue && isQuorumAt(server, committed, withNode(leading.heard, node.id))) {
    leading.heard = [];
    leading.overdue = leading.next;
    return setQuorumCheck(server);
  }
  becomeFollower(server);
  expectLeader(server);
}

/** Of each slot that is not proposed yet, the vote in the highest ballot counts. */
function notePromise({ state, rules }: Server, from: NodeId, votes: Promised["votes"]): void {
  const { leading, committed } = state;
  if (leading === null) return;
  leading.promises = withNode(leading.promises, from);
  if (!rules.heedsReports) return;
  for (const { slot, ballot, value } of votes) {
    if (slot < committed) continue;
    leading.begin = Math.max(leading.begin, slot + 1);
    if (state.role === "leader" && slot < leading.next) continue;
    const before = leading.reported[slot];
    if (before !== undefined && !rules.prefersReport(ballot, before.ballot)) continue;
    leading.reported[slot] = { ballot, value };
  }
}

function becomeLeader(server: Server): void {
  const { state, node } = server;
  state.role = "leader";
  state.leader = node.id;
  node.cancelTimer("election");
  // At once: whoever waits for a leader is to know.
  node.setTimer("heartbeat", 0);
  setQuorumCheck(server);
  setRotation(server);
  if (state.leading !== null) {
    askForLease(server, state.leading);
    state.leading.next = state.committed;
  }
  proposeReported(server);
  askAgain(server);
}

function newLeadership(ballot: number, committed: number): Leadership {
  return {
    ballot,
    promises: [],
    reported: {},
    begin: committed,
    next: committed,
    votes: {},
    chosen: {},
    latest: null,
    heard: [],
    expected: 0,
    overdue: 0,
    round: 0,
    asked: 0,
    leaseEnds: 0,
    answered: {},
    reads: [],
    waiting: [],
    reconfiguration: null,
  };
}
