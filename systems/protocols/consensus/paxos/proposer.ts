/**
 * The proposer of CASPaxos (Rystsov 2018, §2.2), one a node. It runs one round a key at a time; what else
 * clients want of that key waits, and reads that wait share a round.
 *
 * A round: pick a ballot, have a quorum promise it, apply the change to the register of the highest ballot
 * that the quorum accepted, have a quorum accept the result, answer. A round that meets a higher ballot is
 * lost; the change is tried again in a ballot above that one, after a random pause.
 *
 * **A change takes effect at most once.** A lost round may have left its result at some acceptor, from where
 * another proposer may carry it on. Trying a write again blindly could thus write twice, the second time
 * over somebody else's later write. So a change is numbered by the ballot of its first round, and the
 * register holds for each proposer the number of its last change that took effect. Why that is enough:
 *
 * 1. The result of every round derives from a result of a lower ballot, and a result chosen by a quorum is
 *    an ancestor of those of all higher ballots (Paxos). What is chosen thus forms one line of descent.
 * 2. Only the proposer of a change applies it, and only to a register that does not list it or a later one
 *    of that proposer. Numbers grow, and a proposer goes back to no earlier change. So along any line of
 *    descent the changes of a proposer take effect in order, each at most once.
 * 3. When a round ends well, its result is chosen. If it lists the change, the change took effect once, in
 *    this round or in a lost one: success is the truth. If it does not (a cas that did not match), no later
 *    result will: the change took no effect and never will.
 * 4. Numbers are never used again, since ballots are not: the node's own acceptor promises a ballot, on
 *    stable storage, before the first message with it leaves. A restarted proposer starts above it.
 *
 * A client that waits longer than its deadline is told error 0 (may have happened) if a result that lists
 * its change may have left this node, and error 11 (did not happen) if certainly none has.
 */
import type { JsonObject } from "../../../../histories/json.ts";
import type { NodeContext, NodeId } from "../../../contracts/protocol.ts";
import { errorBody, errorCodes } from "../../errors.ts";
import { accept, acceptorOf, prepare, type Acceptors } from "./acceptor.ts";
import { ballotAbove, noBallot, type Ballot } from "./ballot.ts";
import type { Decisions } from "./decision.ts";
import type { Accepted, Nack, PaxosMessage, Promised, RegisterObject } from "./messages.ts";
import { applyChange, emptyRegister, hasApplied, type Change, type Command } from "./register.ts";
import type { Rules } from "./rules.ts";

/**
 * How long a client may have to wait for an answer, in milliseconds: many times what a busy cluster needs, and
 * short enough that a node without a quorum still hears of many operations before it has one again.
 */
export const requestDeadline = 500;
/** After how many milliseconds a message without an answer is sent again. */
const resendAfter = 100;
/** The pause after a lost round is drawn from 1 to this many milliseconds, twice as many after each loss. */
const firstPause = 8;
const longestPause = 128;

/** A request that waits for its answer. */
interface Waiting {
  readonly request: string;
  readonly command: Command;
}

/** The change that a proposer is at work on, or reads that share a round. */
interface Attempt {
  waiting: Waiting[];
  readonly command: Command;
  /** The number of the change: the ballot of its first round. */
  number: number;
  ballot: Ballot;
  phase: "prepare" | "accept" | "pause";
  /** The acceptors that said yes in this phase. */
  votes: NodeId[];
  /** The highest ballot that this attempt has heard of. */
  highestSeen: Ballot;
  /** Phase 1: what the promises told of the highest accepted ballot. Phase 2: what is proposed. */
  accepted: Ballot;
  register: RegisterObject;
  answer: JsonObject;
  /** Whether a result that lists the change may have left this node. */
  mayTakeEffect: boolean;
}

export interface ProposerState {
  current: Attempt | undefined;
  queue: Waiting[];
  /** How many rounds it has lost since it won one: who duels on and on pauses longer and longer, whomever it does so for. */
  losses: number;
}

/** By key; those with nothing to do are left out, unless they lost their last round. */
export type Proposers = Record<string, ProposerState>;

/** Where a proposer acts: what its node holds, the rules, and the way out. */
export interface Situation {
  readonly proposers: Proposers;
  readonly acceptors: Acceptors;
  readonly decisions: Decisions;
  readonly rules: Rules;
  readonly node: NodeContext<JsonObject>;
}

/** Takes in a client's command. */
export function submit(situation: Situation, key: string, waiting: Waiting): void {
  const proposer = (situation.proposers[key] ??= { current: undefined, queue: [], losses: 0 });
  proposer.queue.push(waiting);
  situation.node.setTimer(deadlineTimer(waiting.request), requestDeadline);
  if (proposer.current === undefined) startNext(situation, key, proposer);
}

/** Handles the answer of an acceptor; one that belongs to no running round is late, and means nothing. */
export function onAnswer(situation: Situation, from: NodeId, message: Promised | Accepted | Nack): void {
  const attempt = situation.proposers[message.key]?.current;
  if (attempt === undefined || attempt.ballot !== message.ballot) return;
  switch (message.type) {
    case "promised":
      return onPromise(situation, attempt, from, message);
    case "accepted":
      return onAccepted(situation, attempt, from, message);
    case "nack":
      return onNack(situation, attempt, message);
  }
}

/** The round's timer: a pause is over, or answers are missing. */
export function onRoundTimer(situation: Situation, key: string): void {
  const attempt = situation.proposers[key]?.current;
  if (attempt === undefined) return;
  if (attempt.phase === "pause") return startRound(situation, key, attempt);
  // A majority of those that have answered they are themselves.
  if (!situation.rules.countsSilent) return goOn(situation, key, attempt);
  broadcast(situation, key, attempt);
  situation.node.setTimer(roundTimer(key), resendAfter);
}

/** A client has waited long enough. */
export function onDeadline(situation: Situation, request: string): void {
  for (const [key, proposer] of Object.entries(situation.proposers)) {
    const attempt = proposer.current;
    const mine = (waiting: Waiting): boolean => waiting.request === request;
    if (!proposer.queue.some(mine) && attempt?.waiting.some(mine) !== true) continue;
    const uncertain = attempt?.waiting.some(mine) === true && attempt.mayTakeEffect;
    situation.node.reply(
      request,
      uncertain
        ? errorBody(errorCodes.timeout, "no quorum answered in time; the change may still take effect")
        : errorBody(errorCodes.temporarilyUnavailable, "no quorum answered in time; nothing was changed"),
    );
    proposer.queue = proposer.queue.filter((waiting) => !mine(waiting));
    if (attempt === undefined) return;
    attempt.waiting = attempt.waiting.filter((waiting) => !mine(waiting));
    if (attempt.waiting.length === 0) startNext(situation, key, proposer);
    return;
  }
}

function startNext(situation: Situation, key: string, proposer: ProposerState): void {
  const first = proposer.queue[0];
  if (first === undefined) {
    situation.node.cancelTimer(roundTimer(key));
    proposer.current = undefined;
    if (proposer.losses === 0) delete situation.proposers[key];
    return;
  }
  // What is decided once, is so for all who wait.
  const { type } = first.command;
  const together = (waiting: Waiting): boolean =>
    type === "read" || type === "propose" ? waiting.command.type === type : waiting === first;
  proposer.current = {
    waiting: proposer.queue.filter(together),
    command: first.command,
    number: 0,
    ballot: noBallot,
    phase: "pause",
    votes: [],
    highestSeen: noBallot,
    accepted: noBallot,
    register: { ...emptyRegister },
    answer: {},
    mayTakeEffect: false,
  };
  proposer.queue = proposer.queue.filter((waiting) => !together(waiting));
  startRound(situation, key, proposer.current);
}

/** Phase 1a. */
function startRound(situation: Situation, key: string, attempt: Attempt): void {
  const { node, acceptors, rules } = situation;
  const used = rules.recallsBallots ? acceptorOf(acceptors, key).promised : noBallot;
  const above = Math.max(attempt.highestSeen, used);
  attempt.ballot = ballotAbove(above, node.nodes.indexOf(node.id), node.nodes.length);
  if (attempt.number === 0) attempt.number = attempt.ballot;
  attempt.phase = "prepare";
  attempt.votes = [];
  attempt.accepted = noBallot;
  attempt.register = { ...emptyRegister };
  node.setTimer(roundTimer(key), resendAfter);
  // The own acceptor promises first: the ballot is on the disk before anyone hears of it.
  const own = prepare(acceptors, { type: "prepare", key, ballot: attempt.ballot }, rules, node);
  broadcast(situation, key, attempt);
  onAnswer(situation, node.id, own);
}

function onPromise(situation: Situation, attempt: Attempt, from: NodeId, promise: Promised): void {
  const { rules } = situation;
  if (attempt.phase !== "prepare" || !countVote(attempt, from, rules)) return;
  const { accepted, register } = promise;
  const isFirst = attempt.accepted === noBallot;
  if (
    rules.heedsReports &&
    accepted > noBallot &&
    (isFirst || rules.prefersReport(accepted, attempt.accepted))
  ) {
    attempt.accepted = accepted;
    attempt.register = register;
  }
  if (attempt.votes.length >= situation.rules.quorum(situation.node.nodes.length)) {
    goOn(situation, promise.key, attempt);
  }
}

/** What follows when a quorum has said yes. */
function goOn(situation: Situation, key: string, attempt: Attempt): void {
  if (attempt.phase === "prepare") propose(situation, key, attempt);
  else conclude(situation, key, attempt);
}

/** Phase 2a. */
function propose(situation: Situation, key: string, attempt: Attempt): void {
  const { node, acceptors, rules } = situation;
  const change: Change = { command: attempt.command, proposer: node.id, number: attempt.number };
  const { register, answer } = applyChange(attempt.register, change);
  attempt.register = { ...register };
  attempt.answer = answer;
  attempt.phase = "accept";
  attempt.votes = [];
  const { type } = change.command;
  if (type === "propose" || (type !== "read" && hasApplied(register, change))) attempt.mayTakeEffect = true;
  node.setTimer(roundTimer(key), resendAfter);
  broadcast(situation, key, attempt);
  const proposal = { type: "accept", key, ballot: attempt.ballot, register: attempt.register } as const;
  onAnswer(situation, node.id, accept(acceptors, proposal, rules, node));
}

function onAccepted(situation: Situation, attempt: Attempt, from: NodeId, { key }: Accepted): void {
  if (attempt.phase !== "accept" || !countVote(attempt, from, situation.rules)) return;
  if (attempt.votes.length >= situation.rules.quorum(situation.node.nodes.length)) {
    goOn(situation, key, attempt);
  }
}

/** What was proposed is chosen. */
function conclude(situation: Situation, key: string, attempt: Attempt): void {
  const { value } = attempt.register;
  if (attempt.command.type === "propose" && value !== undefined) {
    situation.decisions[key] = { value, ballot: attempt.ballot, voters: attempt.votes.toSorted() };
  }
  for (const { request } of attempt.waiting) {
    situation.node.cancelTimer(deadlineTimer(request));
    situation.node.reply(request, attempt.answer);
  }
  const proposer = situation.proposers[key];
  if (proposer === undefined) return;
  proposer.losses = 0;
  startNext(situation, key, proposer);
}

/** The round is lost. The random pause lets one of two proposers that duel come through. */
function onNack(situation: Situation, attempt: Attempt, { key, promised }: Nack): void {
  attempt.highestSeen = Math.max(attempt.highestSeen, promised);
  if (attempt.phase === "pause") return;
  attempt.phase = "pause";
  const proposer = situation.proposers[key];
  if (proposer === undefined) return;
  const bound = Math.min(longestPause, firstPause * 2 ** proposer.losses);
  if (bound < longestPause) proposer.losses++;
  situation.node.setTimer(roundTimer(key), 1 + situation.node.random(bound));
}

/** Sends the question of the current phase to all other nodes that have not said yes to it. */
function broadcast({ node }: Situation, key: string, attempt: Attempt): void {
  const { ballot, register } = attempt;
  const message: PaxosMessage =
    attempt.phase === "prepare"
      ? { type: "prepare", key, ballot }
      : { type: "accept", key, ballot, register };
  for (const to of node.nodes) if (to !== node.id && !attempt.votes.includes(to)) node.send(to, message);
}

/** Counts each acceptor once, however often its answer arrives. */
function countVote(attempt: Attempt, from: NodeId, rules: Rules): boolean {
  if (attempt.votes.includes(from) && rules.countsOnce) return false;
  attempt.votes.push(from);
  return true;
}

function deadlineTimer(request: string): string {
  return `deadline/${request}`;
}

function roundTimer(key: string): string {
  return `round/${key}`;
}
