import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import type { Rules } from "../multi-paxos/rules.ts";
import { horizontalPaxosRules } from "./rules.ts";

/** A mutant of horizontal reconfiguration: its description, and the rules with one of them wrong. */
export interface HorizontalPaxosMutant extends ProtocolMutant {
  readonly rules: Rules;
}

/** With a window of one slot, so that members count soon. */
const plain: Rules = { ...horizontalPaxosRules, window: 1 };

export const horizontalPaxosMutants: readonly HorizontalPaxosMutant[] = [
  {
    name: "ignores-window",
    summary:
      "A leader proposes in slots whose acceptors it does not know for certain, and goes by the ones it knows.",
    rules: { ...plain, heedsWindow: false },
  },
  {
    name: "one-slot-early",
    summary:
      "One node counts the slots until new members take over from the wrong end, and has them a slot early.",
    rules: {
      ...plain,
      window: 2,
      effectiveFrom: (slot, window, node) => slot + window - (node === 2 ? 1 : 0),
    },
  },
  {
    name: "no-phase-1",
    summary: "A leader proposes to new members without having had their promises.",
    rules: { ...horizontalPaxosRules, preparesNewMembers: false },
  },
  {
    name: "unchosen-members",
    summary: "A leader goes by new members from the moment that it proposes them, chosen or not.",
    rules: { ...horizontalPaxosRules, window: 2, changesWhenChosen: false },
  },
];
