import type { ConsensusView } from "../../../../checkers/consensus/view.ts";
import type { JsonObject } from "../../../../histories/json.ts";
import type { PaxosState } from "./paxos.ts";

/**
 * What white-box checkers look at: by key, what the acceptor has promised and accepted, and the round that
 * the proposer is in.
 */
export function paxosView({ acceptors, proposers }: PaxosState): ConsensusView {
  const rounds: Record<string, JsonObject> = {};
  for (const [key, { current, queue }] of Object.entries(proposers)) {
    if (current === undefined) continue;
    const { ballot, phase, number, register, command } = current;
    rounds[key] = { ballot, phase, number, command: command.type, register, queued: queue.length };
  }
  const promises: Record<string, JsonObject> = {};
  for (const [key, { promised, accepted, register }] of Object.entries(acceptors)) {
    promises[key] = { promised, accepted, register };
  }
  return { more: { acceptors: promises, rounds } };
}
