import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import { raftRules, type Rules } from "./rules.ts";

/** A mutant of Raft: its description, and the rules with one of them wrong. */
export interface RaftMutant extends ProtocolMutant {
  readonly rules: Rules;
}

export const raftMutants: readonly RaftMutant[] = [
  {
    name: "local-reads",
    summary: "A leader answers reads without making sure that it still leads.",
    killedBy: { nodes: 3, faults: ["partition"], seconds: 15, workload: "register", checker: "linearizable" },
    rules: { ...raftRules, confirmsReads: false },
  },
];
