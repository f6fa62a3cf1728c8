import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import type { Rules } from "../multi-paxos/rules.ts";
import { horizontalPaxosRules } from "./rules.ts";

/** A mutant of horizontal reconfiguration: its description, and the rules with one of them wrong. */
export interface HorizontalPaxosMutant extends ProtocolMutant {
  readonly rules: Rules;
}

/** Without what is there for the sake of progress. */
const plain: Rules = { ...horizontalPaxosRules, loyal: false, checksQuorum: false };

export const horizontalPaxosMutants: readonly HorizontalPaxosMutant[] = [
  {
    name: "ignores-window",
    summary:
      "A leader proposes in slots whose acceptors it does not know for certain, and goes by the ones it knows.",
    exploration: { configuration: "to-another", property: "agreement", steps: 21 },
    rules: { ...plain, heedsWindow: false },
  },
  {
    name: "one-slot-early",
    summary:
      "One node counts the slots until new members take over from the wrong end, and has them a slot early.",
    exploration: { configuration: "to-another", property: "state-machine-safety", steps: 20 },
    rules: {
      ...plain,
      effectiveFrom: (slot, window, node) => slot + window - (node === 2 ? 1 : 0),
    },
  },
  {
    name: "no-phase-1",
    summary: "A leader proposes to new members without having had their promises.",
    exploration: { configuration: "to-the-leader", property: "agreement", steps: 23 },
    rules: { ...plain, preparesNewMembers: false },
  },
  {
    name: "unchosen-members",
    summary: "A leader goes by new members from the moment that it proposes them, chosen or not.",
    exploration: { configuration: "given-up", property: "agreement", steps: 28 },
    rules: { ...plain, changesWhenChosen: false },
  },
  {
    name: "leaves-state-behind",
    summary: "A change of members is done as soon as it is chosen, whether or not the new ones know the log.",
    exploration: { configuration: "handover", property: "handover", steps: 13 },
    rules: { ...plain, movesState: false },
  },
];
