import { sameValue } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import type { Command } from "../../state-machine/command.ts";
import { commitAndTell } from "./commitment.ts";
import { attributesOf } from "./conflicts.ts";
import { inOrder, type Attributes, type InstanceId } from "./instance.ts";
import { acceptedIn, type Accepted, type PreAccepted } from "./messages.ts";
import { broadcast, join, keep, send, watch, type Coordination, type Replica } from "./replica.ts";
import { vote } from "./voting.ts";

/** Phase 1 of an instance: of its owner, in ballot 0. */
export function startPreAccept(replica: Replica, id: InstanceId, command: Command): void {
  const { state, node } = replica;
  const value = attributesOf(replica, id, command);
  const { seq, deps } = value;
  const coordination: Coordination = {
    ballot: 0,
    phase: "pre-accept",
    prepared: {},
    found: { [node.id]: { seq, deps } },
    value,
    accepted: [],
  };
  state.coordinations[id] = coordination;
  vote(replica, id, { ballot: 0, value, unchanged: true });
  ask(replica, id, coordination);
  watch(replica, id);
  considerReplies(replica, id, coordination, false);
}

export function onPreAccepted(replica: Replica, from: NodeId, { id, seq, deps }: PreAccepted): void {
  const coordination = replica.state.coordinations[id];
  if (coordination?.phase !== "pre-accept") return;
  const { value } = coordination;
  coordination.found[from] = replica.rules.mergesReplies
    ? { seq, deps }
    : { seq: value.seq, deps: value.deps };
  considerReplies(replica, id, coordination, false);
}

/**
 * The fast path: a fast quorum has nothing to add to what the owner of the instance knew itself. Otherwise what a majority
 * knows together goes through phase 2: when one of them had something to add, or, with `hurried`, when a fast quorum is overdue.
 */
export function considerReplies(
  replica: Replica,
  id: InstanceId,
  coordination: Coordination,
  hurried: boolean,
): void {
  const { rules, node } = replica;
  const { value, found } = coordination;
  const all = Object.values(found);
  const nodes = node.nodes.length;
  const unanimous = all.every(({ seq, deps }) => seq === value.seq && sameValue(deps, value.deps));
  if (unanimous && !hurried) {
    if (all.length >= rules.fastQuorum(nodes)) commitFast(replica, id, coordination);
    return;
  }
  if (all.length >= rules.majority(nodes)) startAccept(replica, id, coordination, together(value, all));
}

/** The attributes with all that several replicas found. */
export function together(value: Attributes, found: readonly Pick<Attributes, "seq" | "deps">[]): Attributes {
  const seq = found.reduce((most, each) => Math.max(most, each.seq), value.seq);
  return { ...value, seq, deps: inOrder(found.flatMap(({ deps }) => deps)) };
}

/**
 * Whoever recovers an instance takes the word of its owner that it did not commit it on the fast path. So the owner
 * must not forget that it did: it goes on when that is on stable storage. Others may be told from now on.
 */
function commitFast(replica: Replica, id: InstanceId, coordination: Coordination): void {
  const { rules, node } = replica;
  const { value } = coordination;
  if (!rules.commitsWhenStable) return commitAndTell(replica, id, value);
  coordination.phase = "commit";
  if (rules.durableFastCommit) keep(replica, id, value);
  node.sync();
  send(replica, node.id, { type: "commit", id, value });
}

/** Phase 2. */
export function startAccept(
  replica: Replica,
  id: InstanceId,
  coordination: Coordination,
  value: Attributes,
): void {
  const { node, state } = replica;
  const { ballot } = coordination;
  const next: Coordination = { ballot, phase: "accept", prepared: {}, found: {}, value, accepted: [node.id] };
  state.coordinations[id] = next;
  join(replica, id, ballot);
  vote(replica, id, { ballot: acceptedIn(ballot), value, unchanged: false });
  ask(replica, id, next);
  watch(replica, id);
  settleAccepted(replica, id, next);
}

export function onAccepted(replica: Replica, from: NodeId, { id, ballot }: Accepted): void {
  const coordination = replica.state.coordinations[id];
  if (coordination?.ballot !== ballot || coordination.phase !== "accept") return;
  coordination.accepted = inOrder([...coordination.accepted, from]);
  settleAccepted(replica, id, coordination);
}

function settleAccepted(replica: Replica, id: InstanceId, { accepted, value }: Coordination): void {
  const { rules, node } = replica;
  if (accepted.length >= rules.majority(node.nodes.length)) commitAndTell(replica, id, value);
}

/** Sends the question of the current phase to all that have not answered it. */
export function ask(replica: Replica, id: InstanceId, coordination: Coordination): void {
  const { ballot, phase, value, prepared, found, accepted } = coordination;
  switch (phase) {
    case "prepare":
      return broadcast(replica, { type: "prepare", id, ballot }, Object.keys(prepared));
    case "pre-accept":
      return broadcast(replica, { type: "pre-accept", id, value }, Object.keys(found));
    case "accept":
      return broadcast(replica, { type: "accept", id, ballot, value }, accepted);
    case "commit":
      return undefined;
  }
}
