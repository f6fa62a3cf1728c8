/**
 * Multi-Paxos whose members change (horizontal reconfiguration): Leslie Lamport, "The Part-Time Parliament", 1998, §3.3, and
 * "Paxos Made Simple", 2001, §3. Who the acceptors of a slot are is part of the state that the log leads to: new members that
 * are chosen in a slot count from α slots later on, and nothing is proposed α or more slots beyond what is known to be
 * chosen. So whoever may propose in a slot knows its acceptors. All nodes learn the log; those that are no members
 * have no vote. Everything else is Multi-Paxos.
 *
 * Requests are those of Multi-Paxos, and `reconfigure {members}` of the leader. With four nodes or more, the members
 * change all the time: less than all have a vote, and every now and then others do.
 */
import type { BundledProtocol } from "../../../contracts/protocol.ts";
import { multiPaxosBy } from "../multi-paxos/multi-paxos.ts";
import { rotatingMembers } from "../multi-paxos/reconfiguration.ts";
import { horizontalPaxosExplorations } from "./explorations.ts";
import { horizontalPaxosMutants } from "./mutants.ts";
import { horizontalPaxosRules } from "./rules.ts";
import { rulesOf } from "../../rules-of.ts";

const name = "horizontal-paxos";

export const horizontalPaxos: BundledProtocol = {
  name,
  family: "consensus",
  summary: "Multi-Paxos whose members change by commands in the log, which count α slots later.",
  claims: ["strict-serializable", "linearizable"],
  workloads: ["register", "list-append"],
  nodeCounts: { default: 5, minimum: 1 },
  model: {
    timing: "asynchronous",
    channels: "any",
    failures: "crash-recovery",
    tolerated: (nodes) => Math.floor(((nodes > 3 ? rotatingMembers(nodes) : nodes) - 1) / 2),
    reconfigurable: true,
  },
  properties: [
    "agreement",
    "leader-uniqueness",
    "state-machine-safety",
    "quorum-certificates",
    "single-vote",
    "monotonic-ballots",
    "durability",
    "handover",
    "agreed-acceptors",
    "promised-quorum",
  ],
  explorations: horizontalPaxosExplorations,
  mutants: horizontalPaxosMutants,
  build: (mutant) => multiPaxosBy(rulesOf(name, horizontalPaxosRules, horizontalPaxosMutants, mutant), name),
};
