import type { NodeId } from "../../../contracts/protocol.ts";
import { membersAt, withNode } from "./configuration.ts";
import { commitNext } from "./execution.ts";
import type { Accepted } from "./messages.ts";
import { proposeReported, proposeWaiting } from "./proposals.ts";
import { serveReads } from "./reads.ts";
import { continueReconfiguration } from "./reconfiguration.ts";
import { isQuorumAt, type Leadership, type Server } from "./server.ts";

/** An acceptor has voted, or answered a heartbeat. */
export function onAccepted(server: Server, from: NodeId, message: Accepted): void {
  const { state, rules } = server;
  const { leading } = state;
  if (leading === null || state.role !== "leader") return;
  if (rules.countsOwnVotesOnly && message.ballot !== leading.ballot) return;
  const { first, count, committed, round } = message;
  leading.heard = withNode(leading.heard, from);
  const before = leading.answered[from];
  leading.answered[from] = {
    round: Math.max(before?.round ?? 0, round),
    committed: Math.max(before?.committed ?? 0, committed),
  };
  for (let slot = first; slot < first + count; slot++) countVote(server, leading, slot, from);
  advance(server);
}

/** Counts a vote; what a quorum of a slot's acceptors voted for is chosen. */
function countVote(server: Server, leading: Leadership, slot: number, from: NodeId): void {
  const before = leading.votes[slot];
  if (before === undefined) return;
  const voters = withNode(before, from);
  leading.votes[slot] = voters;
  if (!isQuorumAt(server, slot, voters)) return;
  delete leading.votes[slot];
  leading.chosen[slot] = true;
  leading.latest = { slot, members: membersAt(server.state.configurations, slot), voters };
}

/**
 * Executes what is chosen, in the order of the slots. That may open the way for more, for reads, and for a change of
 * members.
 */
export function advance(server: Server): void {
  const { state } = server;
  const { leading } = state;
  if (leading === null || state.role !== "leader") return;
  while (leading.chosen[state.committed] === true) commitNext(server);
  proposeReported(server);
  serveReads(server);
  continueReconfiguration(server);
  proposeWaiting(server);
}
