import type { JsonObject } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { ballotAbove } from "../paxos/ballot.ts";
import { restart } from "./execution.ts";
import { askAgain } from "./forwarding.ts";
import { completeBallot, successorFrom } from "./master.ts";
import type { Configuration, Here, Nack, Promised, Transferred, Vote } from "./messages.ts";
import { advance } from "./primary.ts";
import {
  beginVoting,
  endOf,
  expectLeader,
  noteComplete,
  pendingOf,
  promise,
  putPending,
  send,
  setQuorumCheck,
  stopLeading,
  withNode,
  type Leadership,
  type Server,
} from "./server.ts";

/** With so many acceptors a ballot survives as many crashes as a minority of all nodes can suffer. */
function membersOf(nodes: number): number {
  return Math.floor(nodes / 2) + 1;
}

/** No leader was heard from for long, or the ballot does not get on: who is there for a new one? */
export function beginBallot(server: Server): void {
  const { state, node } = server;
  stopLeading(server);
  state.leader = null;
  expectLeader(server);
  const { complete, promised, seen } = state;
  const above = Math.max(promised, seen, complete.ballot, state.vote.ballot);
  const ballot = ballotAbove(above, node.nodes.indexOf(node.id), node.nodes.length);
  state.seen = ballot;
  state.leading = {
    ballot,
    phase: "probing",
    members: [node.id],
    previous: complete,
    transferred: [],
    answered: {},
    heard: [],
    begin: 0,
    latest: null,
    round: 0,
    reads: [],
  };
  for (const id of node.nodes) if (id !== node.id) send(server, id, { type: "probe", ballot });
  if (membersOf(node.nodes.length) === 1) readState(server, state.leading);
}

/** Somebody is there. The first ones are to be the acceptors of this ballot. */
export function onHere(server: Server, from: NodeId, { ballot, complete, seen }: Here): void {
  const { state, node } = server;
  noteComplete(server, complete);
  state.seen = Math.max(state.seen, seen);
  const { leading } = state;
  if (leading?.ballot !== ballot || leading.phase !== "probing") return;
  leading.members = withNode(leading.members, from);
  if (leading.members.length >= membersOf(node.nodes.length)) readState(server, leading);
}

/** Phase 1a, of the acceptors of the ballot that is complete; one that answers is enough. */
function readState(server: Server, leading: Leadership): void {
  const { state, node } = server;
  const { ballot } = leading;
  if (ballot <= Math.max(state.promised, state.complete.ballot)) return;
  // Before anybody hears of it, so that it is never used again.
  promise(server, ballot);
  node.sync();
  leading.phase = "reading";
  leading.previous = state.complete;
  if (!server.rules.transfers) return transfer(server, leading, { ...state.vote, ballot });
  for (const id of leading.previous.members) {
    send(server, id, { type: "prepare", ballot, previous: leading.previous.ballot });
  }
  node.setTimer("again", againAfter);
}

const againAfter = 100;

export function onPromised(server: Server, { ballot, vote }: Promised): void {
  const { leading } = server.state;
  if (leading?.ballot !== ballot || leading.phase !== "reading") return;
  transfer(server, leading, { ...vote, ballot });
}

/** Gives all acceptors of the ballot the state with which it begins, this node first. */
function transfer(server: Server, leading: Leadership, vote: Vote): void {
  const { state, rules, node } = server;
  if (vote.ballot < state.promised) return stopLeading(server);
  putPending(server, vote);
  node.sync();
  leading.phase = "transferring";
  leading.transferred = [node.id];
  leading.begin = endOf(vote);
  sendAgain(server);
  if (!rules.waitsForState || leading.members.length === 1) askMaster(server, leading);
}

/** Sends again what was not answered: of the beginning of a ballot. */
export function sendAgain(server: Server): void {
  const { state, node } = server;
  const { leading } = state;
  if (leading === null) return;
  const { ballot, phase, previous, members, transferred } = leading;
  if (phase !== "reading" && phase !== "transferring") return;
  node.setTimer("again", againAfter);
  if (phase === "reading") {
    for (const id of previous.members)
      send(server, id, { type: "prepare", ballot, previous: previous.ballot });
  } else {
    const vote = pendingOf(state, ballot);
    if (vote === undefined) return;
    for (const id of members) if (!transferred.includes(id)) send(server, id, { type: "transfer", vote });
  }
}

export function onTransferred(server: Server, from: NodeId, { ballot }: Transferred): void {
  const { leading } = server.state;
  if (leading?.ballot !== ballot) return;
  leading.heard = withNode(leading.heard, from);
  leading.transferred = withNode(leading.transferred, from);
  if (leading.phase !== "transferring" || !leading.members.every((id) => leading.transferred.includes(id)))
    return;
  askMaster(server, leading);
}

function askMaster(server: Server, leading: Leadership): void {
  const { ballot, members, previous } = leading;
  leading.phase = "completing";
  if (!server.rules.waitsForActivation) {
    beginVoting(server, ballot);
    activate(server, leading);
  }
  const followed = server.rules.asksForPrevious ? previous : server.state.complete;
  completeBallot(server, followed.ballot, { ballot, members });
}

/** The master has answered which ballot follows that which this one was to follow. */
export function onMasterAnswers(server: Server): void {
  const { state } = server;
  for (;;) {
    const answer = state.answers.shift();
    if (answer === undefined) return;
    onSuccessor(server, Number(answer.request), answer.body);
  }
}

function onSuccessor(server: Server, ballot: number, body: JsonObject): void {
  const { state, rules } = server;
  const { leading } = state;
  const successor = successorFrom(body);
  const waits = leading?.phase === "completing" || (!rules.waitsForActivation && leading?.phase === "active");
  if (leading?.ballot !== ballot || !waits) {
    if (successor !== undefined) noteComplete(server, successor);
    return;
  }
  if (successor === undefined) return beginBallot(server);
  const own: Configuration = { ballot, members: leading.members };
  if (successor.ballot !== ballot && rules.comparesPrevious) {
    noteComplete(server, successor);
    return beginBallot(server);
  }
  noteComplete(server, own);
  activate(server, leading);
}

/** From now on all later ballots begin with what is done in this one. */
function activate(server: Server, leading: Leadership): void {
  const { state, node } = server;
  leading.phase = "active";
  leading.heard = [];
  state.leader = node.id;
  restart(server);
  node.cancelTimer("election");
  // At once: whoever waits for a leader is to know.
  node.setTimer("heartbeat", 0);
  setQuorumCheck(server);
  advance(server, leading);
  askAgain(server);
}

/** A member that does not answer keeps everything from being done: a new ballot goes on without it. */
export function checkMembers(server: Server): void {
  const { leading } = server.state;
  if (leading === null || leading.phase !== "active") return;
  const { node } = server;
  if (!leading.members.every((id) => id === node.id || leading.heard.includes(id)))
    return beginBallot(server);
  leading.heard = [];
  setQuorumCheck(server);
}

export function onNack(server: Server, { promised }: Nack): void {
  const { state } = server;
  state.seen = Math.max(state.seen, promised);
  if (state.leading === null || state.leading.ballot >= promised) return;
  stopLeading(server);
  expectLeader(server);
}
