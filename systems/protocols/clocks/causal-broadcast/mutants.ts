import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import { broadcastRules, type Rules } from "./rules.ts";

/** A mutant of causal broadcast: its description, and the rules with one of them wrong. */
export interface BroadcastMutant extends ProtocolMutant {
  readonly rules: Rules;
}

const simulated = {
  nodes: 4,
  faults: ["loss", "reorder"],
  workload: "causal-broadcast",
  checker: "causal-delivery",
  seeds: 10,
  settings: { rate: 100 },
} as const;

export const broadcastMutants: readonly BroadcastMutant[] = [
  {
    name: "first-in-first-out-only",
    summary:
      "A message waits for earlier ones of its sender, and not for what its sender had delivered from others.",
    exploration: { configuration: "three", property: "causal-delivery", steps: 4 },
    simulation: simulated,
    rules: { ...broadcastRules, waitsForOthers: false },
  },
  {
    name: "sender-overtaken",
    summary: "A message does not wait for the earlier ones of its own sender.",
    exploration: { configuration: "two-of-one", property: "causal-delivery", steps: 3 },
    simulation: simulated,
    rules: { ...broadcastRules, waitsForSender: false },
  },
  {
    name: "doubles",
    summary: "A message that comes a second time is delivered a second time.",
    exploration: { configuration: "doubled", property: "causal-delivery", steps: 3 },
    rules: { ...broadcastRules, dropsDoubles: false },
  },
  {
    name: "sends-once",
    summary: "Nobody asks for what was lost, and so some never deliver it.",
    simulation: { ...simulated, checker: "eventual-delivery" },
    rules: { ...broadcastRules, passesOn: "none" },
  },
  {
    name: "passes-on-own-only",
    summary: "What was lost is had from its sender only, and not at all if that is gone.",
    simulation: { ...simulated, faults: ["stop", "loss"], checker: "eventual-delivery" },
    rules: { ...broadcastRules, passesOn: "own" },
  },
];
