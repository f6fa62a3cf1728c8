import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import type { Rules } from "../multi-paxos/rules.ts";
import { horizontalPaxosRules } from "./rules.ts";

/** A mutant of horizontal reconfiguration: its description, and the rules with one of them wrong. */
export interface HorizontalPaxosMutant extends ProtocolMutant {
  readonly rules: Rules;
}

/** Without what is there for the sake of progress. */
const plain: Rules = { ...horizontalPaxosRules, loyal: false, checksQuorum: false };

const simulation = {
  nodes: 5,
  faults: ["all"],
  workload: "register",
  checker: "agreed-acceptors",
  seeds: 5,
} as const;

export const horizontalPaxosMutants: readonly HorizontalPaxosMutant[] = [
  {
    name: "ignores-window",
    summary:
      "A leader proposes in slots whose acceptors it does not know for certain, and goes by the ones it knows.",
    exploration: { configuration: "to-another", property: "agreed-acceptors", steps: 16 },
    rules: { ...plain, heedsWindow: false },
  },
  {
    name: "one-slot-early",
    summary:
      "One node counts the slots until new members take over from the wrong end, and has them a slot early.",
    exploration: { configuration: "to-another", property: "agreed-acceptors", steps: 16 },
    rules: {
      ...plain,
      effectiveFrom: (slot, window, node) => slot + window - (node === 2 ? 1 : 0),
    },
  },
  {
    name: "no-phase-1",
    summary: "A leader proposes to new members without having had their promises.",
    exploration: { configuration: "to-the-leader", property: "promised-quorum", steps: 21 },
    rules: { ...plain, preparesNewMembers: false },
  },
  {
    name: "unchosen-members",
    summary: "A leader goes by new members from the moment that it proposes them, chosen or not.",
    exploration: { configuration: "given-up", property: "agreed-acceptors", steps: 17 },
    rules: { ...plain, changesWhenChosen: false },
  },
  {
    name: "two-changes-at-once",
    summary:
      "A leader takes up a change of members while another is under way, and whoever asked for that is not answered.",
    exploration: { configuration: "two-changes", property: "liveness", steps: 3 },
    rules: { ...plain, changesOneAtATime: false },
  },
  {
    name: "leaves-state-behind",
    summary: "A change of members is done as soon as it is chosen, whether or not the new ones know the log.",
    exploration: { configuration: "handover", property: "handover", steps: 13 },
    rules: { ...plain, movesState: false },
  },
  {
    name: "one-takes-over",
    summary: "A change of members is done as soon as one of the new ones knows the log.",
    exploration: { configuration: "handover-to-two", property: "handover", steps: 16 },
    rules: { ...plain, movesToQuorum: false },
  },
  {
    name: "hands-over-early",
    summary:
      "A change of members is done when the new ones know all but the last slot in which the old ones voted.",
    exploration: { configuration: "handover", property: "handover", steps: 15 },
    rules: { ...plain, movesAll: false },
  },
  {
    name: "reads-unpromised",
    summary:
      "A leader answers reads when new members follow it that have not told it what they had chosen under another.",
    exploration: { configuration: "read-elsewhere", property: "linearizable", steps: 23 },
    rules: { ...plain, readsWhenPromised: false },
  },
  {
    name: "drops-members-early",
    summary: "Nodes go by new members already in the last slot in which the old ones vote.",
    simulation,
    rules: { ...horizontalPaxosRules, keepsPastMembers: false },
  },
  {
    name: "stale-members",
    summary: "A snapshot of a long log tells of the members that there were when the one before was taken.",
    simulation: { ...simulation, seeds: 30 },
    rules: { ...horizontalPaxosRules, snapshotsMembers: false },
  },
  {
    name: "counts-strangers",
    summary: "Whoever votes or promises counts for a quorum, member or not.",
    simulation: { ...simulation, checker: "quorum-certificates" },
    rules: { ...horizontalPaxosRules, countsMembersOnly: false },
  },
  {
    name: "one-slot-late",
    summary: "New members count from a slot later on than they might.",
    equivalent:
      "All nodes count alike. Who the acceptors of a slot are is settled then by slots that lie further back than the window, and so is known to whoever may propose in it.",
    rules: { ...horizontalPaxosRules, effectiveFrom: (slot, window) => slot + window + 1 },
  },
  {
    name: "drops-waiting",
    summary: "A leader forgets operations that it may not propose yet.",
    equivalent:
      "Nobody was told of them. The node that a client asked has them, and sends them again until they are done, or too late for the client.",
    rules: { ...horizontalPaxosRules, keepsWaiting: false },
  },
];
