import type { NodeId } from "../../../contracts/protocol.ts";
import { endOf, entryAt, firstSlot, reportsOf } from "./log.ts";
import { adoptSnapshot, commitNext, commitUpTo } from "./execution.ts";
import { askAgain } from "./forwarding.ts";
import type { Accept, Fetch, Install, Learn, Prepare } from "./messages.ts";
import {
  becomeFollower,
  observe,
  expectLeader,
  grantLease,
  isLeased,
  promise,
  send,
  settleStorage,
  writeEntry,
  type Server,
} from "./server.ts";

/**
 * Phase 1b: promises to take part in no lower ballot, and tells all its votes from the first slot on that
 * the candidate does not know, those among them that are long chosen and executed included: the candidate may
 * be the only one who does not know, and would propose something else there.
 */
export function onPrepare(server: Server, candidate: NodeId, { ballot, from }: Prepare): void {
  const { state, rules } = server;
  const { log } = state;
  if (isLoyalToAnother(server, candidate)) return;
  if (ballot < state.promised) {
    return send(server, candidate, { type: "nack", ballot, promised: state.promised });
  }
  const isKnown = ballot === state.promised;
  if (!isKnown) {
    promise(server, ballot);
    if (candidate !== server.node.id) becomeFollower(server);
    state.leader = null;
    expectLeader(server);
  }
  if (!isKnown || rules.syncsKnownBallots) settleStorage(server);
  const isTold = rules.reportsChosen && rules.reportsTrimmed;
  const snapshot = from < firstSlot(log) && isTold ? log.snapshot : null;
  const begin = rules.reportsChosen ? from : Math.max(from, state.committed);
  send(server, candidate, { type: "promised", ballot, votes: reportsOf(log, begin, endOf(log)), snapshot });
}

/** Phase 2b: votes, unless it has promised not to. */
export function onAccept(server: Server, leader: NodeId, message: Accept): void {
  const { state, rules } = server;
  const { ballot, first, values, committed, round, asked } = message;
  if (ballot < state.promised && rules.heedsPromise) {
    return send(server, leader, { type: "nack", ballot, promised: state.promised });
  }
  if (rules.votePromises) promise(server, ballot);
  follow(server, leader, asked);
  let known: number | undefined;
  let count = 0;
  for (const [i, value] of values.entries()) {
    const slot = first + i;
    // What it knows to be chosen the leader should know as well; it need not be chosen again.
    if (slot < state.committed) known ??= slot;
    else if (rules.heedsRing && slot >= state.committed + rules.ring / 2) break;
    else if (entryAt(state.log, slot)?.ballot !== ballot) writeEntry(server, slot, { ballot, value });
    count = i + 1;
  }
  settleStorage(server);
  commitAsTold(server, ballot, rules.executesChosenOnly ? committed : first + values.length);
  if (known !== undefined) tellChosen(server, leader, known);
  else send(server, leader, { type: "accepted", ballot, first, count, committed: state.committed, round });
  if (state.committed < committed) send(server, leader, { type: "fetch", from: state.committed });
}

/** Somebody lacks what was chosen. */
export function onFetch(server: Server, from: NodeId, message: Fetch): void {
  if (message.from < server.state.committed) tellChosen(server, from, message.from);
}

/**
 * Takes in what is chosen. If it was so in a ballot higher than that of its own vote, the vote gives way: it may be for
 * something else. And a leader of a lower ballot leads no more: others may have voted in its ballot for something
 * else, and would take that for chosen if it went on to say how far the log is.
 */
export function onLearn(server: Server, { ballot, chosen }: Learn): void {
  const { state, rules } = server;
  if (rules.observesTold) observe(server, ballot);
  for (const { slot, ...entry } of chosen) {
    if (slot !== state.committed) continue;
    const vote = entryAt(state.log, slot);
    if (vote === null || (vote.ballot < entry.ballot && rules.voteGivesWay)) writeEntry(server, slot, entry);
    commitNext(server);
  }
}

export function onInstall(server: Server, { ballot, snapshot }: Install): void {
  if (server.rules.observesTold) observe(server, ballot);
  if (snapshot.machine.position > server.state.committed) adoptSnapshot(server, snapshot);
}

function isLoyalToAnother(server: Server, candidate: NodeId): boolean {
  const { state, rules, node } = server;
  if (candidate === node.id || state.leader === candidate) return false;
  return isLeased(server) || (rules.loyal && state.leader !== null);
}

/** Whoever leads is followed as long as it is heard from. With leases it shows when it has said so too long ago to count. */
function follow(server: Server, leader: NodeId, asked: number): void {
  const { state, node } = server;
  if (leader === node.id) return;
  const isNew = state.leader !== leader;
  const wasLeading = state.leading !== null;
  becomeFollower(server);
  if (!grantLease(server, asked)) {
    if (wasLeading) expectLeader(server);
    return;
  }
  state.leader = leader;
  expectLeader(server);
  if (isNew) askAgain(server);
}

/**
 * The leader of a ballot says that all slots before `end` are chosen: those among them in which this node
 * voted in that ballot hold what was chosen, since a ballot has one value a slot.
 */
function commitAsTold(server: Server, ballot: number, end: number): void {
  const { state } = server;
  let known = state.committed;
  while (known < end && entryAt(state.log, known)?.ballot === ballot) known++;
  commitUpTo(server, known);
}

function tellChosen(server: Server, to: NodeId, from: number): void {
  const { state, rules } = server;
  const { log, committed, promised: ballot } = state;
  if (from < firstSlot(log)) return send(server, to, { type: "install", ballot, snapshot: log.snapshot });
  const chosen = reportsOf(log, from, Math.min(committed, from + rules.batch));
  send(server, to, { type: "learn", ballot, chosen });
}
