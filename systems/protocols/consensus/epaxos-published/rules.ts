import { epaxosRules, type Optimized, type Rules } from "../epaxos/rules.ts";

export const optimized: Optimized = {
  heedsLeader: true,
  dependenciesCommitted: true,
  heedsInitial: true,
  countsQuorum: true,
  heedsCommitted: true,
};

/** Those of EPaxos, with the fast quorums and the recovery that were published. */
export const epaxosPublishedRules: Rules = {
  ...epaxosRules,
  // With F failures F + ⌊(F + 1) / 2⌋, the leader included.
  fastQuorum: (nodes) => {
    const failures = nodes - epaxosRules.majority(nodes);
    return Math.max(failures + Math.floor((failures + 1) / 2), epaxosRules.majority(nodes));
  },
  // TryPreAccept goes by what was named itself, and by what a leader knew at any time.
  namesCovered: true,
  forgetsGivenUp: false,
  optimized,
};
