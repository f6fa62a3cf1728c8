import { isJsonObject, type Json, type JsonObject } from "../../../../histories/json.ts";
import type { Durable, NodeContext, NodeId } from "../../../contracts/protocol.ts";
import { beginLife, type OpenRequests } from "../../state-machine/open-requests.ts";
import { isCount, type Operation } from "../../state-machine/operation.ts";
import {
  fromSnapshot,
  newStateMachine,
  takeSnapshot,
  type StateMachine,
} from "../../state-machine/state-machine.ts";
import type { Configuration } from "./configuration.ts";
import {
  configurationAt,
  entryKey,
  isConfiguration,
  lastIndex,
  restoreLog,
  type Entry,
  type Log,
} from "./log.ts";
import type { RaftMessage } from "./messages.ts";
import type { Rules } from "./rules.ts";

/** What a server is (Ongaro & Ousterhout 2014, figures 2 and 4). */
export interface RaftState {
  /** On stable storage: the latest term it has seen, its latest vote, and the log. */
  term: number;
  vote: Vote | null;
  readonly log: Log;

  role: "follower" | "pre-candidate" | "candidate" | "leader";
  /** The leader of this term, as long as it is heard from. */
  leader: NodeId | null;
  /** Who is for this candidate, itself included. */
  votes: readonly NodeId[];
  leading: Leadership | null;

  /** The latest configuration in the log; a server goes by it from the moment that it has it, committed or not. */
  configuration: Configuration;
  /** Entries up to this index are committed; all of them are applied. */
  committed: number;
  machine: StateMachine;
  readonly requests: OpenRequests;
}

/** A vote in a term: the only one, if the term is not over. */
export type Vote = { readonly term: number; readonly candidate: NodeId };

/** What a leader knows besides. */
export interface Leadership {
  /** The index of the entry with which its term began. */
  readonly begin: number;
  /** Its own disk has the log up to here; known only where it decides alone, since others hear later of what it appends. */
  stored: number;
  /** By node, this one left out. */
  readonly followers: Record<NodeId, Progress>;
  /** Who has answered since the last look whether a majority does. */
  heard: readonly NodeId[];
  /** The latest question whether this is still the leader. */
  round: number;
  readonly reads: Read[];
  /** The client that waits for the members to be changed, and the index at which they are. */
  reconfiguration: { readonly request: string; readonly index: number } | null;
}

/** How far a follower has got. */
export interface Progress {
  /** The next entry to send. */
  next: number;
  /** Its log is known to match up to here. */
  match: number;
  /** Whether entries are under way to it. */
  waiting: boolean;
  /** The latest round that it has answered. */
  round: number;
}

/** A read: to be answered when `round` is confirmed and the log applied up to `index`. */
export interface Read {
  readonly operation: Operation;
  readonly round: number;
  readonly index: number;
}

/** A server at work: what it is, the rules, and the way out. */
export interface Server {
  readonly state: RaftState;
  readonly rules: Rules;
  readonly node: NodeContext<JsonObject>;
}

/** Heartbeats go out every so many milliseconds; a server that hears none stands for election after 250 to 500. */
const heartbeatInterval = 50;
const electionTimeout = 250;

export function startServer(node: NodeContext<JsonObject>, durable: Durable, rules: Rules): RaftState {
  const log = restoreLog(durable, {
    index: 0,
    term: 0,
    configuration: { members: [...node.nodes] },
    machine: takeSnapshot(newStateMachine()),
  });
  const term = durable.get("term");
  const state: RaftState = {
    term: isCount(term) ? term : 0,
    vote: voteFrom(durable.get("vote")),
    log,
    role: "follower",
    leader: null,
    votes: [],
    leading: null,
    configuration: configurationAt(log, lastIndex(log)),
    committed: log.snapshot.index,
    machine: fromSnapshot(log.snapshot.machine),
    requests: beginLife(node, durable),
  };
  expectLeader({ state, rules, node });
  return state;
}

export function send({ node }: Server, to: NodeId, message: RaftMessage): void {
  node.send(to, message);
}

/** What is said from here on may tell of what was persisted. */
export function settleStorage({ rules, node }: Server): void {
  if (rules.syncBeforeAnswer) node.sync();
}

/** Enters a later term, in which it has not voted yet. */
export function enterTerm({ state, rules, node }: Server, term: number): void {
  state.term = term;
  if (rules.durableTerm) node.persist("term", term);
}

/** Whom it voted for in this term. */
export function votedFor({ term, vote }: RaftState): NodeId | null {
  return vote?.term === term ? vote.candidate : null;
}

export function voteFor({ state, rules, node }: Server, candidate: NodeId): void {
  if (votedFor(state) === candidate) return;
  state.vote = { term: state.term, candidate };
  if (rules.durableVote) node.persist("vote", state.vote);
}

function voteFrom(json: Json | undefined): Vote | null {
  if (!isJsonObject(json)) return null;
  const { term, candidate } = json;
  return isCount(term) && typeof candidate === "string" ? { term, candidate } : null;
}

/** Takes a later term from a message: whoever is of an earlier one follows. */
export function observeTerm(server: Server, term: number): void {
  if (term <= server.state.term) return;
  enterTerm(server, term);
  server.state.leader = null;
  becomeFollower(server);
}

/** Follows from now on; a leader leads no more. */
export function becomeFollower(server: Server): void {
  const { state, node } = server;
  const led = state.leading;
  state.role = "follower";
  state.votes = [];
  state.leading = null;
  if (led === null) return;
  if (state.leader === node.id) state.leader = null;
  node.cancelTimer("heartbeat");
  node.cancelTimer("quorum");
  if (led.reconfiguration !== null) {
    node.reply(led.reconfiguration.request, {
      type: "error",
      code: 0,
      text: "lost the lead; the members may change all the same",
    });
  }
  expectLeader(server);
}

/** Sets the time by which it must hear from a leader. */
export function expectLeader({ node }: Server): void {
  node.setTimer("election", electionTimeout + node.random(electionTimeout));
}

export function setHeartbeat({ node }: Server): void {
  node.setTimer("heartbeat", heartbeatInterval);
}

export function setQuorumCheck({ node, rules }: Server): void {
  if (rules.checkQuorum) node.setTimer("quorum", electionTimeout);
}

/** Puts entries at the end of the log, and goes by the members that they name. */
export function extendLog({ state, rules, node }: Server, entries: readonly Entry[]): void {
  for (const entry of entries) {
    state.log.entries.push(entry);
    const index = lastIndex(state.log);
    if (rules.durableLog) node.persist(entryKey(index), { index, ...entry });
  }
  if (entries.some(({ value }) => isConfiguration(value))) refreshConfiguration(state);
}

/** Drops the entries from an index on, the last one first: what is left on the disk in a crash has no gap. */
export function cutLog({ state, rules, node }: Server, from: number): void {
  const dropped = state.log.entries.splice(from - state.log.snapshot.index - 1);
  for (let i = 0; i < dropped.length; i++) {
    const place = rules.dropsFromEnd ? dropped.length - 1 - i : i;
    if (rules.durableLog) node.persist(entryKey(from + place), null);
  }
  if (rules.takesChangesBack) refreshConfiguration(state);
}

function refreshConfiguration(state: RaftState): void {
  state.configuration = configurationAt(state.log, lastIndex(state.log));
}
