/**
 * Raft: Diego Ongaro and John Ousterhout, "In Search of an Understandable Consensus Algorithm", 2014, with
 * what Ongaro's thesis (2014) adds: PreVote, leaders that check their quorum, reads without a place in the
 * log, changes of one member at a time.
 *
 * It replicates a key-value store. Requests: `read {key}`, `write {key, value}`, `cas {key, from, to}`,
 * `txn {txn}`, and `reconfigure {members}` of the leader.
 */
import type { JsonObject } from "../../../../histories/json.ts";
import type { BundledProtocol, NodeId, Protocol } from "../../../contracts/protocol.ts";
import { errorBody, errorCodes } from "../../errors.ts";
import { rulesOf } from "../../rules-of.ts";
import { onDeadline, settle } from "../../state-machine/open-requests.ts";
import { onElectionTimeout, onPreVote, onPreVoted, onRequestVote, onVoted } from "./election.ts";
import { raftExplorations } from "./explorations.ts";
import { askAgain, takeClientRequest } from "./forwarding.ts";
import { carryOut, checkQuorum, onAppended } from "./leadership.ts";
import { answerReconfiguration, reconfigure } from "./membership.ts";
import { parseMessage, type Append, type InstallSnapshot, type RaftMessage } from "./messages.ts";
import { raftMutants } from "./mutants.ts";
import { acceptEntries, acceptSnapshot, sendHeartbeats } from "./replication.ts";
import { raftRules, type Rules } from "./rules.ts";
import {
  becomeFollower,
  expectLeader,
  observeTerm,
  send,
  startServer,
  type RaftState,
  type Server,
} from "./server.ts";
import { raftView } from "./view.ts";

/** Raft by `rules`; those of a mutant make it that mutant. */
export function raftBy(rules: Rules): Protocol<RaftState, JsonObject> {
  return {
    name: "raft",

    start: (node, durable) => startServer(node, durable, rules),

    onMessage(state, from, body, node) {
      const message = parseMessage(body);
      if (message === undefined) return node.log(`ignored what is no Raft message, from ${from}`);
      handle({ state, rules, node }, from, message);
    },

    onTimer: (state, timer, node) => onTimer({ state, rules, node }, timer),

    onRequest(state, request, node) {
      const server = { state, rules, node };
      if (request.body["type"] === "reconfigure") return reconfigure(server, request);
      takeClientRequest(server, request);
    },

    view: raftView,
  };
}

function handle(server: Server, from: NodeId, message: RaftMessage): void {
  const { state, node } = server;
  switch (message.type) {
    case "forward":
      if (state.role === "leader") carryOut(server, message.operation);
      return;
    case "answer":
      return settle(state.requests, { ...message, origin: node.id }, message.body, node);
    case "pre-vote":
      return onPreVote(server, from, message);
    case "pre-voted":
      if (!message.granted) observeTerm(server, message.term);
      return onPreVoted(server, from, message);
    case "request-vote":
      observeTerm(server, message.term);
      return onRequestVote(server, from, message);
    case "voted":
      observeTerm(server, message.term);
      return onVoted(server, from, message);
    case "append":
    case "install-snapshot":
      observeTerm(server, message.term);
      return onLeaderMessage(server, from, message);
    case "appended":
      observeTerm(server, message.term);
      return onAppended(server, from, message);
  }
}

/** What a leader sends, of this term or of one that is over. */
function onLeaderMessage(server: Server, leader: NodeId, message: Append | InstallSnapshot): void {
  const { state } = server;
  const { term } = state;
  if (message.term < term) {
    const refusal = { type: "appended", term, round: 0, success: false, previousIndex: 0, hint: 0 } as const;
    return send(server, leader, refusal);
  }
  expectLeader(server);
  if (state.role !== "follower") becomeFollower(server);
  const isNew = state.leader !== leader;
  state.leader = leader;
  if (message.type === "append") acceptEntries(server, leader, message);
  else acceptSnapshot(server, leader, message);
  if (isNew) askAgain(server);
}

function onTimer(server: Server, timer: string): void {
  const { state, node } = server;
  if (onDeadline(state.requests, timer, node)) return;
  switch (timer) {
    case "election":
      return onElectionTimeout(server);
    case "heartbeat":
      return sendHeartbeats(server);
    case "quorum":
      return checkQuorum(server);
    case "resend":
      return askAgain(server);
    case "reconfiguration":
      return answerReconfiguration(server, errorBody(errorCodes.timeout, "the members may change yet"));
    default:
      throw new Error(`no timer ${timer} of Raft`);
  }
}

export const raft: BundledProtocol = {
  name: "raft",
  family: "consensus",
  summary: "A replicated key-value store by Raft, with changes of members and snapshots.",
  claims: ["strict-serializable", "linearizable"],
  workloads: ["register", "list-append"],
  nodeCounts: { default: 5, minimum: 1 },
  model: {
    timing: "asynchronous",
    channels: "any",
    failures: "crash-recovery",
    tolerated: (nodes) => Math.floor((nodes - 1) / 2),
    reconfigurable: true,
  },
  properties: [
    "leader-uniqueness",
    "log-matching",
    "leader-completeness",
    "state-machine-safety",
    "monotonic-ballots",
    "promised-entries",
    "ballot-order",
    "acknowledgements",
    "quorum-replication",
    "membership",
    "durability",
  ],
  explorations: raftExplorations,
  mutants: raftMutants,
  build: (mutant) => raftBy(rulesOf("raft", raftRules, raftMutants, mutant)),
};
