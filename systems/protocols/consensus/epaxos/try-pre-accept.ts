/**
 * Recovery in optimized EPaxos (§4.4): fast quorums are so small that the votes of a majority need not tell whether an instance was
 * committed on the fast path. Then it is tried whether it can have been.
 */
import type { NodeId } from "../../../contracts/protocol.ts";
import { withConflicts } from "./conflicts.ts";
import { ask, considerReplies, startAccept, together } from "./coordination.ts";
import { noOperation, ownerOf, type Attributes, type Ballot, type InstanceId } from "./instance.ts";
import {
  isAccepted,
  preAcceptedIn,
  triedIn,
  type Conflict,
  type Tried,
  type TryPreAccept,
  type Vote,
} from "./messages.ts";
import { joinedBallot, send, watch, watchUnknown, type Coordination, type Replica } from "./replica.ts";
import { refuses, vote } from "./voting.ts";

/**
 * Explicit prepare, with the votes of a majority, and what TryPreAccept has found by now. (That it is committed, whoever knows
 * says instead of a vote.)
 *
 * What is accepted in the latest ballot is taken. Without that and with no vote at all the instance is given up. If it was
 * committed on the fast path, then with what its owner knew at first, and a fast quorum had nothing to add. If too few can have been in one,
 * it goes through phase 1 again, in this ballot. Else if so many had nothing to add, or have found nothing that stands against it, that they
 * are a majority with the owner, it is taken as it was. And if it takes more to tell, the others are asked.
 */
export function considerPrepared(replica: Replica, id: InstanceId, coordination: Coordination): void {
  const { rules, node } = replica;
  const votes = Object.values(coordination.prepared).filter((each) => each !== null);
  const accepted = latestAccepted(votes, rules.heedsLatestBallot);
  if (accepted !== undefined) return startAccept(replica, id, coordination, accepted.value);
  // What interferes with nothing need not go through phase 1.
  if (votes.length === 0 || !rules.recoversPreAccepted)
    return startAccept(replica, id, coordination, noOperation);
  const first = votes.find(isAtFirst);
  if (first === undefined || !mayBeCommitted(replica, id, coordination, first.value))
    return preAcceptAgain(replica, id, coordination, votes);
  const agreeing = node.nodes.filter((each) => agrees(each, id, coordination));
  if (agreeing.length >= rules.majority(node.nodes.length))
    return startAccept(replica, id, coordination, first.value);
  tryPreAccept(replica, id, coordination, first.value);
}

/** What was accepted in a ballot since which something else was only pre-accepted was not chosen, and can be. */
function latestAccepted(votes: readonly Vote[], heedsLatest: boolean): Vote | undefined {
  const accepted = votes.filter(({ ballot }) => isAccepted(ballot));
  if (!heedsLatest) return accepted.at(-1);
  return accepted.toSorted((a, b) => a.ballot - b.ballot).at(-1);
}

/** Whether a vote is for what the owner of the instance knew at first. */
function isAtFirst({ ballot, unchanged }: Vote): boolean {
  return unchanged && (ballot === preAcceptedIn(0) || isTried(ballot));
}

function isTried(ballot: number): boolean {
  return ballot % triedIn(1) === triedIn(0);
}

/**
 * Whether enough may have been in a fast quorum: the owner, those that had nothing to add, and those not heard of; but for those that
 * led what stands against it, and so knew of that before. None of it was if it has been pre-accepted again, if its owner says
 * that it did not commit it, or if what stands against it is committed.
 */
function mayBeCommitted(
  { rules, node }: Replica,
  id: InstanceId,
  { prepared, tried }: Coordination,
  value: Attributes,
): boolean {
  const { optimized } = rules;
  if (Object.hasOwn(prepared, ownerOf(id))) return false;
  const votes = Object.values(prepared).filter((each) => each !== null);
  if (votes.some(({ ballot }) => ballot > preAcceptedIn(0) && !isTried(ballot))) return false;
  const conflicts = Object.values(tried).flat();
  if (conflicts.some(({ committed }) => committed)) return false;
  if (optimized?.countsQuorum === false && conflicts.length > 0) return false;
  const leaders = conflicts.filter((each) => !value.deps.includes(each.id)).map((each) => ownerOf(each.id));
  const possible = node.nodes.filter((each) => {
    if (leaders.includes(each)) return false;
    const own = prepared[each];
    return own === undefined || (own !== null && own.ballot === preAcceptedIn(0) && own.unchanged);
  });
  return possible.length >= rules.fastQuorum(node.nodes.length);
}

/** Whether a replica knew of nothing, or has found nothing, that stands against what the owner knew at first; as did the owner. */
function agrees(node: NodeId, id: InstanceId, { prepared, tried }: Coordination): boolean {
  const own = prepared[node];
  if (node === ownerOf(id) || tried[node]?.length === 0) return true;
  return own !== undefined && own !== null && isAtFirst(own);
}

/** Phase 1 again, by whoever recovers, without a fast path; with all that anybody named. */
function preAcceptAgain(
  replica: Replica,
  id: InstanceId,
  coordination: Coordination,
  votes: readonly Vote[],
): void {
  const { state, rules, node } = replica;
  const [first] = votes;
  if (first === undefined) return;
  const { ballot } = coordination;
  if (!rules.recoversUnchangedOnly) return startAccept(replica, id, coordination, first.value);
  const known = together(
    first.value,
    votes.map((each) => each.value),
  );
  const value = withConflicts(replica, id, known);
  const { seq, deps } = value;
  const next: Coordination = {
    ballot,
    phase: "pre-accept",
    prepared: {},
    found: { [node.id]: { seq, deps, committed: [] } },
    tried: {},
    value,
    accepted: [],
  };
  state.coordinations[id] = next;
  vote(replica, id, { ballot: preAcceptedIn(ballot), value, unchanged: false });
  ask(replica, id, next);
  watch(replica, id);
  considerReplies(replica, id, next, false);
}

/** Asks those that have joined the ballot, and goes on asking others to. What stands against the instance is to be recovered first. */
function tryPreAccept(replica: Replica, id: InstanceId, coordination: Coordination, value: Attributes): void {
  const { node } = replica;
  const isNew = coordination.phase !== "try";
  coordination.phase = "try";
  coordination.value = value;
  for (const conflict of Object.values(coordination.tried).flat()) watchUnknown(replica, conflict.id);
  if (!isNew) return;
  ask(replica, id, coordination);
  if (agrees(node.id, id, coordination)) return;
  tryAgain(replica, id, coordination);
}

/** Tries once more here. */
export function tryAgain(replica: Replica, id: InstanceId, coordination: Coordination): void {
  const { node } = replica;
  const { ballot, value, tried } = coordination;
  const conflicts = tryHere(replica, id, ballot, value);
  if (conflicts === undefined) return;
  tried[node.id] = conflicts;
  considerPrepared(replica, id, coordination);
}

export function onTryPreAccept(replica: Replica, from: NodeId, { id, ballot, value }: TryPreAccept): void {
  if (refuses(replica, from, id, ballot) || joinedBallot(replica.state, id) < ballot) return;
  const conflicts = tryHere(replica, id, ballot, value);
  if (conflicts !== undefined) send(replica, from, { type: "tried", id, ballot, conflicts });
}

export function onTried(replica: Replica, from: NodeId, { id, ballot, conflicts }: Tried): void {
  const coordination = replica.state.coordinations[id];
  if (coordination?.ballot !== ballot || coordination.phase !== "try") return;
  // An answer that is late may be older.
  if (coordination.tried[from]?.length === 0) return;
  coordination.tried[from] = conflicts;
  considerPrepared(replica, id, coordination);
}

/** Pre-accepts what nothing stands against; what does. Undefined if this replica has gone on to another vote in the ballot. */
function tryHere(
  replica: Replica,
  id: InstanceId,
  ballot: Ballot,
  value: Attributes,
): readonly Conflict[] | undefined {
  const before = replica.state.votes[id];
  if (before !== undefined && isAtFirst(before)) return [];
  if (before !== undefined && before.ballot > triedIn(ballot)) return undefined;
  const conflicts = conflictsWith(replica, id, value);
  if (conflicts.length === 0) vote(replica, id, { ballot: triedIn(ballot), value, unchanged: true });
  return conflicts;
}

/**
 * What is known here and stands against an instance, as it was at first: what interferes, does not depend on it, and of which it
 * does not name that, with a lower sequence number. What is not committed depends for certain on what its owner named at first,
 * and on nothing else: what a replica found later need not be what is committed.
 */
function conflictsWith({ state, rules }: Replica, id: InstanceId, value: Attributes): readonly Conflict[] {
  const conflicts = new Map<InstanceId, Conflict>();
  for (const key of [...value.reads, ...value.writes]) {
    for (const other of state.conflicts[key]?.instances ?? []) {
      const settled = state.committed[other];
      if (other === id || settled?.command === null) continue;
      const what = settled ?? state.overruled[other] ?? state.votes[other]?.value;
      if (what === undefined) continue;
      if (!value.writes.includes(key) && !what.writes.includes(key)) continue;
      const certain = settled === undefined && rules.optimized?.heedsInitial === true;
      if ((certain ? (what.initial ?? []) : what.deps).includes(id)) continue;
      if (value.deps.includes(other) && what.seq < value.seq) continue;
      const committed = settled !== undefined && rules.optimized?.heedsCommitted === true;
      conflicts.set(other, { id: other, committed });
    }
  }
  return [...conflicts.values()];
}
