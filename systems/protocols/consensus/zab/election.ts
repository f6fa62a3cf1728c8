/**
 * Fast leader election (Medeiros, "ZooKeeper's atomic broadcast protocol", 2012, §4.1): in rounds, every looking server
 * votes for the best server that it has heard of in the round, until a quorum votes alike. Zab is safe with
 * any leader; one that knows most has least to learn.
 */
import type { NodeId } from "../../../contracts/protocol.ts";
import { checkQuorum } from "./broadcast.ts";
import { onFollowerEpoch, startFollowing, startLeading } from "./discovery.ts";
import { look, shareVote, voteForMyself } from "./looking.ts";
import type { FollowerEpoch, Notification, Vote } from "./messages.ts";
import { isQuorum, send, type Server } from "./server.ts";

/** Nothing came of what this server was at: no leader was found, or heard from; or no quorum. */
export function onPatienceOver(server: Server): void {
  if (server.state.role === "leading" && server.state.phase === "broadcast") return checkQuorum(server);
  look(server);
  if (isQuorum(server, 1)) startLeading(server);
}

export function onNotification(server: Server, from: NodeId, { round, vote }: Notification): void {
  const { state, rules, node } = server;
  if (state.role === "leading") return send(server, from, { type: "leading" });
  if (state.role !== "looking") return;
  if (!rules.electsByHistory) return startFollowing(server, from);
  // One that is behind learns of the round, and of the best vote in it.
  if (round < state.round) return answerVote(server, from);
  const before = round === state.round ? (state.vote?.candidate ?? null) : null;
  if (before === null) voteForMyself(server, round);
  if (state.vote === null || isBetterVote(server, vote, state.vote)) {
    state.vote = vote;
    state.ballots[node.id] = vote.candidate;
  }
  state.ballots[from] = vote.candidate;
  const elected = state.vote.candidate;
  const votes = Object.values(state.ballots).filter((candidate) => candidate === elected).length;
  const isDecided = isQuorum(server, votes);
  if (before !== elected) shareVote(server, isDecided ? elected : undefined);
  else if (vote.candidate !== elected) answerVote(server, from);
  if (!isDecided) return;
  if (elected === node.id) startLeading(server);
  else startFollowing(server, elected);
}

/** Somebody leads: one that looks for a leader need look no further. */
export function onLeading(server: Server, leader: NodeId): void {
  if (server.state.role === "looking") startFollowing(server, leader);
}

/** To follow a looking server is to vote for it. */
export function onFollower(server: Server, from: NodeId, message: FollowerEpoch): void {
  const { state, node } = server;
  if (state.role !== "looking") return onFollowerEpoch(server, from, message);
  state.applicants[from] = message.accepted;
  state.ballots[from] = node.id;
  const isOwn = state.vote === null || state.vote.candidate === node.id;
  const others = Object.entries(state.ballots).filter(([voter, one]) => voter !== node.id && one === node.id);
  if (isOwn && isQuorum(server, others.length + 1)) startLeading(server);
}

function answerVote(server: Server, to: NodeId): void {
  const { round, vote } = server.state;
  if (vote !== null) send(server, to, { type: "vote", round, vote });
}

/** After so many rounds, whose turn it is to be the first among equals moves on. */
const settledRounds = 4;

/**
 * The better history first, and of equal ones that of the later server; in an election that goes on and on, that of another one in each round: the
 * latest may be too slow to lead, and would be elected for ever.
 */
function isBetterVote({ state, rules, node }: Server, one: Vote, other: Vote): boolean {
  if (rules.better(one, other)) return true;
  if (rules.better(other, one)) return false;
  const count = node.nodes.length;
  const moved = Math.max(0, state.round - settledRounds) % count;
  const turn = (candidate: NodeId): number => (node.nodes.indexOf(candidate) + count - moved) % count;
  return turn(one.candidate) > turn(other.candidate);
}
