import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import { paxosRules, type Rules } from "./rules.ts";

/** A mutant of Paxos: its description, and the rules with one of them wrong. */
export interface PaxosMutant extends ProtocolMutant {
  readonly rules: Rules;
}

const linearizableRegister = { workload: "register", checker: "linearizable" } as const;

export const paxosMutants: readonly PaxosMutant[] = [
  {
    name: "local-reads",
    summary: "A node answers reads from its own acceptor, without asking a quorum.",
    killedBy: { nodes: 3, faults: ["partition"], seconds: 15, ...linearizableRegister },
    exploration: { configuration: "read", property: "linearizable", steps: 6 },
    simulation: { nodes: 3, faults: ["partition"], seeds: 10, ...linearizableRegister },
    rules: { ...paxosRules, quorumReads: false },
  },
  // What was promised protects in two ways, and a kill takes both. An acceptor that forgot accepts in a ballot
  // that a later round has already passed by, and an acknowledged write is lost; that needs an unlucky moment.
  // And since a proposer starts above what its own acceptor promised, it comes back to ballots, and so to
  // numbers of changes, that it has used: the register takes its next write for an old one and acknowledges
  // it without effect. That shows soon after most kills.
  {
    name: "forgetful-acceptor",
    summary:
      "An acceptor writes to disk what it accepted but not what it promised, so that a restart takes it back to ballots of the past.",
    killedBy: { nodes: 3, faults: ["kill", "latency"], seconds: 20, ...linearizableRegister },
    exploration: { configuration: "restart", property: "monotonic-ballots", steps: 4 },
    rules: { ...paxosRules, durablePromise: false },
  },
  {
    name: "half-quorum",
    summary: "Half of the nodes, rounded down, count as a quorum: two quorums need not share a node.",
    killedBy: { nodes: 3, faults: ["partition"], seconds: 15, ...linearizableRegister },
    exploration: { configuration: "two-ballots", property: "quorum-certificates", steps: 1 },
    rules: { ...paxosRules, quorum: (nodes) => Math.max(1, Math.floor(nodes / 2)) },
  },
  {
    name: "half-rounded-up",
    summary: "Half of the nodes, rounded up, count as a quorum: a majority of three, and two of four.",
    exploration: { configuration: "four", property: "promised-quorum", steps: 3 },
    rules: { ...paxosRules, quorum: (nodes) => Math.max(1, Math.ceil(nodes / 2)) },
  },
  {
    name: "counts-live-nodes",
    summary:
      "A proposer takes nodes that do not answer in time for dead, and asks for a majority of the others: each side of a partition has one.",
    exploration: { configuration: "three-ballots", property: "promised-quorum", steps: 2 },
    simulation: { nodes: 5, faults: ["partition"], seeds: 10, ...linearizableRegister },
    rules: { ...paxosRules, countsSilent: false },
  },
  {
    name: "forgets-vote",
    summary: "An acceptor does not keep on disk what it accepted, only what it promised.",
    exploration: { configuration: "restart", property: "durability", steps: 6 },
    rules: { ...paxosRules, durableVote: false },
  },
  {
    name: "amnesia",
    summary: "An acceptor keeps nothing on disk.",
    exploration: { configuration: "restart", property: "monotonic-ballots", steps: 4 },
    rules: { ...paxosRules, durablePromise: false, durableVote: false },
  },
  {
    name: "answers-before-sync",
    summary: "An acceptor answers before what it answers with is on disk.",
    exploration: { configuration: "restart", property: "promised-quorum", steps: 5 },
    rules: { ...paxosRules, syncBeforeAnswer: false },
  },
  {
    name: "own-value",
    summary: "A proposer proposes its own value, whatever the promises tell of earlier votes.",
    exploration: { configuration: "two-ballots", property: "agreement", steps: 10 },
    rules: { ...paxosRules, heedsReports: false },
  },
  {
    name: "votes-below-promise",
    summary: "An acceptor accepts in a ballot below the one that it has promised.",
    exploration: { configuration: "two-ballots", property: "monotonic-ballots", steps: 7 },
    rules: { ...paxosRules, heedsPromise: false },
  },
  {
    name: "lowest-ballot",
    summary: "Of the votes that promises tell of a proposer goes by the one in the lowest ballot.",
    exploration: { configuration: "three-ballots", property: "agreement", steps: 14 },
    rules: { ...paxosRules, prefersReport: (ballot, before) => ballot < before },
  },
  {
    name: "vote-is-no-promise",
    summary: "An acceptor that accepts in a ballot which it had not promised still takes part in lower ones.",
    exploration: { configuration: "two-ballots", property: "monotonic-ballots", steps: 7 },
    rules: { ...paxosRules, votePromises: false },
  },
  {
    name: "counts-copies",
    summary: "A proposer counts an acceptor twice whose answer comes twice.",
    simulation: {
      nodes: 5,
      faults: ["duplication", "loss"],
      workload: "decide",
      checker: "quorum-certificates",
      seeds: 20,
    },
    rules: { ...paxosRules, countsOnce: false },
  },
  // Nothing contradictory is proposed in one ballot, since the proposer's own acceptor, which remembers, votes first;
  // but changes of registers are numbered by ballots.
  {
    name: "reuses-ballots",
    summary: "A proposer that restarts begins with its lowest ballot again.",
    simulation: { nodes: 3, faults: ["kill"], seeds: 50, ...linearizableRegister },
    rules: { ...paxosRules, recallsBallots: false },
  },
  {
    name: "answers-repeats-at-once",
    summary:
      "An acceptor does not wait for its disk when a question comes a second time, though its first answer may still do so.",
    equivalent:
      "What a node sends leaves in the order in which it was sent: after the first answer, and so after what that waits for.",
    rules: { ...paxosRules, syncsRepeats: false },
  },
  {
    name: "promises-once",
    summary:
      "An acceptor says no to a prepare of the ballot that it promised last, instead of promising again.",
    equivalent:
      "A ballot has one proposer, which sends its prepare again only for want of an answer, and counts each acceptor once: what " +
      "the acceptor would say a second time, the votes until then included, is as good as its silence, and a no makes the " +
      "proposer take a higher ballot, which is always safe.",
    rules: { ...paxosRules, promisesAgain: false },
  },
];
