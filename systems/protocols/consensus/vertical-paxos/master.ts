import type { Json, JsonObject } from "../../../../histories/json.ts";
import type { Durable, NodeContext, NodeId } from "../../../contracts/protocol.ts";
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
