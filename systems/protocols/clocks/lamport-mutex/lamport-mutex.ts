/**
 * Mutual exclusion by Lamport clocks: Leslie Lamport, "Time, Clocks, and the Ordering of Events in a Distributed
 * System", 1978. Requests have one order everywhere, by their times and, of the same time, by their nodes. A node
 * enters when its request is the first that it knows of and it has heard something later from every other node,
 * for then, with channels in order, no earlier request can be on its way.
 *
 * Requests: `acquire {key}` → `acquire_ok {token}`, `release {key, token}` → `release_ok`. The token is made of the
 * request's time and node, so tokens grow from holder to holder.
 */
import type { ConsensusView } from "../../../../checkers/consensus/view.ts";
import { canonical, type Json, type JsonObject } from "../../../../histories/json.ts";
import type { BundledProtocol, NodeContext, NodeId, Protocol, Request } from "../../../contracts/protocol.ts";
import { errorBody, errorCodes } from "../../errors.ts";
import { mutexExplorations } from "./explorations.ts";
import { mutexMutants } from "./mutants.ts";
import { mutexRules, type Rules } from "./rules.ts";
import { rulesOf } from "../../rules-of.ts";

/** One lock, as a node knows it. */
type Lock = {
  /** By node, the time of its request. */
  readonly requests: Record<NodeId, number>;
  /** By node, the time of the latest message that it sent about this lock. */
  readonly heard: Record<NodeId, number>;
  /** The client that waits here, or holds the lock; none where it lingers. */
  client: string | null;
  /** The place of its request in the order of all: its token. Of no meaning without a client. */
  place: number;
  holds: boolean;
};

type MutexState = {
  time: number;
  readonly locks: Record<string, Lock>;
};

type MutexMessage = JsonObject & {
  readonly type: "request" | "acknowledge" | "release";
  readonly lock: string;
  readonly time: number;
};

/** How long a client waits for a lock, in milliseconds. */
const patience = 1_000;
/** How long a lock stays where its client has released it, if it is not free at once. */
const lingering = 50;
/** How much later a request leaves where channels are not in order. */
const lateness = 5;

interface Actor {
  readonly state: MutexState;
  readonly rules: Rules;
  readonly node: NodeContext<MutexMessage>;
}

/** Lamport's mutual exclusion by `rules`; those of a mutant make it that mutant. */
export function lamportMutexBy(rules: Rules): Protocol<MutexState, MutexMessage> {
  return {
    name: "lamport-mutex",
    start: () => ({ time: 0, locks: {} }),
    onMessage(state, from, message, node) {
      const actor = { state, rules, node };
      state.time = (rules.followsClocks ? Math.max(state.time, message.time) : state.time) + 1;
      receive(actor, from, message);
    },
    onTimer(state, timer, node) {
      const [what = "", name = ""] = splitOnce(timer);
      const actor = { state, rules, node };
      if (what === "late") return announce(actor, name);
      if (what === "linger") return withdraw(actor, name, lockNamed(state, name));
      giveUp(actor, name);
    },
    onRequest(state, request, node) {
      const { type } = request.body;
      const actor = { state, rules, node };
      if (type === "acquire") return acquire(actor, request);
      if (type === "release") return release(actor, request);
      node.reply(request.id, errorBody(errorCodes.notSupported, `no request ${canonical(type ?? null)}`));
    },
    view: viewOf,
  };
}

function receive(actor: Actor, from: NodeId, { type, lock: name, time }: MutexMessage): void {
  const lock = lockNamed(actor.state, name);
  lock.heard[from] = Math.max(lock.heard[from] ?? 0, time);
  if (type === "request") {
    lock.requests[from] = time;
    actor.state.time++;
    actor.node.send(from, { type: "acknowledge", lock: name, time: actor.state.time });
  } else if (type === "release") {
    delete lock.requests[from];
  }
  enterIfFirst(actor, name, lock);
}

function acquire(actor: Actor, { id, body }: Request): void {
  const { state, rules, node } = actor;
  const name = canonical(body["key"] ?? null);
  const lock = lockNamed(state, name);
  if (lock.holds && lock.client === null) return takeOver(actor, name, lock, id);
  if (lock.holds || (lock.client !== null && rules.oneAtATime)) {
    return node.reply(
      id,
      errorBody(errorCodes.temporarilyUnavailable, "another client waits here or holds it"),
    );
  }
  enqueue(state, lock, id, node);
  node.setTimer(`patience ${name}`, patience);
  if (rules.inOrder) announce(actor, name);
  else node.setTimer(`late ${name}`, lateness);
  enterIfFirst(actor, name, lock);
}

/** The client's request gets its place, behind all of which this node has heard. */
function enqueue(
  state: MutexState,
  lock: Lock,
  client: string,
  { id, nodes }: NodeContext<MutexMessage>,
): void {
  state.time++;
  lock.client = client;
  lock.requests[id] = state.time;
  lock.place = state.time * nodes.length + nodes.indexOf(id);
}

/** Gives the lock, which lingers here, to a client that asks for it now. */
function takeOver({ state, node }: Actor, name: string, lock: Lock, id: string): void {
  node.cancelTimer(`linger ${name}`);
  enqueue(state, lock, id, node);
  node.reply(id, { type: "acquire_ok", token: lock.place });
}

/** Tells all others of this node's request. */
function announce({ state, node }: Actor, name: string): void {
  const time = lockNamed(state, name).requests[node.id];
  if (time === undefined) return;
  for (const other of node.nodes)
    if (other !== node.id) node.send(other, { type: "request", lock: name, time });
}

function enterIfFirst({ rules, node }: Actor, name: string, lock: Lock): void {
  const { client } = lock;
  const mine = lock.requests[node.id];
  if (client === null || lock.holds || mine === undefined) return;
  for (const other of node.nodes) {
    if (other === node.id) continue;
    if (rules.waitsForAll && !hasHeardLater(rules, lock, other, node.id, mine)) return;
    const theirs = lock.requests[other];
    if (theirs !== undefined && comesBefore(rules, theirs, other, mine, node.id)) return;
  }
  lock.holds = true;
  node.cancelTimer(`patience ${name}`);
  node.reply(client, { type: "acquire_ok", token: lock.place });
}

/** Whether something later was heard than the request; of the same time, the nodes' order makes the one or the other the later. */
function hasHeardLater(rules: Rules, { heard }: Lock, other: NodeId, me: NodeId, mine: number): boolean {
  const time = heard[other] ?? 0;
  return time > mine || (time === mine && (other > me || rules.hearsTies || !rules.ordersTies));
}

function comesBefore(rules: Rules, theirs: number, other: NodeId, mine: number, me: NodeId): boolean {
  return theirs < mine || (theirs === mine && rules.ordersTies && other < me);
}

function release(actor: Actor, { id, body }: Request): void {
  const { state, node } = actor;
  const name = canonical(body["key"] ?? null);
  const lock = lockNamed(state, name);
  const isRight = !actor.rules.checksToken || body["token"] === lock.place;
  if (!lock.holds || lock.client === null || !isRight) {
    return node.reply(id, errorBody(errorCodes.preconditionFailed, "the lock is not held with this token"));
  }
  if (actor.rules.releasesAtOnce) withdraw(actor, name, lock);
  else {
    lock.client = null;
    node.setTimer(`linger ${name}`, lingering);
  }
  node.reply(id, { type: "release_ok" });
}

/** The client has waited long enough: it never had the lock, and never will by this request. */
function giveUp(actor: Actor, name: string): void {
  const lock = lockNamed(actor.state, name);
  const { client } = lock;
  if (client === null || lock.holds) return;
  withdraw(actor, name, lock);
  if (!actor.rules.saysNo) return;
  actor.node.reply(client, errorBody(errorCodes.temporarilyUnavailable, "the lock did not become free"));
}

function withdraw({ state, rules, node }: Actor, name: string, lock: Lock): void {
  delete lock.requests[node.id];
  lock.client = null;
  lock.holds = false;
  state.time++;
  if (!rules.tellsRelease) return;
  for (const other of node.nodes)
    if (other !== node.id) node.send(other, { type: "release", lock: name, time: state.time });
}

function lockNamed({ locks }: MutexState, name: string): Lock {
  return (locks[name] ??= { requests: {}, heard: {}, client: null, place: 0, holds: false });
}

function splitOnce(timer: string): string[] {
  const space = timer.indexOf(" ");
  return [timer.slice(0, space), timer.slice(space + 1)];
}

function viewOf({ time, locks }: MutexState): ConsensusView {
  const all: [string, Lock][] = Object.entries(locks);
  const waiting: Record<string, Json> = {};
  for (const [name, { requests }] of all) if (Object.keys(requests).length > 0) waiting[name] = requests;
  const own = all.filter(([, { client }]) => client !== null);
  return {
    holds: own.filter(([, { holds }]) => holds).map(([name]) => name),
    turns: Object.fromEntries(own.map(([name, { place }]) => [name, place])),
    more: { time, waiting },
  };
}

export const lamportMutex: BundledProtocol = {
  name: "lamport-mutex",
  family: "clocks",
  summary: "Locks by Lamport clocks: first come, first served; every node must answer.",
  claims: ["linearizable", "fenced-releases"],
  workloads: ["lock"],
  nodeCounts: { default: 4, minimum: 1 },
  // Nothing is lost, and nobody fails: who is silent holds up everybody.
  model: { timing: "asynchronous", channels: "fifo", failures: "none", tolerated: () => 0 },
  properties: ["mutual-exclusion", "first-come-first-served"],
  explorations: mutexExplorations,
  mutants: mutexMutants,
  build: (mutant) => lamportMutexBy(rulesOf("lamport-mutex", mutexRules, mutexMutants, mutant)),
};
