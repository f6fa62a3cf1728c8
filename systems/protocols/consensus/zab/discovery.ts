/** Phase 1, discovery: a new epoch that a quorum accepts, and the best history that is known to it (§4.1). */
import type { NodeId } from "../../../contracts/protocol.ts";
import { hear } from "./broadcast.ts";
import { lastZxid, outlineOf, sharedLength, type Zxid } from "./history.ts";
import { look } from "./looking.ts";
import type { AckEpoch, FollowerEpoch, NewEpoch } from "./messages.ts";
import type { HistoryRank } from "./rules.ts";
import {
  acceptEpoch,
  isQuorum,
  rankOf,
  replaceHistory,
  send,
  settleStorage,
  waitPatiently,
  type Follower,
  type Server,
} from "./server.ts";
import { beginSynchronization, sendHistory } from "./synchronization.ts";

export function startFollowing(server: Server, leader: NodeId): void {
  const { state } = server;
  state.role = "following";
  state.phase = "discovery";
  state.leader = leader;
  state.vote = null;
  state.ballots = {};
  state.applicants = {};
  waitPatiently(server);
  send(server, leader, { type: "cepoch", accepted: state.acceptedEpoch });
}

/** Leads from now on, whoever has said already that it follows. */
export function startLeading(server: Server): void {
  const { state, node } = server;
  const followers: Record<NodeId, Follower> = {};
  for (const [from, accepted] of Object.entries(state.applicants)) followers[from] = newFollower(accepted);
  state.role = "leading";
  state.phase = "discovery";
  state.leader = node.id;
  state.vote = null;
  state.ballots = {};
  state.applicants = {};
  state.leading = {
    epoch: 0,
    followers,
    best: null,
    hasHistory: false,
    counter: 0,
    heard: [],
    round: 0,
    syncs: [],
  };
  waitPatiently(server);
  chooseEpoch(server);
}

/**
 * Somebody follows; perhaps for a second time, so that whatever was known of it is over. It counts as heard from only
 * when it has accepted the epoch: who accepted the same epoch from another leader never will, and needs a later one.
 */
export function onFollowerEpoch(server: Server, from: NodeId, { accepted }: FollowerEpoch): void {
  const { state, rules } = server;
  const { leading } = state;
  if (leading === null) return;
  const known = rules.forgetsWhoComesAgain ? undefined : leading.followers[from];
  leading.followers[from] = known ?? newFollower(accepted);
  if (leading.epoch === 0) chooseEpoch(server);
  // A follower that has accepted a later epoch cannot join, and there is a reason why it has.
  else if (accepted > leading.epoch) look(server);
  else sendEpoch(server, from);
}

function newFollower(accepted: number): Follower {
  return { stage: "cepoch", accepted, outline: [], acknowledged: null, round: 0 };
}

/** An epoch later than any that a quorum has accepted. */
function chooseEpoch(server: Server): void {
  const { state, rules, node } = server;
  const { leading } = state;
  if (leading === null) return;
  const followers = Object.entries(leading.followers);
  if (!isQuorum(server, followers.length + 1)) return;
  leading.epoch = rules.epochAfter([state.acceptedEpoch, ...followers.map(([, { accepted }]) => accepted)]);
  if (rules.acceptsOwnEpoch) acceptEpoch(server, leading.epoch, node.id);
  settleStorage(server, "own epoch");
  for (const [to] of followers) sendEpoch(server, to);
  adoptHistory(server);
}

function sendEpoch(server: Server, to: NodeId): void {
  const { state, rules } = server;
  const { leading, currentEpoch, history } = state;
  if (leading === null) return;
  send(server, to, {
    type: "newepoch",
    epoch: leading.epoch,
    currentEpoch,
    outline: rules.outlined(outlineOf(history)),
    length: history.length,
  });
}

/**
 * A follower accepts an epoch later than any before, or the one that it accepted from this leader before; of two
 * leaders that chose the same epoch it follows the first.
 */
export function onNewEpoch(server: Server, leader: NodeId, message: NewEpoch): void {
  const { state, rules } = server;
  const { epoch, outline } = message;
  if (state.leader !== leader || (rules.discoversOnce && state.phase !== "discovery")) return;
  const again = epoch === state.acceptedEpoch && (!rules.oneLeaderAnEpoch || state.acceptedFrom === leader);
  const isEarlier = rules.refusesEarlierEpochs && epoch < state.acceptedEpoch;
  if (isEarlier || (epoch === state.acceptedEpoch && !again)) return look(server);
  if (!again) acceptEpoch(server, epoch, leader);
  settleStorage(server, "epoch");
  waitPatiently(server);
  const { currentEpoch, history } = state;
  const mine = rankOf(state);
  const isBetter = rules.better(mine, rankIn(message.currentEpoch, outline, message.length));
  const shared = isBetter ? sharedLength(history, outline) : 0;
  send(server, leader, {
    type: "ackepoch",
    epoch,
    currentEpoch,
    outline: rules.outlined(outlineOf(history)),
    length: history.length,
    shared,
    transactions: isBetter ? history.slice(shared) : [],
  });
}

export function onAckEpoch(server: Server, from: NodeId, message: AckEpoch): void {
  const { state, rules } = server;
  const { leading } = state;
  const follower = leading?.followers[from];
  if (leading === null || follower === undefined) return;
  if (rules.countsOwnEpochOnly && message.epoch !== leading.epoch) return;
  hear(server, from);
  follower.stage = "ackepoch";
  follower.outline = message.outline;
  if (leading.hasHistory) return sendHistory(server, from);
  const { currentEpoch, outline, length, shared, transactions } = message;
  // Of the histories of the quorum the leader keeps the best as it goes, rather than all of them to the end.
  if (rules.adoptsHistory && rules.better(rankIn(currentEpoch, outline, length), bestRank(server))) {
    leading.best = { currentEpoch, shared, transactions, outline, length };
  }
  adoptHistory(server);
}

/** The leader takes over the best history of a quorum that accepted its epoch. */
function adoptHistory(server: Server): void {
  const { leading } = server.state;
  if (leading === null) return;
  const accepting = Object.values(leading.followers).filter(({ stage }) => stage !== "cepoch").length;
  if (!server.rules.hearsEnough(accepting, isQuorum(server, accepting + 1))) return;
  const { best } = leading;
  if (best !== null) replaceHistory(server, best.shared, best.transactions);
  leading.best = null;
  beginSynchronization(server);
}

function bestRank({ state }: Server): HistoryRank {
  const best = state.leading?.best ?? null;
  return best === null ? rankOf(state) : rankIn(best.currentEpoch, best.outline, best.length);
}

function rankIn(currentEpoch: number, outline: readonly Zxid[], length: number): HistoryRank {
  return { currentEpoch, last: outline.at(-1) ?? lastZxid([]), length };
}
