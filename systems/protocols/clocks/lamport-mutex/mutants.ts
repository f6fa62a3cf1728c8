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
    exploration: { configuration: "two", property: "first-come-first-served", steps: 3 },
    simulation: { ...simulated, checker: "first-come-first-served" },
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
  {
    name: "any-token",
    summary: "A lock is released whatever token is given.",
    simulation: { ...simulated, checker: "linearizable" },
    rules: { ...mutexRules, checksToken: false },
  },
  {
    name: "silent-release",
    summary: "A node releases a lock and tells nobody, so that those who wait for it wait on.",
    // From the first step on it can only come to this: no order of steps gives the lock to all who ask for it.
    exploration: { configuration: "released", property: "liveness", steps: 0 },
    rules: { ...mutexRules, tellsRelease: false },
  },
  {
    name: "lingers",
    summary:
      "A node keeps a lock for a while that its client has released, and gives it to the next of its own clients, past those who wait elsewhere.",
    exploration: { configuration: "in-turn", property: "first-come-first-served", steps: 6 },
    simulation: { ...simulated, checker: "first-come-first-served" },
    rules: { ...mutexRules, releasesAtOnce: false },
  },
  {
    name: "gives-up-silently",
    summary: "A node that gives a client's request up does not tell the client.",
    exploration: { configuration: "two-with-timers", property: "liveness", steps: 3 },
    rules: { ...mutexRules, saysNo: false },
  },
  {
    name: "clock-of-its-own",
    summary: "A node's clock does not go on from what it hears, so that what it says seems older than it is.",
    exploration: { configuration: "again", property: "liveness", steps: 0 },
    rules: { ...mutexRules, followsClocks: false },
  },
  {
    name: "forgets-who-waits",
    summary: "A client that asks where another waits takes its place, and the other is never answered.",
    exploration: { configuration: "two-at-one", property: "liveness", steps: 2 },
    rules: { ...mutexRules, oneAtATime: false },
  },
  {
    name: "hears-ties",
    summary:
      "A node enters when it has heard from a node before it something of the very time of its own request.",
    equivalent:
      "A node's messages have times that grow, so a request of which it has not been heard has a later time than what was. And if what was heard is itself a request of that time, it is known, and goes first.",
    rules: { ...mutexRules, hearsTies: true },
  },
];
