import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import { paxosRules, type Rules } from "./rules.ts";

/** A mutant of Paxos: its description, and the rules with one of them wrong. */
export interface PaxosMutant extends ProtocolMutant {
  readonly rules: Rules;
}

const linearizableRegister = { workload: "register", checker: "linearizable" } as const;

export const paxosMutants: readonly PaxosMutant[] = [
  {
    name: "local-reads",
    summary: "A node answers reads from its own acceptor, without asking a quorum.",
    killedBy: { nodes: 3, faults: ["partition"], seconds: 15, ...linearizableRegister },
    rules: { ...paxosRules, quorumReads: false },
  },
  // What was promised protects in two ways, and a kill takes both. An acceptor that forgot accepts in a ballot
  // that a later round has already passed by, and an acknowledged write is lost; that needs an unlucky moment.
  // And since a proposer starts above what its own acceptor promised, it comes back to ballots, and so to
  // numbers of changes, that it has used: the register takes its next write for an old one and acknowledges
  // it without effect. That shows soon after most kills.
  {
    name: "forgetful-acceptor",
    summary:
      "An acceptor writes to disk what it accepted but not what it promised, so that a restart takes it back to ballots of the past.",
    killedBy: { nodes: 3, faults: ["kill", "latency"], seconds: 20, ...linearizableRegister },
    rules: { ...paxosRules, durablePromise: false },
  },
  {
    name: "half-quorum",
    summary: "Half of the nodes, rounded down, count as a quorum: two quorums need not share a node.",
    killedBy: { nodes: 3, faults: ["partition"], seconds: 15, ...linearizableRegister },
    rules: { ...paxosRules, quorum: (nodes) => Math.max(1, Math.floor(nodes / 2)) },
  },
];
