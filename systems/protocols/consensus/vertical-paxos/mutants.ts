import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import { verticalPaxosRules, type Rules } from "./rules.ts";

/** A mutant of Vertical Paxos: its description, and the rules with one of them wrong. */
export interface VerticalPaxosMutant extends ProtocolMutant {
  readonly rules: Rules;
}

const faults = ["partition", "kill", "loss", "latency"];
const simulated = { nodes: 5, faults, workload: "register", checker: "agreement", seeds: 60 } as const;
export const verticalPaxosMutants: readonly VerticalPaxosMutant[] = [
  {
    name: "no-transfer",
    summary:
      "The leader of a new ballot begins with what it has itself, and asks nobody of the ballot before.",
    simulation: simulated,
    rules: { ...verticalPaxosRules, transfers: false },
  },
  {
    name: "no-promise",
    summary: "An acceptor that tells its state for a new ballot goes on to vote in the one before.",
    exploration: { configuration: "late-vote", property: "leader-completeness", steps: 30 },
    simulation: simulated,
    rules: { ...verticalPaxosRules, promises: false },
  },
  {
    name: "promises-before-sync",
    summary: "An acceptor tells its state for a new ballot before its promise is on disk.",
    exploration: { configuration: "restarted", property: "leader-completeness", steps: 32 },
    rules: { ...verticalPaxosRules, syncsPromise: false },
  },
  {
    name: "tells-old-vote",
    summary: "An acceptor that has not heard of the ballot before tells what it had voted for before that.",
    exploration: { configuration: "not-heard", property: "leader-completeness", steps: 43 },
    rules: { ...verticalPaxosRules, tellsPending: false },
  },
  {
    name: "tells-latest-pending",
    summary:
      "An acceptor that has not heard of the ballot before tells the latest state that it took over, whatever ballot that is for.",
    exploration: { configuration: "two-pending", property: "leader-completeness", steps: 52 },
    rules: { ...verticalPaxosRules, tellsPrevious: false },
  },
  {
    name: "leads-on",
    summary: "A leader that has told its state for a later ballot goes on to lead its own.",
    exploration: { configuration: "told-by-leader", property: "leader-completeness", steps: 28 },
    rules: { ...verticalPaxosRules, stopsLeading: false },
  },
  {
    name: "asks-for-latest",
    summary:
      "The master is asked for what follows the ballot that is complete by now, though the state is of one before.",
    exploration: { configuration: "late-complete", property: "agreement", steps: 27 },
    rules: { ...verticalPaxosRules, asksForPrevious: false },
  },
  {
    name: "sends-before-sync",
    summary: "A leader asks for votes before its own is on disk, and counts it.",
    exploration: { configuration: "leader-restarted", property: "leader-completeness", steps: 27 },
    rules: { ...verticalPaxosRules, syncsOwnVote: false },
  },
  {
    name: "completes-early",
    summary: "A ballot is completed before its acceptors have the state with which it begins.",
    // Whoever votes has the state, so nothing goes wrong; but only the leader can tell of it, and may be gone.
    simulation: { nodes: 3, faults: ["all"], workload: "register", checker: "liveness", seeds: 60 },
    rules: { ...verticalPaxosRules, waitsForState: false },
  },
  {
    name: "two-successors",
    summary:
      "The master does not look whether another ballot has followed the one before: both become active.",
    exploration: { configuration: "two-ballots", property: "agreement", steps: 22 },
    simulation: { nodes: 3, faults: ["all"], workload: "register", checker: "agreement", seeds: 60 },
    rules: { ...verticalPaxosRules, comparesPrevious: false },
  },
  {
    name: "serves-inactive",
    summary: "A leader takes commands before its ballot is activated.",
    exploration: { configuration: "one-ballot", property: "quorum-certificates", steps: 7 },
    simulation: { nodes: 3, faults: ["all"], workload: "register", checker: "agreement", seeds: 30 },
    rules: { ...verticalPaxosRules, waitsForActivation: false },
  },
  {
    name: "writes-to-half",
    summary: "The votes of half of the acceptors do for a command, though one of them is to know all.",
    exploration: { configuration: "one-ballot", property: "quorum-certificates", steps: 13 },
    simulation: simulated,
    rules: { ...verticalPaxosRules, writesToAll: false },
  },
  {
    name: "local-reads",
    summary: "A leader answers reads without making sure that its ballot is not over.",
    exploration: { configuration: "late-read", property: "linearizable", steps: 31 },
    simulation: { ...simulated, checker: "linearizable" },
    rules: { ...verticalPaxosRules, confirmsReads: false },
  },
  {
    name: "confirms-reads-together",
    summary: "A read that comes while others are being confirmed is answered with them.",
    exploration: { configuration: "two-reads", property: "linearizable", steps: 32 },
    rules: { ...verticalPaxosRules, confirmsLaterReads: false },
  },
  {
    name: "forgets-state",
    summary: "An acceptor does not keep its promise and its state on disk.",
    exploration: { configuration: "restart", property: "monotonic-ballots", steps: 6 },
    simulation: { ...simulated, checker: "monotonic-ballots" },
    rules: { ...verticalPaxosRules, durable: false },
  },
];
