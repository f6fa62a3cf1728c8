import { sameValue, type Json } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { chosenFrom, noteChosen, slotOf } from "../../state-machine/instance-log.ts";
import type { Voted } from "./messages.ts";
import { broadcast, keepDecision, quorumOf, send, sizesOf, type Server, type Tally } from "./server.ts";

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
  const proposed = slotOf(key) !== undefined && state.waiting[key] !== undefined;
  decide(server, key, value);
  // Whoever proposed in a fast round hears of all votes; of a classic round only its coordinator does. Of a slot all nodes
  // are to know, lest they propose there.
  if (coordinated || proposed) broadcast(server, { type: "decided", key, value });
  return undefined;
}

/** Learns what is decided, from whomever. */
export function decide(server: Server, key: string, value: Json): void {
  const { state, node } = server;
  if (state.decided[key] === undefined) {
    keepDecision(server, key, value);
    noteChosen(server, key, value);
  }
  delete state.tallies[key];
  delete state.coordinations[key];
  node.cancelTimer(`round/${key}`);
  answerWaiting(server, key);
}

/** Tells what is decided in an instance; of a slot also what is in those after it, of which the other may not know either. */
export function tellDecided(server: Server, to: NodeId, key: string, value: Json): void {
  const slot = slotOf(key);
  send(server, to, slot === undefined ? { type: "decided", key, value } : chosenFrom(server, slot));
}

/** All who wait hear what was decided. */
function answerWaiting({ state, node }: Server, key: string): void {
  const value = state.decided[key];
  const waiting = state.waiting[key];
  if (value === undefined || waiting === undefined) return;
  for (const request of waiting.requests) {
    node.cancelTimer(`decision/${request}`);
    node.reply(request, { type: "propose_ok", value });
  }
  delete state.waiting[key];
}

function votersFor({ votes }: Tally, value: Json): NodeId[] {
  return Object.keys(votes)
    .filter((voter) => sameValue(votes[voter] ?? null, value))
    .toSorted();
}
