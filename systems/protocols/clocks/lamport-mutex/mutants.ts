import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import { mutexRules, type Rules } from "./rules.ts";

/** A mutant of Lamport's mutual exclusion: its description, and the rules with one of them wrong. */
export interface MutexMutant extends ProtocolMutant {
  readonly rules: Rules;
}

const simulated = {
  nodes: 3,
  faults: [],
  workload: "lock",
  checker: "mutual-exclusion",
  seeds: 20,
  settings: { rate: 200, keys: 2, operationsPerKey: 400 },
} as const;

export const mutexMutants: readonly MutexMutant[] = [
  {
    name: "ties-by-arrival",
    summary: "Of two requests of the same time each node lets the one go first that it knew first: its own.",
    exploration: { configuration: "two", property: "mutual-exclusion", steps: 4 },
    simulation: simulated,
    rules: { ...mutexRules, ordersTies: false },
  },
  {
    name: "overtaking",
    summary: "A request leaves later than what is sent after it, as if channels were not in order.",
    exploration: { configuration: "two-late", property: "mutual-exclusion", steps: 5 },
    rules: { ...mutexRules, inOrder: false },
  },
  {
    name: "own-queue-only",
    summary: "A node enters as soon as its own request is the first that it knows of.",
    exploration: { configuration: "two", property: "mutual-exclusion", steps: 2 },
    simulation: simulated,
    rules: { ...mutexRules, waitsForAll: false },
  },
];
