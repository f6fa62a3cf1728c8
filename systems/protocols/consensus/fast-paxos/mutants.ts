import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import { chosenByMore, majorityOrFree, ownFirst, plurality, rarestSeen } from "./pick.ts";
import { fastPaxosRules, majority, type Rules } from "./rules.ts";

/** A mutant of Fast Paxos: its description, and the rules with one of them wrong, or another. */
export interface FastPaxosMutant extends ProtocolMutant {
  readonly rules: Rules;
}

const split = "agreement";

export const fastPaxosMutants: readonly FastPaxosMutant[] = [
  {
    name: "majority-fast-quorum",
    summary:
      "A majority makes a fast quorum too: two fast quorums and a classic one need not have a node in common.",
    exploration: { configuration: "three", property: split, steps: 8 },
    simulation: { nodes: 5, faults: ["all"], workload: "decide", checker: "agreement", seeds: 10 },
    rules: { ...fastPaxosRules, fastQuorum: majority },
  },
  {
    name: "picks-any-seen",
    summary:
      "A coordinator picks some value that was voted for, without looking which one a fast quorum may have chosen.",
    exploration: { configuration: "collision", property: split, steps: 12 },
    simulation: { nodes: 4, faults: ["all"], workload: "decide", checker: "agreement", seeds: 10 },
    rules: { ...fastPaxosRules, pick: rarestSeen },
  },
  {
    name: "picks-own",
    summary: "A coordinator proposes its own client's value, whatever was voted for.",
    exploration: { configuration: "collision", property: split, steps: 12 },
    simulation: { nodes: 4, faults: ["all"], workload: "decide", checker: "agreement", seeds: 15 },
    rules: { ...fastPaxosRules, pick: ownFirst },
  },
  {
    name: "picks-by-more",
    summary:
      "A coordinator asks for a vote more than a value has at least that a fast quorum may have chosen.",
    simulation: { nodes: 4, faults: ["all"], workload: "decide", checker: "agreement", seeds: 15 },
    rules: { ...fastPaxosRules, pick: chosenByMore },
  },
  {
    name: "late-promises",
    summary: "A coordinator takes a promise for a round that it has lost for one in the round that it is in.",
    exploration: { configuration: "late-promise", property: "agreement", steps: 15 },
    rules: { ...fastPaxosRules, matchesRounds: false },
  },
  {
    name: "votes-twice",
    summary: "An acceptor votes for each value that comes in a fast round.",
    exploration: { configuration: "collision", property: "single-vote", steps: 3 },
    rules: { ...fastPaxosRules, votesOnce: false },
  },
  {
    name: "fast-vote-after-promise",
    summary: "An acceptor that has promised a later round goes on to vote in the fast one.",
    exploration: { configuration: "promised", property: split, steps: 15 },
    simulation: {
      nodes: 4,
      faults: ["reorder", "loss", "slow", "pause"],
      workload: "decide",
      checker: "agreement",
      seeds: 30,
      settings: { threadsPerKey: 2, operationsPerKey: 2, concurrency: 8, rate: 200 },
    },
    rules: { ...fastPaxosRules, promiseBindsFastVotes: false },
  },
  {
    name: "forgets-vote",
    summary: "An acceptor keeps on disk what it promised but not what it voted for.",
    exploration: { configuration: "restart", property: "durability", steps: 4 },
    simulation: { nodes: 4, faults: ["all"], workload: "decide", checker: "durability", seeds: 10 },
    rules: { ...fastPaxosRules, durableVote: false },
  },
  {
    name: "takes-used-round",
    summary:
      "After a collision a coordinator takes up its next round, though it may have used it before a crash.",
    exploration: { configuration: "used-round", property: "single-vote", steps: 10 },
    rules: { ...fastPaxosRules, takesFreshRounds: false },
  },
  {
    name: "executes-past-holes",
    summary:
      "What is chosen in a slot is executed at once, though nothing is known to be chosen in one before it.",
    exploration: { configuration: "hole", property: "total-order", steps: 11 },
    simulation: { nodes: 5, faults: ["all"], workload: "list-append", checker: "total-order", seeds: 10 },
    rules: { ...fastPaxosRules, executesInOrder: false },
  },
  {
    name: "answers-losers",
    summary: "A client is answered when the slot of its command is decided, though another command won it.",
    exploration: { configuration: "slot-taken", property: "linearizable", steps: 13 },
    simulation: { nodes: 5, faults: ["all"], workload: "register", checker: "linearizable", seeds: 10 },
    rules: { ...fastPaxosRules, answersChosenOnly: false },
  },
  {
    name: "no-client-table",
    summary: "A command that is chosen in two slots is executed twice.",
    equivalent:
      "No command is: the node that its client asked proposes it in one slot, and in a later one only when another command, or none, is decided there.",
    rules: { ...fastPaxosRules, clientTable: false },
  },
  {
    name: "forgets-decision",
    summary: "A node does not keep on disk what it knows to be decided.",
    equivalent:
      "A decision rests on votes, which are kept: whoever does not know it any more comes to the same one in a later round, or hears of it from somebody who does.",
    rules: { ...fastPaxosRules, durableDecision: false },
  },
  {
    name: "uncoordinated-recovery",
    summary:
      "Variant: acceptors show one another their votes, and settle a collision in the next fast round.",
    equivalent:
      "Every acceptor that votes in the next round has the votes of a classic quorum and picks by the same rule as a coordinator, so that no value but one that may have been chosen is voted for once one may have been; that acceptors pick different values is but another collision.",
    rules: { ...fastPaxosRules, recovery: "uncoordinated" },
  },
  {
    name: "restart-recovery",
    summary: "Variant: after a collision the coordinator starts a classic round from its first phase.",
    equivalent:
      "It is what a proposer does that has waited too long: a classic round whose coordinator asks a quorum for its votes. It costs two message delays more.",
    rules: { ...fastPaxosRules, recovery: "restart" },
  },
  {
    name: "picks-majority",
    summary: "A coordinator must take a value that more than half of its quorum voted for, and is free else.",
    equivalent:
      "A value chosen by a fast quorum of q has at least c + q − n votes in a classic quorum of c, and all others together at most n − q. Since c + 2q > 2n the former is more: more than half. And if no value has c + q − n votes none was chosen, so that any will do.",
    rules: { ...fastPaxosRules, pick: majorityOrFree },
  },
  {
    name: "picks-plurality",
    summary: "A coordinator takes the value with the most votes in its quorum.",
    equivalent:
      "A value chosen by a fast quorum of q has at least c + q − n votes in a classic quorum of c, and all others together at most n − q, which is less since c + 2q > 2n: it is the one with the most. And if no value has c + q − n votes none was chosen, so that any will do.",
    rules: { ...fastPaxosRules, pick: plurality },
  },
];
