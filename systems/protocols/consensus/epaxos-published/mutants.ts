import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import { latestOfEachOwner, type Optimized, type Rules } from "../epaxos/rules.ts";
import { epaxosPublishedRules, optimized } from "./rules.ts";

/** A mutant of EPaxos as published: its description, and the rules with one of them wrong. */
export interface EpaxosPublishedMutant extends ProtocolMutant {
  readonly rules: Rules;
}

const by = (changed: Partial<Optimized>): Rules => ({
  ...epaxosPublishedRules,
  optimized: { ...optimized, ...changed },
});

export const epaxosPublishedMutants: readonly EpaxosPublishedMutant[] = [
  {
    name: "single-ballot",
    summary:
      "As published: a replica has one ballot for what it has joined and what it voted in, so that an old vote looks like a late one (Sutra 2020).",
    exploration: { configuration: "recovery", property: "promised-quorum", steps: 3 },
    rules: { ...epaxosPublishedRules, separateBallots: false },
  },
  {
    name: "agree-with-each-other",
    summary:
      "As published: on the fast path those that are asked have to say the same, whether or not it is what the leader said; who recovers cannot tell then which of them it has heard.",
    exploration: { configuration: "two-answers", property: "agreement", steps: 23 },
    rules: by({ heedsLeader: false }),
  },
  {
    name: "conflicts-by-latest",
    summary:
      "As published: what stands against an instance is told by what a replica has of others now, although what is committed of these may be older.",
    exploration: { configuration: "found-since", property: "visibility", steps: 74 },
    rules: by({ heedsInitial: false }),
  },
  {
    name: "latest-of-each-owner",
    summary:
      "As published: of the instances of a replica that a command depends on only the latest is named, as if that depended on all before (Whittaker 2021).",
    simulation: { nodes: 5, faults: ["all"], workload: "register", checker: "visibility", seeds: 5 },
    rules: { ...epaxosPublishedRules, compact: latestOfEachOwner },
  },
  {
    name: "abandons-tries",
    summary:
      "As in the published implementation: the first that stands against an instance has it go through phase 1 again, for who may have been in its fast quorum is not counted.",
    exploration: { configuration: "tried-by-two", property: "agreement", steps: 36 },
    rules: by({ countsQuorum: false }),
  },
  {
    name: "keeps-ballot-of-vote",
    summary:
      "As in an implementation: the ballot of a replica's vote is written in the place of the ballot that it has joined, which it forgets in a restart.",
    exploration: { configuration: "restart", property: "monotonic-ballots", steps: 6 },
    rules: { ...epaxosPublishedRules, durableJoined: false },
  },
  {
    name: "dependencies-not-committed",
    summary:
      "A leader commits on the fast path although dependencies are not known to be committed, and may come no earlier than its command by then.",
    exploration: { configuration: "raised-since", property: "agreement", steps: 58 },
    rules: by({ dependenciesCommitted: false }),
  },
  {
    name: "leaves-out-covered",
    summary:
      "Committed instances on which others that are named depend are not named: whoever has not heard of these takes them to stand against it.",
    exploration: { configuration: "covered", property: "agreement", steps: 55 },
    rules: { ...epaxosPublishedRules, namesCovered: false },
  },
  {
    name: "forgets-given-up",
    summary:
      "A leader does not name a command of its own that was given up, which others hold to be one that it must have named.",
    exploration: { configuration: "given-up-since", property: "agreement", steps: 76 },
    rules: { ...epaxosPublishedRules, forgetsGivenUp: true },
  },
  {
    name: "skips-phase-1",
    summary:
      "Whoever recovers an instance takes what one replica pre-accepted, though others may know of more that interferes.",
    exploration: { configuration: "others-know", property: "visibility", steps: 46 },
    rules: { ...epaxosPublishedRules, recoversUnchangedOnly: false },
  },
  {
    name: "gives-up-pre-accepted",
    summary: "Whoever recovers an instance gives it up if it was only pre-accepted.",
    exploration: { configuration: "recovery", property: "agreement", steps: 9 },
    rules: { ...epaxosPublishedRules, recoversPreAccepted: false },
  },
  {
    name: "ignores-replies",
    summary: "A leader does not heed what the others know of interfering commands.",
    exploration: { configuration: "two-writes", property: "quorum-certificates", steps: 5 },
    rules: { ...epaxosPublishedRules, mergesReplies: false },
  },
  {
    name: "order-of-arrival",
    summary: "Commands that depend on one another are executed in the order in which they were found.",
    exploration: { configuration: "in-circle", property: "total-order", steps: 19 },
    rules: { ...epaxosPublishedRules, order: () => 0 },
  },
  {
    name: "forgets-pre-accepted",
    summary: "A replica does not keep on disk what it pre-accepted.",
    exploration: { configuration: "restart", property: "durability", steps: 4 },
    rules: { ...epaxosPublishedRules, durablePreAccept: false },
  },
  {
    name: "executes-again",
    summary: "A commit that comes again has the command executed again.",
    exploration: { configuration: "duplicates", property: "exactly-once", steps: 6 },
    rules: { ...epaxosPublishedRules, commitsOnce: false },
  },
  {
    name: "no-recovery",
    summary: "Nobody takes over the instances of a leader that is gone: what depends on them waits for ever.",
    simulation: { nodes: 5, faults: ["all"], workload: "list-append", checker: "liveness", seeds: 4 },
    rules: { ...epaxosPublishedRules, recovers: false },
  },
];
