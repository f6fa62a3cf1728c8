import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import type { Lease, Rules } from "../multi-paxos/rules.ts";
import { lease, leasePaxosRules } from "./rules.ts";

/** A mutant of reads by lease: its description, and the rules with one of them wrong. */
export interface LeasePaxosMutant extends ProtocolMutant {
  readonly rules: Rules;
}

/** Without what is there for the sake of progress. */
const by = (changed: Partial<Lease>): Rules => ({
  ...leasePaxosRules,
  loyal: false,
  checksQuorum: false,
  reads: { ...lease, ...changed },
});

export const leasePaxosMutants: readonly LeasePaxosMutant[] = [
  {
    name: "trusts-its-clock",
    summary: "A leader takes its lease to last as long as its clock says, as if no clock were ever off.",
    simulation: {
      nodes: 3,
      faults: ["partition", "clock"],
      workload: "register",
      checker: "linearizable",
      seeds: 60,
      settings: { interval: 2, rate: 100, seconds: 16 },
    },
    rules: by({ bound: 0 }),
  },
  {
    name: "breaks-own-lease",
    summary: "An acceptor that has granted a lease to the leader stands for election before it ends.",
    exploration: { configuration: "two-leaders", property: "linearizable", steps: 15 },
    rules: by({ bindsCandidates: false }),
  },
  {
    name: "forgets-lease",
    summary:
      "An acceptor that was down does not know of the lease that it has granted, and promises to others.",
    exploration: { configuration: "restart", property: "linearizable", steps: 17 },
    rules: by({ outlivesCrashes: false }),
  },
];
