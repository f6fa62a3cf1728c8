import type { NodeId } from "../../../contracts/protocol.ts";
import { sameValue } from "../../../../histories/json.ts";
import { noteConflicts, settledBefore, withConflicts } from "./conflicts.ts";
import type { Attributes, Ballot, InstanceId } from "./instance.ts";
import {
  acceptedIn,
  ballotOfVote,
  preAcceptedIn,
  type Accept,
  type PreAccept,
  type Prepare,
  type Vote,
} from "./messages.ts";
import { join, joinedBallot, keep, send, watch, type Replica } from "./replica.ts";

/** Votes; what is said from here on may tell of it. */
export function vote(replica: Replica, id: InstanceId, { ballot, value, unchanged }: Vote): void {
  const { state, node } = replica;
  const before = state.votes[id]?.value;
  if (value.command === null && before !== undefined && before.command !== null) state.overruled[id] = before;
  state.votes[id] = { ballot, value, unchanged };
  noteConflicts(replica, id, value);
  keep(replica, id);
  node.sync();
}

/** A replica is asked for what it knows that interferes. */
export function onPreAccept(replica: Replica, from: NodeId, { id, ballot, value }: PreAccept): void {
  const { state, rules } = replica;
  if (refuses(replica, from, id, rules.joinBindsPreAccept ? ballot : joinedBallot(state, id))) return;
  const number = preAcceptedIn(ballot);
  if ((state.votes[id]?.ballot ?? -1) < number) {
    join(replica, id, ballot);
    const found = withConflicts(replica, id, value);
    vote(replica, id, { ballot: number, value: found, unchanged: sameValue(found, value) });
    if (ballot === 0) watch(replica, id);
    else giveWay(replica, id, ballot);
  }
  const voted = state.votes[id];
  if (voted?.ballot !== number) return;
  const { seq, deps } = voted.value;
  const committed = rules.optimized === null ? [] : settledBefore(replica, voted.value);
  send(replica, from, { type: "pre-accepted", id, ballot, seq, deps, committed });
}

export function onAccept(replica: Replica, from: NodeId, { id, ballot, value }: Accept): void {
  const { state } = replica;
  if (refuses(replica, from, id, ballot)) return;
  if (state.votes[id]?.ballot !== acceptedIn(ballot)) {
    join(replica, id, ballot);
    vote(replica, id, { ballot: acceptedIn(ballot), value, unchanged: false });
    giveWay(replica, id, ballot);
  }
  send(replica, from, { type: "accepted", id, ballot });
}

/** A replica is asked to join a later ballot, and for its vote. */
export function onPrepare(replica: Replica, from: NodeId, { id, ballot }: Prepare): void {
  if (refuses(replica, from, id, ballot)) return;
  const { state, rules, node } = replica;
  const isNew = ballot > joinedBallot(state, id);
  const voted = joinLater(replica, id, ballot);
  if (isNew) giveWay(replica, id, ballot);
  if (rules.syncsJoined) node.sync();
  send(replica, from, { type: "prepared", id, ballot, vote: voted });
}

/** Joins a ballot; the vote in an earlier one. */
export function joinLater(replica: Replica, id: InstanceId, ballot: Ballot): Vote | null {
  const { state, rules } = replica;
  const voted = state.votes[id] ?? null;
  if (ballot > joinedBallot(state, id)) {
    join(replica, id, ballot);
    // With one ballot for both it is as if the vote had been cast in the one just joined.
    if (!rules.separateBallots && voted !== null) {
      const stage = voted.ballot - preAcceptedIn(ballotOfVote(voted.ballot));
      state.votes[id] = { ...voted, ballot: preAcceptedIn(ballot) + stage };
    }
    keep(replica, id);
  }
  return voted;
}

/** What is committed is told to whoever asks about it, and what is late is refused. */
export function refuses(replica: Replica, from: NodeId, id: InstanceId, ballot: Ballot): boolean {
  const { state, rules } = replica;
  const coordination = state.coordinations[id];
  const isSettled = coordination?.phase === "commit" && rules.standsByFastCommit;
  const committed: Attributes | undefined = isSettled ? coordination.value : state.committed[id];
  if (committed !== undefined) {
    send(replica, from, { type: "commit", id, value: committed });
    return true;
  }
  const joined = joinedBallot(state, id);
  if (ballot >= joined) return false;
  send(replica, from, { type: "nack", id, ballot, joined });
  return true;
}

/**
 * Somebody else is at work on the instance, and is given time: once, however often it asks again. (It may be that it hears
 * no answers, and that all others would wait for it for ever.)
 */
function giveWay(replica: Replica, id: InstanceId, ballot: Ballot): void {
  const { coordinations } = replica.state;
  const own = coordinations[id];
  if (own !== undefined && own.ballot < ballot) delete coordinations[id];
  watch(replica, id);
}
