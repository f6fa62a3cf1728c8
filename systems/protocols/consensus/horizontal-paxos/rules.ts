import { multiPaxosRules, type Rules } from "../multi-paxos/rules.ts";

/** Those of Multi-Paxos, with members that change α slots after it was chosen who they are to be. */
export const horizontalPaxosRules: Rules = {
  ...multiPaxosRules,
  reconfigurable: true,
  window: 2,
  // Nodes that were away are to come back to a snapshot, often with other members.
  snapshotAfter: 16,
  rotation: 100,
};
