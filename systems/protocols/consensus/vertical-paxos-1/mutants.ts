import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import { verticalPaxosOneRules, type Rules } from "./rules.ts";

/** A mutant of Vertical Paxos I: its description, and the rules with one of them wrong. */
export interface VerticalPaxosOneMutant extends ProtocolMutant {
  readonly rules: Rules;
}

const simulation = {
  nodes: 5,
  faults: ["all"],
  workload: "decide",
  checker: "agreement",
  seeds: 40,
} as const;

export const verticalPaxosOneMutants: readonly VerticalPaxosOneMutant[] = [
  {
    name: "reads-own-only",
    summary: "The leader of a ballot reads the acceptors of its own ballot, and none of those before.",
    exploration: { configuration: "successor", property: "agreement", steps: 22 },
    rules: {
      ...verticalPaxosOneRules,
      configurationsToRead: (_, { members }) => [{ ballot: 0, members }],
    },
  },
  {
    name: "reads-previous-only",
    summary:
      "The leader of a ballot reads the one just before, and none before that, though none is complete.",
    exploration: { configuration: "third", property: "agreement", steps: 33 },
    rules: { ...verticalPaxosOneRules, configurationsToRead: (before) => before.slice(0, 1) },
  },
  {
    name: "no-promise",
    summary: "An acceptor that tells its vote for a new ballot goes on to vote in those before.",
    exploration: { configuration: "successor", property: "agreement", steps: 20 },
    rules: { ...verticalPaxosOneRules, promises: false },
  },
  {
    name: "completes-early",
    summary:
      "A ballot is said to be complete before its acceptors have voted for the value that its leader found.",
    exploration: { configuration: "successor", property: "quorum-certificates", steps: 16 },
    rules: { ...verticalPaxosOneRules, completesWhenStored: false },
  },
  {
    name: "proposes-own",
    summary: "A leader proposes its own client's value, whatever it has read.",
    exploration: { configuration: "successor", property: "agreement", steps: 20 },
    rules: { ...verticalPaxosOneRules, keepsFound: false },
  },
  {
    name: "writes-to-half",
    summary: "The votes of half of the acceptors do, though whoever reads one is to meet one of them.",
    exploration: { configuration: "alone", property: "quorum-certificates", steps: 5 },
    simulation,
    rules: { ...verticalPaxosOneRules, writeQuorum: (members) => Math.max(1, Math.floor(members / 2)) },
  },
  {
    name: "forgets-vote",
    summary: "An acceptor does not keep its promise and its vote on disk.",
    exploration: { configuration: "restart", property: "monotonic-ballots", steps: 8 },
    simulation: { ...simulation, checker: "durability" },
    rules: { ...verticalPaxosOneRules, durable: false },
  },
];
