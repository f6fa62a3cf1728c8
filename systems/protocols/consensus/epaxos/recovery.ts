import type { NodeId } from "../../../contracts/protocol.ts";
import { ask, considerReplies, startAccept, together } from "./coordination.ts";
import { ballotAbove, noOperation, ownerOf, type Attributes, type InstanceId } from "./instance.ts";
import { ballotOfVote, isAccepted, type Nack, type Prepared, type Vote } from "./messages.ts";
import { considerPrepared, tryAgain } from "./try-pre-accept.ts";
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
  if (coordination.phase === "try") tryAgain(replica, id, coordination);
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
    tried: {},
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
  if (coordination?.ballot !== ballot) return;
  if (coordination.phase !== "prepare" && coordination.phase !== "try") return;
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
 * With the votes of a majority, what is accepted in the latest ballot among them must be taken: it may have been
 * chosen. If nothing is, only what was pre-accepted for the owner may have been committed, on the fast path.
 */
function considerVotes(replica: Replica, id: InstanceId, coordination: Coordination): void {
  const { rules, node } = replica;
  const { prepared } = coordination;
  if (Object.keys(prepared).length < rules.majority(node.nodes.length)) return;
  if (rules.optimized !== null) return considerPrepared(replica, id, coordination);
  const votes = Object.values(prepared).filter((vote) => vote !== null);
  const latest = votes.reduce((ballot, vote) => Math.max(ballot, ballotOfVote(vote.ballot)), 0);
  const top = votes.filter((vote) => ballotOfVote(vote.ballot) === latest || !rules.heedsLatestBallot);
  const accepted = top.findLast(({ ballot }) => isAccepted(ballot));
  const value = accepted?.value ?? preAccepted(replica, id, prepared, top) ?? noOperation;
  startAccept(replica, id, coordination, value);
}

/**
 * What to take of what was only pre-accepted, if anything. If the owner is not among the majority it may have committed
 * its attributes on the fast path: they must be taken if enough of the others had nothing to add. Those others, with the
 * owner, are as many as it takes to meet every majority, so that nothing that interferes can have been committed that
 * neither knows the other. Anything less was not committed. Then the whole majority's word is as good as that which
 * an owner gets in phase 1; and what not all of them know is given up. (The paper has it pre-accepted anew.
 * Then it would depend on what came in the meantime, which would depend on what came while it was recovered, and so on:
 * as long as clients ask and somebody fails, nothing need ever be executed. To give up is what Ryabinin, Gotsman and
 * Sutra do, "Making Democracy Work: Fixing and Simplifying Egalitarian Paxos", 2025.)
 */
function preAccepted(
  { rules, node }: Replica,
  id: InstanceId,
  prepared: Coordination["prepared"],
  votes: readonly Vote[],
): Attributes | undefined {
  const [first] = votes;
  if (first === undefined || !rules.recoversPreAccepted) return undefined;
  if (!rules.recoversUnchangedOnly) return first.value;
  const nodes = node.nodes.length;
  const unchanged = votes.filter((vote) => vote.unchanged);
  const enough = rules.fastQuorum(nodes) + rules.majority(nodes) - nodes;
  const mayBeCommitted = !Object.hasOwn(prepared, ownerOf(id)) && unchanged.length >= enough;
  if (mayBeCommitted) return unchanged[0]?.value;
  if (votes.length < Object.keys(prepared).length) return undefined;
  return together(
    first.value,
    votes.map(({ value }) => value),
  );
}
