import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import { epaxosRules, latestOfEachOwner, type Rules } from "./rules.ts";

/** A mutant of EPaxos: its description, and the rules with one of them wrong. */
export interface EpaxosMutant extends ProtocolMutant {
  readonly rules: Rules;
}

export const epaxosMutants: readonly EpaxosMutant[] = [
  {
    name: "single-ballot",
    summary:
      "As published: a replica has one ballot for what it has joined and what it voted in, so that an old vote looks like a late one (Sutra 2020).",
    exploration: { configuration: "three-recoveries", property: "promised-quorum", steps: 3 },
    rules: { ...epaxosRules, separateBallots: false },
  },
  {
    name: "latest-of-each-owner",
    summary:
      "Of the instances of a replica that a command depends on only the latest is named, as if that depended on all before (Whittaker 2021).",
    simulation: { nodes: 5, faults: ["all"], workload: "register", checker: "visibility", seeds: 5 },
    rules: { ...epaxosRules, compact: latestOfEachOwner },
  },
  {
    name: "ignores-replies",
    summary: "A leader does not heed what the others know of interfering commands.",
    exploration: { configuration: "two-writes", property: "quorum-certificates", steps: 5 },
    rules: { ...epaxosRules, mergesReplies: false },
  },
  {
    name: "order-of-arrival",
    summary: "Commands that depend on one another are executed in the order in which they were found.",
    exploration: { configuration: "two-writes", property: "total-order", steps: 12 },
    rules: { ...epaxosRules, order: () => 0 },
  },
  {
    name: "any-ballot",
    summary:
      "Whoever recovers an instance takes any vote that it hears of, in whichever ballot that was cast.",
    exploration: { configuration: "later-vote", property: "agreement", steps: 20 },
    rules: { ...epaxosRules, heedsLatestBallot: false },
  },
  {
    name: "small-fast-quorum",
    summary:
      "A majority of one mind commits without a second phase; who recovers cannot tell then what may have been committed from what few know.",
    exploration: { configuration: "known-to-few", property: "visibility", steps: 44 },
    rules: { ...epaxosRules, fastQuorum: (nodes) => epaxosRules.majority(nodes) },
  },
  {
    name: "gives-up-pre-accepted",
    summary: "Whoever recovers an instance gives it up if it was only pre-accepted.",
    exploration: { configuration: "recovery", property: "agreement", steps: 9 },
    rules: { ...epaxosRules, recoversPreAccepted: false },
  },
  {
    name: "forgets-pre-accepted",
    summary: "A replica does not keep on disk what it pre-accepted.",
    exploration: { configuration: "restart", property: "durability", steps: 4 },
    rules: { ...epaxosRules, durablePreAccept: false },
  },
  {
    name: "commits-before-sync",
    summary:
      "A leader takes what it settled on the fast path for committed before that is on disk, and after a restart says that it was not.",
    equivalent:
      "Nothing leaves a replica before what it persisted until then is on disk. Whoever hears of the commit, or of anything that the leader did in the knowledge of it, finds it there after a restart; a leader that crashes before has told nobody, and what it says then is true.",
    rules: { ...epaxosRules, commitsWhenStable: false },
  },
  {
    name: "forgets-fast-commit",
    summary: "A leader tells what it settled on the fast path, and does not keep that on disk.",
    exploration: { configuration: "owner-forgets", property: "agreement", steps: 14 },
    rules: { ...epaxosRules, durableFastCommit: false },
  },
  {
    name: "tells-no-fast-commit",
    summary: "A leader that has settled on the fast path, and waits for its disk, answers as if it had not.",
    exploration: { configuration: "asked-too-late", property: "agreement", steps: 11 },
    rules: { ...epaxosRules, standsByFastCommit: false },
  },
  {
    name: "keeps-ballot-of-vote",
    summary:
      "On the disk of a replica the ballot in which it voted takes the place of the later one that it has joined.",
    exploration: { configuration: "joined-before", property: "monotonic-ballots", steps: 11 },
    rules: { ...epaxosRules, durableJoined: false },
  },
  {
    name: "pre-accepts-late",
    summary: "A replica that has joined a later ballot goes on to pre-accept in the first one.",
    exploration: { configuration: "joined-before", property: "agreement", steps: 16 },
    rules: { ...epaxosRules, joinBindsPreAccept: false },
  },
  {
    name: "joins-before-sync",
    summary: "A replica says that it has joined a later ballot before that is on disk.",
    exploration: { configuration: "joined-before", property: "promised-quorum", steps: 12 },
    rules: { ...epaxosRules, syncsJoined: false },
  },
  {
    name: "covers-by-order",
    summary:
      "Of two committed instances only the one that comes after the other is named, whether or not it depends on that.",
    exploration: { configuration: "not-covered", property: "visibility", steps: 20 },
    rules: { ...epaxosRules, coversDependenciesOnly: false },
  },
  {
    name: "executes-once",
    summary:
      "A replica tries to execute a command when that is committed, and not again when what it waits for is.",
    exploration: { configuration: "waits", property: "liveness", steps: 8 },
    rules: { ...epaxosRules, resumesExecution: false },
  },
  {
    name: "equal-sequence-numbers",
    summary: "The sequence number of a command is not above those of the commands that it depends on.",
    exploration: { configuration: "in-circle", property: "linearizable", steps: 21 },
    rules: { ...epaxosRules, step: 0 },
  },
  {
    name: "drops-overruled",
    summary:
      "What a replica has voted to give up interferes with nothing there any more, though it may be committed yet.",
    exploration: { configuration: "taken-again", property: "visibility", steps: 33 },
    rules: { ...epaxosRules, heedsOverruled: false },
  },
  {
    name: "forgets-overruled",
    summary: "A replica that has voted to give up a command does not know it any more after a restart.",
    exploration: { configuration: "taken-again", property: "visibility", steps: 33 },
    rules: { ...epaxosRules, durableOverruled: false },
  },
  {
    name: "executes-again",
    summary: "A commit that comes again has the command executed again.",
    exploration: { configuration: "duplicates", property: "exactly-once", steps: 6 },
    rules: { ...epaxosRules, commitsOnce: false },
  },
  {
    name: "recovers-any-pre-accepted",
    summary:
      "Whoever recovers an instance takes what one replica pre-accepted, though others may know of more that interferes.",
    simulation: { nodes: 3, faults: ["all"], workload: "register", checker: "visibility", seeds: 16 },
    rules: { ...epaxosRules, recoversUnchangedOnly: false },
  },
  {
    name: "no-recovery",
    summary: "Nobody takes over the instances of a leader that is gone: what depends on them waits for ever.",
    simulation: { nodes: 5, faults: ["all"], workload: "list-append", checker: "liveness", seeds: 16 },
    rules: { ...epaxosRules, recovers: false },
  },
];
