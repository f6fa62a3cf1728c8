import type { BundledAlgorithm } from "../../../contracts/shared-memory.ts";
import { algorithm } from "../bundle.ts";
import { ticketCounter } from "./sequential-object.ts";
import {
  operationsOf,
  universalMachine,
  universalRules,
  universalStepBound,
  type Rules,
} from "./universal-construction.ts";

/** The universal construction, serving a counter of tickets: no two operations may get the same ticket. */
export const universal: BundledAlgorithm = algorithm<Rules>({
  name: "universal-construction",
  summary: "Herlihy's universal construction: any object, wait-free, from consensus and helping.",
  properties: ["agreement", "state-machine-safety", "wait-freedom"],
  processes: Infinity,
  stepBound: (processes, input) => universalStepBound(processes, operationsOf(input).length),
  configurations: [
    { name: "two", inputs: [1, 1], states: 186 },
    { name: "two-of-two", inputs: [2, 2], states: 2866 },
    { name: "one-against-many", inputs: [1, 5], states: 3218 },
  ],
  rules: universalRules,
  mutants: [
    {
      name: "no-helping",
      summary: "Nobody proposes an operation but its own, so that a slow process never gets a cell.",
      exploration: { configuration: "one-against-many", property: "wait-freedom", steps: 38 },
      rules: { ...universalRules, helps: false },
    },
    {
      name: "no-consensus",
      summary: "A cell is written by whoever found it empty, without consensus.",
      exploration: { configuration: "two", property: "state-machine-safety", steps: 16 },
      rules: { ...universalRules, decides: false },
    },
  ],
  machine: (rules) => universalMachine(ticketCounter, rules),
});
