import type { Json } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { accept, prepare } from "./acceptor.ts";
import { countVote } from "./learner.ts";
import type { Accept, Nack, Promised } from "./messages.ts";
import { classicRoundAbove, type Round } from "./rounds.ts";
import { promisedRound, send, sizesOf, type Coordination, type Server } from "./server.ts";

/** After how many milliseconds a message without an answer is sent again. */
const resendAfter = 100;
/** The pause after a lost round is drawn from 1 to this many milliseconds, twice as many after each loss. */
const firstPause = 16;
const longestPause = 128;

/** Phase 1a of a classic round: this node takes the coordination of an instance to itself. */
export function startRound(server: Server, key: string): void {
  const { state, node } = server;
  const before = state.coordinations[key];
  const above = Math.max(promisedRound(state, key), before?.highestSeen ?? 0);
  const round = classicRoundAbove(above, node.nodes.indexOf(node.id), node.nodes.length);
  const coordination = begin(server, key, round, "prepare", null, before?.losses ?? 0);
  // The own acceptor promises first: the round is on the disk before anyone hears of it.
  const own = prepare(server, { type: "prepare", key, round });
  ask(server, key, coordination);
  onAnswer(server, node.id, own);
}

/** Phase 2a of a round for which the first phase is done. */
export function takeUp(server: Server, key: string, round: Round, value: Json): void {
  propose(server, key, begin(server, key, round, "accept", value, 0));
}

/** Handles the answer of an acceptor; one that belongs to no running round is late, and means nothing. */
export function onAnswer(server: Server, from: NodeId, message: Promised | Nack): void {
  const { state, rules, node } = server;
  const { key, round } = message;
  const coordination = state.coordinations[key];
  if (coordination === undefined || (coordination.round !== round && rules.matchesRounds)) return;
  if (message.type === "nack") {
    coordination.highestSeen = Math.max(coordination.highestSeen, message.promised);
    return pause(server, key, coordination);
  }
  if (coordination.phase !== "prepare") return;
  coordination.reports[from] = message.vote;
  const reports = Object.values(coordination.reports);
  const sizes = sizesOf(server);
  if (reports.length < sizes.classicQuorum) return;
  const value = rules.pick(reports, state.waiting[key]?.value, sizes);
  if (value === undefined) return;
  coordination.phase = "accept";
  coordination.reports = {};
  coordination.value = value;
  if (state.waiting[key] !== undefined) node.setTimer(`round/${key}`, resendAfter);
  propose(server, key, coordination);
}

/** The round's timer: a pause is over, or answers are missing. */
export function onRoundTimer(server: Server, key: string): void {
  const { state, node } = server;
  const coordination = state.coordinations[key];
  if (coordination === undefined || coordination.phase === "pause") return startRound(server, key);
  ask(server, key, coordination);
  node.setTimer(`round/${key}`, resendAfter);
}

/** Nobody at this node waits for the instance any more. */
export function abandon({ state, node }: Server, key: string): void {
  delete state.coordinations[key];
  node.cancelTimer(`round/${key}`);
}

function begin(
  { state, node }: Server,
  key: string,
  round: Round,
  phase: "prepare" | "accept",
  value: Json,
  losses: number,
): Coordination {
  const coordination: Coordination = { round, phase, reports: {}, value, highestSeen: round, losses };
  state.coordinations[key] = coordination;
  if (state.waiting[key] !== undefined) node.setTimer(`round/${key}`, resendAfter);
  return coordination;
}

/** Phase 2a. */
function propose(server: Server, key: string, coordination: Coordination): void {
  const { node } = server;
  const { round, value } = coordination;
  const message: Accept = { type: "accept", key, round, value };
  if (!accept(server, message)) return pause(server, key, coordination);
  ask(server, key, coordination);
  countVote(server, node.id, message);
}

/** Sends the question of the current phase to all that have not answered it. */
function ask(server: Server, key: string, { round, phase, reports, value }: Coordination): void {
  const { state, node } = server;
  const tally = state.tallies[key];
  const answered = phase === "prepare" ? reports : tally?.round === round ? tally.votes : {};
  for (const to of node.nodes) {
    if (to === node.id || Object.hasOwn(answered, to)) continue;
    send(
      server,
      to,
      phase === "prepare" ? { type: "prepare", key, round } : { type: "accept", key, round, value },
    );
  }
}

/** The round is lost. The random pause lets one of two coordinators that duel come through. */
function pause({ state, node }: Server, key: string, coordination: Coordination): void {
  if (coordination.phase === "pause") return;
  coordination.phase = "pause";
  coordination.reports = {};
  const bound = Math.min(longestPause, firstPause * 2 ** coordination.losses);
  coordination.losses++;
  if (state.waiting[key] !== undefined) node.setTimer(`round/${key}`, 1 + node.random(bound));
}
