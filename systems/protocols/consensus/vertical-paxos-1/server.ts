import type { QuorumCertificate } from "../../../../checkers/consensus/view.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../../histories/json.ts";
import type { Durable, NodeContext, NodeId } from "../../../contracts/protocol.ts";
import { isCount } from "../../state-machine/operation.ts";
import type { PaxosState } from "../paxos/paxos.ts";
import type { Configuration } from "../vertical-paxos/messages.ts";
import { startMaster, type MasterAnswer } from "../vertical-paxos/replicated-master.ts";
import type { Entry } from "./ballots.ts";
import { isName, voteFrom, type VerticalPaxosOneMessage, type Vote } from "./messages.ts";
import type { Rules } from "./rules.ts";

/** What a node is: acceptor, leader for its clients, and part of the master; of instances by name. */
export interface VerticalPaxosOneState {
  /** On stable storage: the ballot below which it votes no more, and its latest vote. */
  readonly acceptors: Record<string, Acceptor>;
  readonly decided: Record<string, Json>;
  /** What this node knows of the master's record of ballots. */
  readonly records: Record<string, readonly Entry[]>;
  /** What it has asked the master to enter next. */
  readonly asked: Record<string, Entry>;
  /** Ballots of its own that are complete, as soon as the master knows. */
  readonly completed: Record<string, number>;
  readonly leading: Record<string, Leadership>;
  /** Clients that wait for a decision. */
  readonly waiting: Record<string, Waiting>;
  /** Whom it has heard of since it last began a ballot again, in the order of names. */
  heard: readonly NodeId[];
  /** Of the latest decision that this node found out by itself. */
  certificate: QuorumCertificate | null;
  readonly master: PaxosState;
  readonly answers: MasterAnswer[];
}

export interface Acceptor {
  readonly promised: number;
  readonly vote: Vote | null;
}

/** A ballot that this node leads. */
export interface Leadership {
  phase: "registering" | "reading" | "accepting" | "pause";
  /** 0 as long as the master has not registered it. */
  ballot: number;
  members: readonly NodeId[];
  /** The configurations that are yet to be read, the highest first. */
  unread: readonly Configuration[];
  value: Json;
  /** Who has voted for it. */
  accepted: readonly NodeId[];
  /** The latest ballot that it has heard of. */
  highestSeen: number;
  /** How often it has asked, and how many ballots were lost before. */
  asked: number;
  readonly losses: number;
}

export interface Waiting {
  /** What this node proposes, unless another value must be: what the first of these clients did. */
  readonly value: Json;
  readonly requests: string[];
}

export interface Server {
  readonly state: VerticalPaxosOneState;
  readonly rules: Rules;
  readonly node: NodeContext<JsonObject>;
}

const acceptorPrefix = "acceptor/";
const decidedPrefix = "decided/";

export function startServer(node: NodeContext<JsonObject>, durable: Durable): VerticalPaxosOneState {
  const state: VerticalPaxosOneState = {
    acceptors: {},
    decided: {},
    records: {},
    asked: {},
    completed: {},
    leading: {},
    waiting: {},
    heard: [],
    certificate: null,
    master: startMaster(node, durable),
    answers: [],
  };
  for (const [name, value] of durable) {
    if (name.startsWith(decidedPrefix)) state.decided[name.slice(decidedPrefix.length)] = value;
    if (!name.startsWith(acceptorPrefix)) continue;
    const key = name.slice(acceptorPrefix.length);
    const { promised, vote } = isJsonObject(value) ? value : {};
    const voted = voteFrom(vote);
    if (!isCount(promised) || voted === undefined || !isName(key))
      throw new Error(`unreadable record ${name}`);
    state.acceptors[key] = { promised, vote: voted };
  }
  return state;
}

export function acceptorOf({ acceptors }: VerticalPaxosOneState, key: string): Acceptor {
  return acceptors[key] ?? { promised: 0, vote: null };
}

/** What is said from here on may tell of it. */
export function keepAcceptor({ state, rules, node }: Server, key: string, acceptor: Acceptor): void {
  state.acceptors[key] = acceptor;
  if (rules.durable) node.persist(acceptorPrefix + key, { promised: acceptor.promised, vote: acceptor.vote });
  node.sync();
}

export function keepDecision({ state, node }: Server, key: string, value: Json): void {
  state.decided[key] = value;
  node.persist(decidedPrefix + key, value);
}

export function send({ node }: Server, to: NodeId, message: VerticalPaxosOneMessage): void {
  node.send(to, message);
}
