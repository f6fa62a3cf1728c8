import type { ConsensusView, QuorumCertificate } from "../../../../checkers/consensus/view.ts";
import type { Json } from "../../../../histories/json.ts";
import { noBallot } from "./ballot.ts";
import { isDecision, shownName } from "./decision.ts";
import type { PaxosState } from "./paxos.ts";
import type { Rules } from "./rules.ts";

/**
 * What white-box checkers look at: what acceptors have promised and accepted, and what proposers know to be
 * decided, with the votes for it. A vote for a decision is one for its value, a vote for a register one for
 * all of it.
 */
export function paxosView({ nodes, acceptors, decisions }: PaxosState, rules: Rules): ConsensusView {
  const promises: Record<string, number> = {};
  const votes: Record<string, { ballot: number; value: Json }> = {};
  for (const key in acceptors) {
    const { promised, accepted, register } = acceptors[key]!;
    const name = shownName(key);
    promises[name] = promised;
    if (accepted === noBallot) continue;
    votes[name] = { ballot: accepted, value: isDecision(key) ? (register.value ?? null) : register };
  }
  const decided: Record<string, Json> = {};
  const certificates: QuorumCertificate[] = [];
  const quorum = { size: rules.quorum(nodes.length), members: nodes };
  for (const key in decisions) {
    const { value, ballot, voters } = decisions[key]!;
    const instance = shownName(key);
    decided[instance] = value;
    certificates.push({ instance, ballot, value, voters, quorum });
  }
  return { decided, promised: promises, votes, certificates };
}
