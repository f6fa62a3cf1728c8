import type { NodeId } from "../../../contracts/protocol.ts";
import { isQuorum, isVoter, withNode } from "./configuration.ts";
import { askAgain } from "./forwarding.ts";
import { becomeLeader } from "./leadership.ts";
import { logEnd } from "./log.ts";
import { isUnsettled } from "./membership.ts";
import type { PreVote, PreVoted, RequestVote, Voted } from "./messages.ts";
import {
  becomeFollower,
  enterTerm,
  expectLeader,
  send,
  settleStorage,
  votedFor,
  voteFor,
  type Server,
} from "./server.ts";

/**
 * No leader was heard from for long: stands for election, or first asks whether that has a prospect. So does a server
 * that is leaving, as long as it does not know that the others can do without it (thesis, §4.2.2): perhaps nobody
 * else has the entry that says so, and nobody wins without the server that has more.
 */
export function onElectionTimeout(server: Server): void {
  const { state, rules, node } = server;
  expectLeader(server);
  state.leader = null;
  becomeFollower(server);
  if (!isVoter(state.configuration, node.id) && (!rules.leaversStand || !isUnsettled(server))) return;
  if (!rules.preVote) return standForElection(server);
  state.role = "pre-candidate";
  canvass(server, "pre-vote", state.term + 1);
}

/** Would this server vote so? Yes only if it hears from no leader itself: nobody is disturbed who has one. */
export function onPreVote(server: Server, candidate: NodeId, message: PreVote): void {
  const { state, rules } = server;
  const { term } = state;
  if (message.term <= term) return send(server, candidate, { type: "pre-voted", term, granted: false });
  if (state.leader !== null || !rules.upToDate(endOf(message), logEnd(state.log))) return;
  send(server, candidate, { type: "pre-voted", term: message.term, granted: true });
}

export function onPreVoted(server: Server, voter: NodeId, { term, granted }: PreVoted): void {
  const { state } = server;
  if (!granted || state.role !== "pre-candidate" || term !== state.term + 1) return;
  if (isElected(server, voter)) standForElection(server);
}

/** The candidate's term is not earlier than the server's, which has entered it. One vote a term (§5.2). */
export function onRequestVote(server: Server, candidate: NodeId, message: RequestVote): void {
  const { state, rules } = server;
  const { term } = state;
  if (message.term < term) return send(server, candidate, { type: "voted", term, granted: false });
  const vote = votedFor(state);
  const isFree = vote === null || vote === candidate;
  if (!isFree || !rules.upToDate(endOf(message), logEnd(state.log))) return;
  voteFor(server, candidate);
  settleStorage(server);
  expectLeader(server);
  send(server, candidate, { type: "voted", term, granted: true });
}

export function onVoted(server: Server, voter: NodeId, { term, granted }: Voted): void {
  const { state } = server;
  if (!granted || state.role !== "candidate" || term !== state.term || !isElected(server, voter)) return;
  becomeLeader(server);
  askAgain(server);
}

function standForElection(server: Server): void {
  const { state, node } = server;
  enterTerm(server, state.term + 1);
  voteFor(server, node.id);
  settleStorage(server);
  state.role = "candidate";
  canvass(server, "request-vote", state.term);
}

/** Asks the other voters; the own voice is counted at once, and is heard by itself where there are no others. */
function canvass(server: Server, type: "pre-vote" | "request-vote", term: number): void {
  const { state, rules, node } = server;
  const { index, term: lastTerm } = logEnd(state.log);
  state.votes = [node.id];
  for (const id of node.nodes) {
    if (id === node.id || !isVoter(state.configuration, id)) continue;
    send(server, id, { type, term, lastIndex: index, lastTerm });
  }
  if (!isQuorum(state.configuration, state.votes, rules)) return;
  send(server, node.id, { type: type === "pre-vote" ? "pre-voted" : "voted", term, granted: true });
}

/** Counts a vote; whether that makes a majority. */
function isElected({ state, rules }: Server, voter: NodeId): boolean {
  state.votes = withNode(state.votes, voter);
  return isQuorum(state.configuration, state.votes, rules);
}

function endOf({ lastIndex, lastTerm }: PreVote | RequestVote): { index: number; term: number } {
  return { index: lastIndex, term: lastTerm };
}
