import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import { multiPaxosRules, type Rules } from "./rules.ts";

/** A mutant of Multi-Paxos: its description, and the rules with one of them wrong. */
export interface MultiPaxosMutant extends ProtocolMutant {
  readonly rules: Rules;
}

/**
 * Without what is there for the sake of progress: it is as safe with and without, and would only hide some bugs behind
 * more steps.
 */
const plain: Rules = { ...multiPaxosRules, loyal: false, checksQuorum: false };

/** A disk so small that few slots are too many. */
const smallDisk: Rules = { ...multiPaxosRules, ring: 8, window: 2, snapshotAfter: 2 };

const linearizableRegister = { workload: "register", checker: "linearizable" } as const;

export const multiPaxosMutants: readonly MultiPaxosMutant[] = [
  {
    name: "forgets-promise",
    summary:
      "An acceptor does not keep on disk what it promised, so that a restart takes it back to ballots of the past.",
    exploration: { configuration: "restart", property: "monotonic-ballots", steps: 4 },
    rules: { ...plain, durablePromise: false },
  },
  {
    name: "forgets-votes",
    summary: "An acceptor does not keep on disk what it voted for.",
    exploration: { configuration: "restart", property: "durability", steps: 7 },
    rules: { ...plain, durableVote: false },
  },
  {
    name: "answers-before-sync",
    summary: "An acceptor answers before what it answers with is on disk.",
    exploration: { configuration: "restart", property: "leader-completeness", steps: 11 },
    rules: { ...plain, syncBeforeAnswer: false },
  },
  {
    name: "promises-known-at-once",
    summary:
      "An acceptor that has heard of a ballot before promises it at once, though its disk does not know of it yet.",
    exploration: { configuration: "heard-before", property: "leader-completeness", steps: 43 },
    rules: { ...multiPaxosRules, syncsKnownBallots: false },
  },
  {
    name: "half-quorum",
    summary: "Half of the acceptors, rounded down, count as a quorum: two quorums need not share one.",
    exploration: { configuration: "two-leaders", property: "quorum-certificates", steps: 4 },
    rules: { ...plain, quorum: (members) => Math.max(1, Math.floor(members / 2)) },
  },
  {
    name: "votes-below-promise",
    summary: "An acceptor votes in a ballot below the one that it has promised.",
    exploration: { configuration: "two-leaders", property: "monotonic-ballots", steps: 8 },
    rules: { ...plain, heedsPromise: false },
  },
  {
    name: "vote-is-no-promise",
    summary: "An acceptor that votes in a ballot which it had not promised still takes part in lower ones.",
    exploration: { configuration: "two-leaders", property: "monotonic-ballots", steps: 9 },
    rules: { ...plain, votePromises: false },
  },
  {
    name: "own-value",
    summary: "A leader proposes what its clients want, whatever the promises tell of earlier votes.",
    exploration: { configuration: "two-leaders", property: "leader-completeness", steps: 9 },
    rules: { ...plain, heedsReports: false },
  },
  {
    name: "lowest-ballot",
    summary: "Of the votes that promises tell of a leader goes by the one in the lowest ballot.",
    exploration: { configuration: "voted-apart", property: "leader-completeness", steps: 20 },
    rules: { ...multiPaxosRules, prefersReport: (ballot, before) => ballot < before },
  },
  // As in ailidani/paxi, whose acceptors forget what is executed.
  {
    name: "omits-chosen",
    summary:
      "A promise tells nothing of slots that the acceptor knows to be chosen, and a leader puts something else there.",
    exploration: { configuration: "two-leaders", property: "leader-completeness", steps: 9 },
    rules: { ...plain, reportsChosen: false },
  },
  {
    name: "omits-trimmed",
    summary:
      "A promise tells nothing of slots that a snapshot stands for, and a leader puts something else there.",
    exploration: { configuration: "trimmed", property: "leader-completeness", steps: 73 },
    rules: { ...multiPaxosRules, reportsTrimmed: false },
  },
  {
    name: "leaves-gaps",
    summary:
      "A new leader proposes nothing in slots of which nobody tells: what comes after is never executed.",
    simulation: {
      nodes: 3,
      faults: ["loss", "reorder"],
      workload: "register",
      checker: "liveness",
      seeds: 60,
      settings: { rate: 1_000, seconds: 1, concurrency: 30 },
    },
    rules: { ...multiPaxosRules, fillsGaps: false },
  },
  {
    name: "local-reads",
    summary: "A leader answers reads without making sure that it still leads.",
    killedBy: { nodes: 3, faults: ["partition"], seconds: 15, ...linearizableRegister },
    exploration: { configuration: "reads", property: "linearizable", steps: 10 },
    simulation: { nodes: 3, faults: ["partition"], seeds: 30, ...linearizableRegister },
    rules: { ...plain, reads: "nothing" },
  },
  {
    name: "no-client-table",
    summary: "An operation that was sent again and stands in the log twice is executed twice.",
    simulation: {
      nodes: 3,
      faults: ["loss", "reorder", "latency"],
      workload: "list-append",
      checker: "isolation",
      seeds: 30,
    },
    rules: { ...multiPaxosRules, clientTable: false },
  },
  {
    name: "leads-on",
    summary: "A leader that is told what was chosen in a later ballot goes on to lead in its own.",
    exploration: { configuration: "told-late", property: "agreement", steps: 75 },
    rules: { ...multiPaxosRules, observesTold: false },
  },
  {
    name: "keeps-own-vote",
    summary:
      "What an acceptor voted for stays in its log, though something else was chosen in a later ballot.",
    exploration: { configuration: "told-late", property: "agreement", steps: 73 },
    rules: { ...multiPaxosRules, voteGivesWay: false },
  },
  {
    name: "executes-votes",
    summary: "An acceptor executes what it votes for, before that is chosen.",
    exploration: { configuration: "two-leaders", property: "quorum-certificates", steps: 6 },
    rules: { ...plain, executesChosenOnly: false },
  },
  {
    name: "outruns-its-disk",
    summary:
      "An acceptor votes in slots however far they are ahead of what it knows to be chosen, until its disk has no room for what it voted for before.",
    exploration: { configuration: "far-behind", property: "durability", steps: 40 },
    rules: { ...smallDisk, heedsRing: false },
  },
  {
    name: "no-window",
    summary:
      "A leader proposes in slots however far they are ahead of what it knows to be chosen, until its disk has no room for what it voted for before.",
    exploration: { configuration: "far-ahead", property: "durability", steps: 33 },
    rules: { ...smallDisk, heedsWindow: false },
  },
  {
    name: "counts-earlier-promises",
    summary: "A candidate counts promises that it was given for an earlier ballot of its own.",
    exploration: { configuration: "promised-before", property: "leader-completeness", steps: 15 },
    rules: { ...multiPaxosRules, countsOwnPromisesOnly: false },
  },
  {
    name: "counts-earlier-votes",
    summary: "A leader counts votes for what it proposed when it led in an earlier ballot.",
    exploration: { configuration: "voted-before", property: "quorum-certificates", steps: 13 },
    rules: { ...multiPaxosRules, countsOwnVotesOnly: false },
  },
  {
    name: "stands-twice",
    summary:
      "A candidate asks for promises before its disk knows of its ballot, so that after a crash it stands in it again, and takes answers of before for new ones.",
    exploration: { configuration: "led-before", property: "linearizable", steps: 21 },
    rules: { ...multiPaxosRules, syncsOwnPromise: false },
  },
];
