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
    exploration: { configuration: "lease-ended", property: "linearizable", steps: 20 },
    rules: by({ bound: 0 }),
  },
  {
    name: "half-the-margin",
    summary:
      "A leader leaves room for its own clock to be off, or for another's, but not for both: they may be off in opposite directions.",
    exploration: { configuration: "lease-ended", property: "linearizable", steps: 20 },
    rules: by({ bound: lease.bound / 2 }),
  },
  {
    name: "lease-from-the-answer",
    summary: "A leader takes its lease to last from when it hears that it has it, not from when it asked.",
    exploration: { configuration: "lease-ended", property: "linearizable", steps: 20 },
    rules: by({ fromAsking: false }),
  },
  {
    name: "lease-of-one",
    summary: "A leader whom one other acknowledges takes itself to hold a lease, however many there are.",
    exploration: { configuration: "lease-ended-for-most", property: "linearizable", steps: 51 },
    rules: by({ fromQuorum: false }),
  },
  {
    name: "shortens-leases",
    summary:
      "An acceptor goes by how the leader asked that it heard last, though the leader has asked again since.",
    exploration: { configuration: "lease-lasts", property: "linearizable", steps: 25 },
    rules: by({ keepsLonger: false }),
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
