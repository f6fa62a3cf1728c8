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
    exploration: { configuration: "three-recoveries", property: "quorum-certificates", steps: 19 },
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
