import { sameValue } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import type { Command } from "../../state-machine/command.ts";
import { commitAndTell } from "./commitment.ts";
import { attributesOf, settledBefore } from "./conflicts.ts";
import { inOrder, type Attributes, type InstanceId } from "./instance.ts";
import { acceptedIn, preAcceptedIn, type Accepted, type PreAccepted } from "./messages.ts";
import {
  broadcast,
  join,
  keep,
  send,
  watch,
  type Coordination,
  type Found,
  type Replica,
} from "./replica.ts";
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
    found: { [node.id]: { seq, deps, committed: [] } },
    tried: {},
    value,
    accepted: [],
  };
  state.coordinations[id] = coordination;
  vote(replica, id, { ballot: preAcceptedIn(0), value, unchanged: true });
  ask(replica, id, coordination);
  watch(replica, id);
  considerReplies(replica, id, coordination, false);
}

export function onPreAccepted(replica: Replica, from: NodeId, message: PreAccepted): void {
  const { id, ballot, seq, deps, committed } = message;
  const coordination = replica.state.coordinations[id];
  if (coordination?.ballot !== ballot || coordination.phase !== "pre-accept") return;
  const { value } = coordination;
  coordination.found[from] = replica.rules.mergesReplies
    ? { seq, deps, committed }
    : { seq: value.seq, deps: value.deps, committed };
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
  const { ballot, value, found } = coordination;
  const all = Object.values(found);
  const nodes = node.nodes.length;
  const agreed = ballot === 0 && !hurried ? unanimous(replica, coordination) : undefined;
  if (agreed !== undefined) {
    if (all.length < rules.fastQuorum(nodes)) return;
    coordination.value = agreed;
    if (dependenciesSettled(replica, coordination)) return commitFast(replica, id, coordination);
  }
  if (all.length >= rules.majority(nodes)) startAccept(replica, id, coordination, together(value, all));
}

/** What all that have answered say that the attributes are; undefined if not all say the same. */
function unanimous({ rules, node }: Replica, { value, found }: Coordination): Attributes | undefined {
  const others = node.nodes.filter((other) => other !== node.id && found[other] !== undefined);
  const first = found[others[0] ?? node.id];
  const agreed =
    rules.optimized?.heedsLeader === false && first !== undefined
      ? { ...value, seq: first.seq, deps: first.deps }
      : value;
  const same = ({ seq, deps }: Found): boolean => seq === agreed.seq && sameValue(deps, agreed.deps);
  return others.every((other) => same(found[other]!)) ? agreed : undefined;
}

/**
 * The condition of the optimized fast path: somebody in the fast quorum knows each dependency to be committed. And that with a
 * lower sequence number, for one that was found before it was committed may have got a higher one since.
 */
function dependenciesSettled(replica: Replica, { value, found }: Coordination): boolean {
  const { optimized } = replica.rules;
  if (optimized === null || !optimized.dependenciesCommitted) return true;
  const all = Object.values(found);
  const settled = [...settledBefore(replica, value), ...all.flatMap(({ committed }) => committed)];
  return value.deps.every((dep) => settled.includes(dep));
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
  const next: Coordination = {
    ballot,
    phase: "accept",
    prepared: {},
    found: {},
    tried: {},
    value,
    accepted: [node.id],
  };
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
  const { ballot, phase, value, prepared, found, tried, accepted } = coordination;
  switch (phase) {
    case "prepare":
      return broadcast(replica, { type: "prepare", id, ballot }, Object.keys(prepared));
    case "try": {
      broadcast(replica, { type: "prepare", id, ballot }, Object.keys(prepared));
      const others = replica.node.nodes.filter((node) => prepared[node] === undefined);
      const settled = Object.keys(tried).filter((node) => tried[node]?.length === 0);
      return broadcast(replica, { type: "try-pre-accept", id, ballot, value }, [...others, ...settled]);
    }
    case "pre-accept":
      return broadcast(replica, { type: "pre-accept", id, ballot, value }, Object.keys(found));
    case "accept":
      return broadcast(replica, { type: "accept", id, ballot, value }, accepted);
    case "commit":
      return undefined;
  }
}
