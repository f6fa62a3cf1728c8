import type { NodeId } from "../../../contracts/protocol.ts";
import { ask, considerReplies, startAccept, startPreAccept } from "./coordination.ts";
import { ballotAbove, noOperation, ownerOf, type Attributes, type InstanceId } from "./instance.ts";
import type { Nack, Prepared, Vote } from "./messages.ts";
import { join, joinedBallot, keep, watch, type Coordination, type Replica } from "./replica.ts";
import { joinLater } from "./voting.ts";

/** The timer of an instance: its leader asks again, another replica takes it over. */
export function onRecoverTimer(replica: Replica, id: InstanceId): void {
  const { state } = replica;
  if (state.committed[id] !== undefined) return;
  const coordination = state.coordinations[id];
  if (coordination === undefined) return recover(replica, id);
  if (coordination.phase === "commit") return;
  // What the fast path waits for may never come.
  if (coordination.phase === "pre-accept") considerReplies(replica, id, coordination, true);
  const now = state.coordinations[id];
  if (now !== coordination) return;
  ask(replica, id, coordination);
  watch(replica, id);
}

/** Explicit prepare (§4.3.3). */
function recover(replica: Replica, id: InstanceId): void {
  const { state, node } = replica;
  const ballot = ballotAbove(joinedBallot(state, id), node.nodes.indexOf(node.id), node.nodes.length);
  const own = joinLater(replica, id, ballot);
  node.sync();
  const coordination: Coordination = {
    ballot,
    phase: "prepare",
    prepared: { [node.id]: own },
    found: {},
    value: noOperation,
    accepted: [],
  };
  state.coordinations[id] = coordination;
  ask(replica, id, coordination);
  watch(replica, id);
  considerVotes(replica, id, coordination);
}

export function onPrepared(replica: Replica, from: NodeId, { id, ballot, vote }: Prepared): void {
  const coordination = replica.state.coordinations[id];
  if (coordination?.ballot !== ballot || coordination.phase !== "prepare") return;
  coordination.prepared[from] = vote;
  considerVotes(replica, id, coordination);
}

/** The ballot is lost. The next attempt is in a ballot above, if the instance is not committed by then. */
export function onNack(replica: Replica, { id, ballot, joined }: Nack): void {
  const { state } = replica;
  const coordination = state.coordinations[id];
  if (coordination?.ballot !== ballot || coordination.phase === "commit") return;
  delete state.coordinations[id];
  join(replica, id, joined);
  keep(replica, id);
  watch(replica, id);
}

/**
 * With the votes of a majority, only those of the latest ballot matter. What is accepted in it must be taken: it may have been
 * chosen. What was pre-accepted for the owner, which is not among the majority and so may have committed it
 * on the fast path, must be if enough of the others had nothing to add: they, with the owner, are as many as it takes to meet
 * every majority, so that nothing that interferes can have been committed that neither knows the other. Anything less was not
 * committed, and is pre-accepted anew.
 */
function considerVotes(replica: Replica, id: InstanceId, coordination: Coordination): void {
  const { rules, node } = replica;
  const voters = Object.keys(coordination.prepared);
  const nodes = node.nodes.length;
  const majority = rules.majority(nodes);
  if (voters.length < majority) return;
  const votes = Object.values(coordination.prepared).filter((vote) => vote !== null);
  const latest = votes.reduce((ballot, vote) => Math.max(ballot, ballotOf(vote)), 0);
  const top = votes.filter((vote) => ballotOf(vote) === latest);
  const accepted = top.findLast(({ ballot }) => ballot % 2 === 1);
  if (accepted !== undefined) return startAccept(replica, id, coordination, accepted.value);
  const [first] = top;
  if (first === undefined || first.value.command === null || !rules.recoversPreAccepted) {
    return startAccept(replica, id, coordination, noOperation);
  }
  const mayBeCommitted = latest === 0 && !voters.includes(ownerOf(id));
  const enough = rules.fastQuorum(nodes) + majority - nodes;
  const unchanged = top.filter((vote) => vote.unchanged);
  const taken: Attributes | undefined = rules.recoversUnchangedOnly
    ? mayBeCommitted && unchanged.length >= enough
      ? unchanged[0]?.value
      : undefined
    : first.value;
  if (taken !== undefined) return startAccept(replica, id, coordination, taken);
  startPreAccept(replica, id, coordination, first.value.command);
}

function ballotOf({ ballot }: Vote): number {
  return Math.floor(ballot / 2);
}
