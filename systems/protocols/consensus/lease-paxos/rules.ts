import { multiPaxosRules, type Lease, type Rules } from "../multi-paxos/rules.ts";

/** By how many milliseconds clocks may be off. */
export const clockBound = 400;

export const lease: Lease = {
  duration: 1_200,
  bound: clockBound,
  fromAsking: true,
  fromQuorum: true,
  keepsLonger: true,
  bindsCandidates: true,
  outlivesCrashes: true,
};

/** Those of Multi-Paxos, with reads by lease. */
export const leasePaxosRules: Rules = { ...multiPaxosRules, reads: lease };
