import { multiPaxosRules, type Lease, type Rules } from "../multi-paxos/rules.ts";

/** By how many milliseconds clocks may be off. */
export const clockBound = 200;

export const lease: Lease = {
  duration: 1_000,
  bound: clockBound,
  bindsCandidates: true,
  outlivesCrashes: true,
};

/** Those of Multi-Paxos, with reads by lease. */
export const leasePaxosRules: Rules = { ...multiPaxosRules, reads: lease };
