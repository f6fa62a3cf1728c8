import { sameValue, type Json, type JsonObject } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { ballotAbove } from "../paxos/ballot.ts";
import { castVote } from "./acceptor.ts";
import {
  askMaster,
  completeBallot,
  highestBallot,
  nextEntry,
  openConfigurations,
  type Entry,
} from "./ballots.ts";
import type { Accepted, Nack, Told } from "./messages.ts";
import type { Configuration } from "../vertical-paxos/messages.ts";
import { acceptorOf, keepDecision, send, type Leadership, type Server } from "./server.ts";

/** Since all acceptors of a ballot must vote, one of them is enough to read. */
const readQuorum = 1;
/** After how many milliseconds a message without an answer is sent again, and then a ballot begun with others. */
const resendAfter = 100;
/** The pause after a lost ballot is drawn from 1 to this many milliseconds, twice as many after each loss. */
const firstPause = 16;
const longestPause = 128;

/**
 * Begins a ballot, with acceptors of its own: this node and others, those first of whom it has heard. With so many a ballot
 * survives as many crashes as a minority of all nodes can suffer.
 */
export function lead(server: Server, key: string): void {
  const { state, node } = server;
  const before = state.leading[key];
  const at = node.nodes.indexOf(node.id);
  const others = [...node.nodes.slice(at + 1), ...node.nodes.slice(0, at)];
  const present = others.filter((id) => state.heard.includes(id));
  const absent = others.filter((id) => !state.heard.includes(id));
  state.heard = [];
  const members = [
    node.id,
    ...[...present, ...absent].slice(0, Math.floor(node.nodes.length / 2)),
  ].toSorted();
  state.leading[key] = {
    phase: "registering",
    ballot: 0,
    members,
    unread: [],
    value: null,
    accepted: [],
    highestSeen: before?.highestSeen ?? 0,
    asked: 0,
    losses: before?.losses ?? 0,
  };
  node.setTimer(`round/${key}`, resendAfter);
  askNext(server, key);
}

/** Has the master enter what there is to enter, one after the other. */
function askNext(server: Server, key: string): void {
  const { state, node } = server;
  if (state.asked[key] !== undefined) return;
  const leading = state.leading[key];
  const record = state.records[key] ?? [];
  const completed = state.completed[key];
  if (leading?.phase === "registering") {
    const above = Math.max(highestBallot(record), acceptorOf(state, key).promised, leading.highestSeen);
    const ballot = ballotAbove(above, node.nodes.indexOf(node.id), node.nodes.length);
    askMaster(server, key, { event: "begin", configuration: { ballot, members: leading.members } });
  } else if (completed !== undefined) {
    delete state.completed[key];
    if (completed > completeBallot(record)) askMaster(server, key, { event: "complete", ballot: completed });
  }
}

/** The master has answered what is on record. */
export function onMasterAnswers(server: Server): void {
  const { state } = server;
  for (;;) {
    const answer = state.answers.shift();
    if (answer === undefined) return;
    onMasterAnswer(server, answer.request, answer.body);
  }
}

function onMasterAnswer(server: Server, request: string, body: JsonObject): void {
  const { state } = server;
  const next = nextEntry(server, request, body);
  if (next === undefined) return;
  const { key, entry } = next;
  const asked: Entry | undefined = state.asked[key];
  delete state.asked[key];
  // What was asked for may be entered yet: to ask again will tell.
  if (entry === null || asked === undefined) return;
  const leading = state.leading[key];
  if (sameValue(entry, asked)) {
    if (entry.event === "begin" && leading?.phase === "registering")
      onRegistered(server, key, leading, entry.configuration);
  } else if (asked.event === "complete") {
    complete(server, key, asked.ballot);
  }
  askNext(server, key);
}

/** The ballot is on record: whoever begins a later one reads it. */
function onRegistered(server: Server, key: string, leading: Leadership, own: Configuration): void {
  const { state, rules } = server;
  const { ballot, members } = own;
  leading.phase = "reading";
  leading.ballot = ballot;
  leading.members = members;
  const before = openConfigurations(state.records[key] ?? []).filter((each) => each.ballot < ballot);
  leading.unread = rules.configurationsToRead(before, own);
  readNext(server, key, leading);
}

/** Phase 1a, ballot by ballot down to the one that is complete; one acceptor of each is enough, since all must vote. */
function readNext(server: Server, key: string, leading: Leadership): void {
  const { state } = server;
  const [next] = leading.unread;
  if (next !== undefined) return ask(server, key, leading);
  const value: Json | undefined = state.waiting[key]?.value;
  if (value === undefined) return abandon(server, key);
  // Nothing was, nor can be, chosen before: nobody need read what was before.
  complete(server, key, leading.ballot);
  propose(server, key, leading, value);
}

export function onTold(server: Server, { key, ballot, of, vote }: Told): void {
  const { rules } = server;
  const leading = server.state.leading[key];
  if (leading?.phase !== "reading" || leading.ballot !== ballot || leading.unread[0]?.ballot !== of) return;
  // A vote in a later ballot is as good: what was proposed there was safe there.
  if (vote !== null && vote.ballot >= of && rules.keepsFound) {
    if (!rules.completesWhenStored) claimStored(server, key, { ...leading, value: vote.value });
    return propose(server, key, leading, vote.value);
  }
  leading.unread = leading.unread.slice(1);
  readNext(server, key, leading);
}

/** Phase 2a. */
function propose(server: Server, key: string, leading: Leadership, value: Json): void {
  const { node } = server;
  if (!castVote(server, key, leading.ballot, value)) return pause(server, key, leading);
  leading.phase = "accepting";
  leading.unread = [];
  leading.value = value;
  leading.accepted = [node.id];
  leading.asked = 0;
  node.setTimer(`round/${key}`, resendAfter);
  ask(server, key, leading);
  considerVotes(server, key, leading);
}

export function onAccepted(server: Server, from: NodeId, { key, ballot }: Accepted): void {
  const leading = server.state.leading[key];
  if (leading?.phase !== "accepting" || leading.ballot !== ballot) return;
  if (!leading.accepted.includes(from)) leading.accepted = [...leading.accepted, from].toSorted();
  considerVotes(server, key, leading);
}

/** What all acceptors of a ballot voted for is chosen. */
function considerVotes(server: Server, key: string, leading: Leadership): void {
  const { rules, node } = server;
  const { members, value, accepted } = leading;
  if (accepted.length < rules.writeQuorum(members.length)) return;
  claimStored(server, key, leading);
  decide(server, key, value);
  for (const to of node.nodes) if (to !== node.id) send(server, to, { type: "decided", key, value });
}

/** Whoever reads an acceptor of this ballot finds the value: nobody need read those before. */
function claimStored(server: Server, key: string, leading: Leadership): void {
  const { state, rules } = server;
  const { ballot, members, value, accepted: voters } = leading;
  const quorum = { size: rules.writeQuorum(members.length), members, meets: readQuorum };
  state.certificate = { instance: key, ballot, value, voters, quorum };
  complete(server, key, ballot);
}

function complete(server: Server, key: string, ballot: number): void {
  const { state } = server;
  if (ballot <= completeBallot(state.records[key] ?? [])) return;
  state.completed[key] = Math.max(ballot, state.completed[key] ?? 0);
  askNext(server, key);
}

/** Learns what is decided, from whomever. */
export function decide(server: Server, key: string, value: Json): void {
  const { state, node } = server;
  if (state.decided[key] === undefined) keepDecision(server, key, value);
  abandon(server, key);
  const decided = state.decided[key] ?? null;
  for (const request of state.waiting[key]?.requests ?? []) {
    node.cancelTimer(`deadline/${request}`);
    node.reply(request, { type: "propose_ok", value: decided });
  }
  delete state.waiting[key];
}

/** The ballot is lost. The random pause lets one of two leaders that duel come through. */
export function onNack(server: Server, { key, ballot, promised }: Nack): void {
  const leading = server.state.leading[key];
  if (leading?.ballot !== ballot) return;
  leading.highestSeen = Math.max(leading.highestSeen, promised);
  pause(server, key, leading);
}

function pause({ state, node }: Server, key: string, leading: Leadership): void {
  if (leading.phase === "pause") return;
  const bound = Math.min(longestPause, firstPause * 2 ** leading.losses);
  state.leading[key] = { ...leading, phase: "pause", unread: [], losses: leading.losses + 1 };
  node.setTimer(`round/${key}`, 1 + node.random(bound));
}

/** A pause is over, or answers are missing: first they are asked for again, then of others in another ballot. */
export function onRoundTimer(server: Server, key: string): void {
  const { state, node } = server;
  const leading = state.leading[key];
  if (leading === undefined || leading.phase === "pause" || leading.asked > 0) return lead(server, key);
  leading.asked++;
  node.setTimer(`round/${key}`, resendAfter);
  if (leading.phase === "registering") askNext(server, key);
  else ask(server, key, leading);
}

/** Sends the question of the current phase to all that have not answered it. */
function ask(server: Server, key: string, leading: Leadership): void {
  const { node } = server;
  const { phase, ballot, members, unread, value, accepted } = leading;
  const [next] = unread;
  if (phase === "reading" && next !== undefined) {
    for (const to of next.members) send(server, to, { type: "read", key, ballot, of: next.ballot });
  } else if (phase === "accepting") {
    for (const to of members) {
      if (to !== node.id && !accepted.includes(to)) send(server, to, { type: "accept", key, ballot, value });
    }
  }
}

/** Nobody at this node waits for the instance any more. */
export function abandon({ state, node }: Server, key: string): void {
  delete state.leading[key];
  node.cancelTimer(`round/${key}`);
}
