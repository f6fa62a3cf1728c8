import type { LogEntry } from "../../../../checkers/consensus/view.ts";
import type { Json, JsonObject } from "../../../../histories/json.ts";
import type { Durable, NodeContext, NodeId } from "../../../contracts/protocol.ts";
import { noBallot } from "../paxos/ballot.ts";
import { shownName } from "../paxos/decision.ts";
import { paxosBy, type PaxosState } from "../paxos/paxos.ts";
import { paxosRules } from "../paxos/rules.ts";

/**
 * The configuration master, of which Vertical Paxos assumes that it is reliable. Here it is decisions by Paxos among all
 * nodes, each of which has its part of it.
 */
export interface MasterHost {
  readonly state: {
    readonly master: PaxosState;
    /** Answers of the master that are not handled yet. */
    readonly answers: MasterAnswer[];
  };
  readonly node: NodeContext<JsonObject>;
}

export interface MasterAnswer {
  readonly request: string;
  /** `propose_ok` with what is decided, or an error: it may be decided yet. */
  readonly body: JsonObject;
}

const paxos = paxosBy(paxosRules);
const prefix = "master/";

export function startMaster(node: NodeContext<JsonObject>, durable: Durable): PaxosState {
  const own = new Map<string, Json>();
  for (const [key, value] of durable) if (key.startsWith(prefix)) own.set(key.slice(prefix.length), value);
  return paxos.start(contextOf(node, []), own);
}

/** Asks the master to decide something under a key; what it decides is among its answers. */
export function proposeToMaster({ state, node }: MasterHost, request: string, key: Json, value: Json): void {
  const body = { type: "propose", key, value };
  paxos.onRequest(state.master, { id: request, body }, contextOf(node, state.answers));
}

export function onMasterMessage({ state, node }: MasterHost, from: NodeId, message: JsonObject): void {
  paxos.onMessage(state.master, from, message, contextOf(node, state.answers));
}

/** Handles the timer if it is the master's; whether it was. */
export function onMasterTimer({ state, node }: MasterHost, timer: string): boolean {
  if (!timer.startsWith(prefix)) return false;
  paxos.onTimer(state.master, timer.slice(prefix.length), contextOf(node, state.answers));
  return true;
}

/** What the master's acceptor at this node has promised and voted for, for white-box checkers. */
export function masterVotes(
  { acceptors }: PaxosState,
  nameOf: (key: string) => string,
): { readonly promised: Record<string, number>; readonly votes: Record<string, LogEntry> } {
  const promised: Record<string, number> = {};
  const votes: Record<string, LogEntry> = {};
  for (const name in acceptors) {
    const acceptor = acceptors[name]!;
    const instance = nameOf(shownName(name));
    promised[instance] = acceptor.promised;
    if (acceptor.accepted === noBallot) continue;
    votes[instance] = { ballot: acceptor.accepted, value: acceptor.register.value ?? null };
  }
  return { promised, votes };
}

/** The node as the master's Paxos sees it: everything under a name of its own, and answers for this node itself. */
function contextOf(node: NodeContext<JsonObject>, answers: MasterAnswer[]): NodeContext<JsonObject> {
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
