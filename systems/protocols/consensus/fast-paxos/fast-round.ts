import { sameValue, type Json } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { castVote } from "./acceptor.ts";
import { startRound, takeUp } from "./coordinator.ts";
import { countVote, tellDecided } from "./learner.ts";
import type { Value, Voted } from "./messages.ts";
import { classicRoundAbove, isFast, openingRound } from "./rounds.ts";
import { isFastCoordinator, promisedRound, send, sizesOf, type Server, type Tally } from "./server.ts";

/**
 * Phase 2b of the fast round: votes for the first value that comes, if nothing later was promised. It tells whoever takes
 * care of split votes, and whoever proposed: that one its vote also if it is for another's value.
 */
export function onValue(server: Server, from: NodeId, { key, value }: Value): void {
  const { state, rules, node } = server;
  if (state.decided[key] !== undefined) {
    if (from !== node.id) tellDecided(server, from, key, state.decided[key]);
    return;
  }
  const before = state.votes[key];
  const open = promisedRound(state, key) === openingRound || !rules.promiseBindsFastVotes;
  if (open && (before === undefined || !rules.votesOnce)) {
    castVote(server, key, openingRound, value);
    tellVote(server, key);
  }
  const vote = state.votes[key];
  if (vote === undefined || from === node.id || from === node.nodes[0]) return;
  send(server, from, { type: "voted", key, round: vote.ballot, value: vote.value });
}

/** Hears of a vote; looks after those that are split, which only those of fast rounds can be. */
export function onVoted(server: Server, from: NodeId, message: Voted): void {
  const tally = countVote(server, from, message);
  if (tally !== undefined) onCollision(server, message.key, tally);
}

/**
 * Recovers from a collision (Lamport 2006, §3.2): a classic quorum has voted, and not all for the same. Whether a fast
 * quorum may yet come together is not waited for; what is picked allows for it.
 */
function onCollision(server: Server, key: string, tally: Tally): void {
  const { state, rules, node } = server;
  const sizes = sizesOf(server);
  const votes = Object.values(tally.votes);
  if (votes.length < sizes.classicQuorum) return;
  if (votes.every((value) => sameValue(value, votes[0] ?? null))) return;
  const promised = promisedRound(state, key);
  if (rules.recovery === "uncoordinated") {
    const next = tally.round + 1;
    if (!isFast(next, sizes.nodes) || promised >= next) return;
    const value = pickFrom(server, key, tally);
    if (value === undefined) return;
    castVote(server, key, next, value);
    return tellVote(server, key);
  }
  if (!isFastCoordinator(server) || state.coordinations[key] !== undefined) return;
  if (rules.recovery === "restart") return startRound(server, key);
  // A vote in the fast round says what a promise for the next one would say, as long as that one is fresh:
  // the next round of this node that nothing was done in, and above which its own acceptor promised nothing.
  const next = classicRoundAbove(tally.round, node.nodes.indexOf(node.id), sizes.nodes);
  if (promised >= next && rules.takesFreshRounds) return;
  const value = pickFrom(server, key, tally);
  if (value !== undefined) takeUp(server, key, next, value);
}

function pickFrom({ state, rules, node }: Server, key: string, tally: Tally): Json | undefined {
  const reports = Object.keys(tally.votes)
    .toSorted()
    .map((voter) => ({ ballot: tally.round, value: tally.votes[voter] ?? null }));
  const nodes = node.nodes.length;
  return rules.pick(reports, state.waiting[key]?.value, {
    nodes,
    classicQuorum: rules.classicQuorum(nodes),
    fastQuorum: rules.fastQuorum(nodes),
  });
}

/** Tells of a vote in a fast round. */
function tellVote(server: Server, key: string): void {
  const { state, rules, node } = server;
  const vote = state.votes[key];
  if (vote === undefined) return;
  const message = { type: "voted", key, round: vote.ballot, value: vote.value } as const;
  if (rules.recovery === "uncoordinated") {
    // To itself too: what it votes for next in view of this vote is a step of its own.
    for (const to of node.nodes) send(server, to, message);
    return;
  }
  const [coordinator = node.id] = node.nodes;
  if (coordinator !== node.id) send(server, coordinator, message);
  onVoted(server, node.id, message);
}
