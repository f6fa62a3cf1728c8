import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import { zabRules, type Rules } from "./rules.ts";

/** A mutant of Zab: its description, and the rules with one of them wrong. */
export interface ZabMutant extends ProtocolMutant {
  readonly rules: Rules;
}

export const zabMutants: readonly ZabMutant[] = [
  {
    name: "local-reads",
    summary:
      "A server answers reads from what it has delivered, though their clients did not ask for local ones.",
    killedBy: { nodes: 3, faults: ["partition"], seconds: 15, workload: "register", checker: "linearizable" },
    rules: { ...zabRules, ordersReads: false },
  },
];
