import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import { zabRules, type Rules } from "./rules.ts";

/** A mutant of Zab: its description, and the rules with one of them wrong. */
export interface ZabMutant extends ProtocolMutant {
  readonly rules: Rules;
}

/**
 * Zab as in the paper, which relies on links that lose nothing while both ends live; that followers notice what
 * is missing anyway would hide bugs that are about what followers are sent.
 */
const paper: Rules = { ...zabRules, survivesLosses: false };

/** With any election of leaders, as in the paper: one that prefers who knows most hides what discovery is for. */
const anyLeader: Rules = { ...paper, electsByHistory: false };

const linearizableRegister = { workload: "register", checker: "linearizable" } as const;

export const zabMutants: readonly ZabMutant[] = [
  {
    name: "skips-discovery",
    summary: "A new leader goes on from its own history, whatever the followers of its epoch have.",
    simulation: {
      nodes: 3,
      faults: ["partition", "kill"],
      workload: "register",
      checker: "leader-completeness",
      seeds: 5,
    },
    rules: { ...anyLeader, adoptsHistory: false },
  },
  {
    name: "longest-history",
    summary:
      "A new leader takes the longest history for the best, whatever the epochs in which it came about.",
    simulation: { nodes: 3, faults: ["all"], workload: "register", checker: "primary-order", seeds: 60 },
    rules: { ...anyLeader, better: (one, other) => one.length > other.length },
  },
  {
    name: "forgets-accepted-epoch",
    summary:
      "A server does not keep on disk which epoch it has accepted, so that a restart takes it back to earlier ones.",
    exploration: { configuration: "restart", property: "monotonic-ballots", steps: 6 },
    rules: { ...paper, durableAcceptedEpoch: false },
  },
  {
    name: "two-leaders-an-epoch",
    summary: "A server that has accepted an epoch from one leader accepts it from another as well.",
    exploration: { configuration: "three-leaders", property: "leader-uniqueness", steps: 19 },
    rules: { ...anyLeader, oneLeaderAnEpoch: false },
  },
  {
    name: "half-quorum",
    summary: "Half of the servers, rounded down, count as a quorum.",
    exploration: { configuration: "two-leaders", property: "leader-uniqueness", steps: 2 },
    rules: { ...paper, quorum: (servers) => Math.max(1, Math.floor(servers / 2)) },
  },
  {
    name: "acknowledges-before-sync",
    summary: "A server acknowledges epochs, histories and proposals before they are on its disk.",
    exploration: { configuration: "two-leaders-and-restart", property: "leader-uniqueness", steps: 16 },
    rules: { ...anyLeader, syncBeforeAnswer: false },
  },
  {
    name: "proposes-to-synchronized-only",
    summary:
      "Proposals go only to followers that have acknowledged the history, not to those that are being sent it.",
    exploration: { configuration: "joiner", property: "log-matching", steps: 17 },
    rules: { ...paper, proposesToAllSynchronizing: false },
  },
  {
    name: "commits-what-was-sent",
    summary:
      "A follower that joins is told that what it acknowledged is committed, not how much the leader has committed by then.",
    exploration: { configuration: "joiner", property: "state-machine-safety", steps: 24 },
    rules: { ...paper, commitsWhatTheLeaderHas: false },
  },
  {
    name: "delivers-backwards",
    summary: "Transactions that are committed at once are delivered the last one first.",
    exploration: { configuration: "joiner", property: "state-machine-safety", steps: 18 },
    rules: { ...paper, deliversInOrder: false },
  },
  {
    name: "local-reads",
    summary:
      "A server answers reads from what it has delivered, though their clients did not ask for local ones.",
    killedBy: { nodes: 3, faults: ["partition"], seconds: 15, ...linearizableRegister },
    exploration: { configuration: "read", property: "linearizable", steps: 12 },
    simulation: { nodes: 3, faults: ["latency"], seeds: 4, ...linearizableRegister },
    rules: { ...zabRules, ordersReads: false },
  },
  {
    name: "trusts-links",
    summary: "Followers rely on links to lose nothing while both ends live.",
    equivalent:
      "Zab as published does so, and its model grants it: on such links a follower misses nothing that it could notice. Only connections that are made anew lose what was under way.",
    rules: paper,
  },
  {
    name: "no-client-table",
    summary: "An operation that its client's server sends again takes effect again.",
    simulation: {
      nodes: 3,
      faults: ["partition", "latency"],
      workload: "list-append",
      checker: "isolation",
      seeds: 4,
    },
    rules: { ...zabRules, clientTable: false },
  },
];
