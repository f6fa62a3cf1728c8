import type { QuorumCertificate } from "../../../../checkers/consensus/view.ts";
import type { Json, JsonObject } from "../../../../histories/json.ts";
import type { Durable, NodeContext, NodeId } from "../../../contracts/protocol.ts";
import { startLog, type InstanceLog } from "../../state-machine/instance-log.ts";
import { isName, reportFrom, type FastPaxosMessage } from "./messages.ts";
import type { Report, Sizes } from "./pick.ts";
import { isFast, openingRound, type Round } from "./rounds.ts";
import type { Rules } from "./rules.ts";

export type Vote = { readonly ballot: Round; readonly value: Json };

/** What a node is: acceptor, learner, coordinator and its clients' proposer, of instances by name. */
export interface FastPaxosState {
  /** The acceptor, on stable storage: the round below which it votes no more, and its latest vote. */
  readonly promised: Record<string, Round>;
  readonly votes: Record<string, Vote>;
  readonly decided: Record<string, Json>;
  /** The learner's: votes heard of, where nothing is decided yet. */
  readonly tallies: Record<string, Tally>;
  readonly coordinations: Record<string, Coordination>;
  /** Clients that wait for a decision. */
  readonly waiting: Record<string, Waiting>;
  /** The log whose slots are instances, too. */
  readonly log: InstanceLog;
  /** Of the latest decision that this node found out by itself. */
  certificate: QuorumCertificate | null;
}

/** The votes heard of in the latest round in which any was. */
export interface Tally {
  readonly round: Round;
  readonly votes: Record<NodeId, Json>;
}

/** A classic round that this node coordinates. */
export interface Coordination {
  round: Round;
  phase: "prepare" | "accept" | "pause";
  /** Phase 1: what acceptors of the quorum voted for last. */
  reports: Record<NodeId, Report>;
  /** Phase 2: what is to be voted for. */
  value: Json;
  /** The latest round that it has heard of. */
  highestSeen: Round;
  losses: number;
}

export interface Waiting {
  /** What this node proposed: what the first of these clients did. */
  readonly value: Json;
  readonly requests: string[];
}

/** A node at work: what it is, the rules, and the way out. */
export interface Server {
  readonly state: FastPaxosState;
  readonly rules: Rules;
  readonly node: NodeContext<JsonObject>;
}

const acceptorPrefix = "acceptor/";
const decidedPrefix = "decided/";

export function startServer(node: NodeContext<JsonObject>, durable: Durable, rules: Rules): FastPaxosState {
  const decided = decisionsIn(durable);
  const state: FastPaxosState = {
    promised: {},
    votes: {},
    decided,
    tallies: {},
    coordinations: {},
    waiting: {},
    log: startLog(node, durable, decided, rules),
    certificate: null,
  };
  for (const [name, value] of durable) {
    if (!name.startsWith(acceptorPrefix)) continue;
    const key = name.slice(acceptorPrefix.length);
    const { promised, vote } = value as JsonObject;
    const report = reportFrom(vote);
    if (typeof promised !== "number" || report === undefined || !isName(key)) {
      throw new Error(`unreadable record ${name}`);
    }
    state.promised[key] = promised;
    if (report !== null) state.votes[key] = report;
  }
  return state;
}

function decisionsIn(durable: Durable): Record<string, Json> {
  const decided: Record<string, Json> = {};
  for (const [name, value] of durable) {
    if (name.startsWith(decidedPrefix)) decided[name.slice(decidedPrefix.length)] = value;
  }
  return decided;
}

export function promisedRound({ promised }: FastPaxosState, key: string): Round {
  return promised[key] ?? openingRound;
}

/** Keeps what the acceptor of an instance has promised and voted; what is said from here on may tell of it. */
export function keepAcceptor({ state, rules, node }: Server, key: string): void {
  const vote = rules.durableVote ? (state.votes[key] ?? null) : null;
  node.persist(acceptorPrefix + key, { promised: promisedRound(state, key), vote });
  node.sync();
}

export function keepDecision({ state, rules, node }: Server, key: string, value: Json): void {
  state.decided[key] = value;
  if (rules.durableDecision) node.persist(decidedPrefix + key, value);
}

export function sizesOf({ rules, node }: Server): Sizes {
  const nodes = node.nodes.length;
  return { nodes, classicQuorum: rules.classicQuorum(nodes), fastQuorum: rules.fastQuorum(nodes) };
}

/** How many votes of a round choose a value. */
export function quorumOf(server: Server, round: Round): number {
  const { nodes, classicQuorum, fastQuorum } = sizesOf(server);
  return isFast(round, nodes) ? fastQuorum : classicQuorum;
}

/** Who takes care of split votes: of the first fast round, the first node. */
export function isFastCoordinator({ node }: Server): boolean {
  return node.nodes[0] === node.id;
}

export function send({ node }: Server, to: NodeId, message: FastPaxosMessage): void {
  node.send(to, message);
}

/** Sends to all other nodes. */
export function broadcast(server: Server, message: FastPaxosMessage): void {
  for (const to of server.node.nodes) if (to !== server.node.id) send(server, to, message);
}
