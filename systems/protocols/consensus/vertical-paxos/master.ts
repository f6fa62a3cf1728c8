import type { ConsensusView, LogEntry, QuorumCertificate } from "../../../../checkers/consensus/view.ts";
import type { Json, JsonObject } from "../../../../histories/json.ts";
import type { Durable, NodeContext, NodeId } from "../../../contracts/protocol.ts";
import { noBallot } from "../paxos/ballot.ts";
import { decisionName, shownName } from "../paxos/decision.ts";
import { paxosBy, type PaxosState } from "../paxos/paxos.ts";
import { paxosRules } from "../paxos/rules.ts";
import { configurationFrom, type Configuration } from "./messages.ts";
import type { Server } from "./server.ts";

/**
 * The configuration master. All that it has to decide is which ballot follows which, once for each that was ever complete: a
 * single decision, by Paxos among all nodes. Ballots need no master to be given out: each node has its own.
 */
const paxos = paxosBy(paxosRules);
const prefix = "master/";

export function startMaster(node: NodeContext<JsonObject>, durable: Durable): PaxosState {
  const own = new Map<string, Json>();
  for (const [key, value] of durable) if (key.startsWith(prefix)) own.set(key.slice(prefix.length), value);
  return paxos.start(contextOf(node, []), own);
}

/** Asks the master to let a ballot follow the one before: `complete`. It answers with the one that does. */
export function completeBallot(
  { state, node }: Server,
  previous: number,
  configuration: Configuration,
): void {
  const body = { type: "propose", key: previous, value: { ...configuration } };
  paxos.onRequest(state.master, { id: `${configuration.ballot}`, body }, contextOf(node, state.answers));
}

export function onMasterMessage({ state, node }: Server, from: NodeId, message: JsonObject): void {
  paxos.onMessage(state.master, from, message, contextOf(node, state.answers));
}

/** Handles the timer if it is the master's; whether it was. */
export function onMasterTimer({ state, node }: Server, timer: string): boolean {
  if (!timer.startsWith(prefix)) return false;
  paxos.onTimer(state.master, timer.slice(prefix.length), contextOf(node, state.answers));
  return true;
}

/** The ballot that the master let follow, from its answer; undefined when it gave none. */
export function successorFrom(body: JsonObject): Configuration | undefined {
  return body["type"] === "propose_ok" ? configurationFrom(body["value"]) : undefined;
}

/** What white-box checkers see of the master: all its votes, and what it lets follow these ballots. */
export function masterView(
  { nodes, acceptors, decisions }: PaxosState,
  ballots: readonly number[],
): ConsensusView {
  const promised: Record<string, number> = {};
  const votes: Record<string, LogEntry> = {};
  for (const name in acceptors) {
    const acceptor = acceptors[name]!;
    const instance = successorOf(shownName(name));
    promised[instance] = acceptor.promised;
    if (acceptor.accepted === noBallot) continue;
    votes[instance] = { ballot: acceptor.accepted, value: acceptor.register.value ?? null };
  }
  const decided: Record<string, Json> = {};
  const certificates: QuorumCertificate[] = [];
  const quorum = { size: paxosRules.quorum(nodes.length), members: nodes };
  for (const previous of ballots) {
    const decision = decisions[decisionName(previous)];
    if (decision === undefined) continue;
    const instance = successorOf(previous);
    decided[instance] = decision.value;
    certificates.push({ instance, ...decision, quorum });
  }
  return { promised, votes, decided, certificates };
}

/** The name, for checkers, of the decision which ballot follows that one. */
export function successorOf(ballot: number | string): string {
  return `after ${ballot}`;
}

/** The node as the master's Paxos sees it: everything under a name of its own, and answers for this node itself. */
function contextOf(
  node: NodeContext<JsonObject>,
  answers: { request: string; body: JsonObject }[],
): NodeContext<JsonObject> {
  return {
    id: node.id,
    nodes: node.nodes,
    now: () => node.now(),
    random: (bound) => node.random(bound),
    send: (to, message) => node.send(to, { type: "master", message }),
    reply: (request, body) => void answers.push({ request, body }),
    setTimer: (name, milliseconds) => node.setTimer(prefix + name, milliseconds),
    cancelTimer: (name) => node.cancelTimer(prefix + name),
    persist: (key, value) => node.persist(prefix + key, value),
    sync: () => node.sync(),
    log: (message) => node.log(message),
  };
}
