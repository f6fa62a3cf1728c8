import { multiPaxosRules, type Rules } from "../multi-paxos/rules.ts";

/** Those of Multi-Paxos, with members that change α slots after it was chosen who they are to be. */
export const horizontalPaxosRules: Rules = {
  ...multiPaxosRules,
  reconfigurable: true,
  window: 2,
  // So often that it falls between that new members are chosen and that they count.
  snapshotAfter: 4,
  rotation: 100,
};
