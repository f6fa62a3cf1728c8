import type { NodeId } from "../../../contracts/protocol.ts";
import { membersAt, withNode } from "./configuration.ts";
import { commitNext } from "./execution.ts";
import type { Accepted } from "./messages.ts";
import { proposeReported } from "./proposals.ts";
import { serveReads } from "./reads.ts";
import { continueReconfiguration } from "./reconfiguration.ts";
import { isQuorumAt, type Server } from "./server.ts";

/** An acceptor has voted, or answered a heartbeat. */
export function onAccepted(server: Server, from: NodeId, message: Accepted): void {
  const { state } = server;
  const { leading } = state;
  if (leading === null || state.role !== "leader" || message.ballot !== leading.ballot) return;
  const { first, count, committed, round } = message;
  leading.heard = withNode(leading.heard, from);
  const before = leading.answered[from];
  leading.answered[from] = {
    round: Math.max(before?.round ?? 0, round),
    committed: Math.max(before?.committed ?? 0, committed),
  };
  for (let slot = first; slot < first + count; slot++) {
    const voters = leading.votes[slot];
    if (voters !== undefined) leading.votes[slot] = withNode(voters, from);
  }
  advance(server);
}

/**
 * Executes what is chosen, in the order of the slots: what a quorum of its acceptors voted for. That may open the way
 * for more, for reads, and for a change of members.
 */
export function advance(server: Server): void {
  const { state } = server;
  const { leading } = state;
  if (leading === null || state.role !== "leader") return;
  for (;;) {
    const slot = state.committed;
    const voters = leading.votes[slot];
    if (voters === undefined || !isQuorumAt(server, slot, voters)) break;
    leading.latest = { slot, members: membersAt(state.configurations, slot), voters };
    commitNext(server);
  }
  proposeReported(server);
  serveReads(server);
  continueReconfiguration(server);
}
