import { sameValue, type Json } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import type { Voted } from "./messages.ts";
import { broadcast, keepDecision, quorumOf, sizesOf, type Server, type Tally } from "./server.ts";

/** Counts a vote: those of a quorum, for one value in one round, choose it. Gives the votes so far if they do not yet. */
export function countVote(
  server: Server,
  from: NodeId,
  { key, round, value }: Omit<Voted, "type">,
): Tally | undefined {
  const { state, node } = server;
  if (state.decided[key] !== undefined) return undefined;
  let tally = state.tallies[key];
  if (tally !== undefined && tally.round > round) return undefined;
  if (tally === undefined || tally.round < round) {
    tally = { round, votes: {} };
    state.tallies[key] = tally;
  }
  if (Object.hasOwn(tally.votes, from)) return undefined;
  tally.votes[from] = value;
  const voters = votersFor(tally, value);
  if (voters.length < quorumOf(server, round)) return tally;
  const { classicQuorum } = sizesOf(server);
  state.certificate = {
    instance: key,
    ballot: round,
    value,
    voters,
    quorum: { size: quorumOf(server, round), members: node.nodes, meets: classicQuorum },
  };
  const coordinated = state.coordinations[key]?.round === round;
  decide(server, key, value);
  // Whoever proposed in a fast round hears of all votes; of a classic round only its coordinator does.
  if (coordinated) broadcast(server, { type: "decided", key, value });
  return undefined;
}

/** Learns what is decided, from whomever. */
export function decide(server: Server, key: string, value: Json): void {
  const { state, node } = server;
  if (state.decided[key] === undefined) keepDecision(server, key, value);
  delete state.tallies[key];
  delete state.coordinations[key];
  node.cancelTimer(`round/${key}`);
  answerWaiting(server, key);
}

/** All who wait hear what was decided. */
function answerWaiting({ state, node }: Server, key: string): void {
  const value = state.decided[key];
  const waiting = state.waiting[key];
  if (value === undefined || waiting === undefined) return;
  for (const request of waiting.requests) {
    node.cancelTimer(`deadline/${request}`);
    node.reply(request, { type: "propose_ok", value });
  }
  delete state.waiting[key];
}

function votersFor({ votes }: Tally, value: Json): NodeId[] {
  return Object.keys(votes)
    .filter((voter) => sameValue(votes[voter] ?? null, value))
    .toSorted();
}
