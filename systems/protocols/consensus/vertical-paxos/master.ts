import type { ConsensusView, QuorumCertificate } from "../../../../checkers/consensus/view.ts";
import type { Json, JsonObject } from "../../../../histories/json.ts";
import { decisionName } from "../paxos/decision.ts";
import type { PaxosState } from "../paxos/paxos.ts";
import { paxosRules } from "../paxos/rules.ts";
import { configurationFrom, type Configuration } from "./messages.ts";
import { masterVotes, proposeToMaster } from "./replicated-master.ts";
import type { Server } from "./server.ts";

/**
 * Asks the master to let a ballot follow the one before: `complete`. It answers with the one that does. That is all that
 * the master has to decide, once for each ballot that was ever complete. Ballots need no master to be given out: each node
 * has its own.
 */
export function completeBallot(server: Server, previous: number, configuration: Configuration): void {
  proposeToMaster(server, `${configuration.ballot}`, previous, { ...configuration });
}

/** The ballot that the master let follow, from its answer; undefined when it gave none. */
export function successorFrom(body: JsonObject): Configuration | undefined {
  return body["type"] === "propose_ok" ? configurationFrom(body["value"]) : undefined;
}

/** What white-box checkers see of the master: all its votes, and what it lets follow these ballots. */
export function masterView(master: PaxosState, ballots: readonly number[]): ConsensusView {
  const { nodes, decisions } = master;
  const decided: Record<string, Json> = {};
  const certificates: QuorumCertificate[] = [];
  const quorum = { size: paxosRules.quorum(nodes.length), members: nodes };
  for (const previous of ballots) {
    const decision = decisions[decisionName(previous)];
    if (decision === undefined) continue;
    const instance = successorOf(previous);
    decided[instance] = decision.value;
    certificates.push({ instance, ...decision, quorum });
  }
  return { ...masterVotes(master, successorOf), decided, certificates };
}

/** The name, for checkers, of the decision which ballot follows that one. */
export function successorOf(ballot: number | string): string {
  return `after ${ballot}`;
}
