import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import { zabRules, type Rules } from "./rules.ts";

/** A mutant of Zab: its description, and the rules with one of them wrong. */
export interface ZabMutant extends ProtocolMutant {
  readonly rules: Rules;
}

/** With any election of leaders, as in the paper: one that prefers who knows most hides what discovery is for. */
const anyLeader: Rules = { ...zabRules, electsByHistory: false };

/** A follower that takes only what comes next hides what else sees to that. */
const anyProposal: Rules = { ...zabRules, takesNextOnly: false };

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
    name: "ranks-by-zxid",
    summary:
      "Of two histories that is the better one whose last transaction is the later one, whatever epochs their servers have entered.",
    exploration: { configuration: "later-epoch-shorter-history", property: "primary-order", steps: 45 },
    rules: {
      ...zabRules,
      better: ({ last: one }, { last: other }) =>
        one.epoch > other.epoch || (one.epoch === other.epoch && one.counter > other.counter),
    },
  },
  {
    name: "forgets-accepted-epoch",
    summary:
      "A server does not keep on disk which epoch it has accepted, so that a restart takes it back to earlier ones.",
    exploration: { configuration: "restart", property: "monotonic-ballots", steps: 6 },
    rules: { ...zabRules, durableAcceptedEpoch: false },
  },
  {
    name: "two-leaders-an-epoch",
    summary: "A server that has accepted an epoch from one leader accepts it from another as well.",
    exploration: { configuration: "same-epoch", property: "leader-uniqueness", steps: 33 },
    rules: { ...zabRules, oneLeaderAnEpoch: false },
  },
  {
    name: "follows-in-own-epoch",
    summary: "A leader does not accept the epoch that it has chosen, and accepts it from another leader.",
    exploration: { configuration: "same-epoch-as-led", property: "leader-uniqueness", steps: 38 },
    rules: { ...zabRules, acceptsOwnEpoch: false },
  },
  {
    name: "accepts-earlier-epochs",
    summary:
      "A server that has accepted an epoch accepts an earlier one from a leader that it follows later.",
    exploration: { configuration: "accepted-later", property: "monotonic-ballots", steps: 42 },
    rules: { ...zabRules, refusesEarlierEpochs: false },
  },
  {
    name: "half-quorum",
    summary: "Half of the servers, rounded down, count as a quorum.",
    exploration: { configuration: "two-leaders", property: "leader-uniqueness", steps: 2 },
    rules: { ...zabRules, quorum: (servers) => Math.max(1, Math.floor(servers / 2)) },
  },
  {
    name: "acknowledges-before-sync",
    summary: "A server acknowledges epochs, histories and proposals before they are on its disk.",
    exploration: { configuration: "two-leaders-and-restart", property: "acknowledgements", steps: 7 },
    rules: { ...anyLeader, syncsBefore: () => false },
  },
  {
    name: "leads-before-sync",
    summary:
      "A leader counts itself among those who have the history that it took over before that is on its disk.",
    exploration: { configuration: "better-latecomer", property: "quorum-replication", steps: 32 },
    rules: { ...zabRules, syncsBefore: (telling) => telling !== "history" },
  },
  {
    name: "takes-any-history",
    summary:
      "A server that looks for a leader's history takes that of another, whose epoch it has accepted before.",
    exploration: { configuration: "history-of-another", property: "log-matching", steps: 86 },
    rules: { ...anyProposal, takesHistoryOnly: (when) => when !== "from its leader" },
  },
  {
    name: "takes-history-twice",
    summary:
      "A follower that has the leader's history takes it once more, and may crash when it has dropped what was proposed since.",
    exploration: { configuration: "answers-twice", property: "acknowledgements", steps: 39 },
    rules: { ...zabRules, takesHistoryOnly: (when) => when !== "once" },
  },
  {
    name: "outlines-last-epoch",
    summary:
      "A server tells where the last epoch in its history ends, and of no other: it is sent all that it has, and may crash when it has dropped it.",
    exploration: { configuration: "history-of-three-epochs", property: "quorum-replication", steps: 69 },
    rules: { ...zabRules, outlined: (ends) => ends.slice(-1) },
  },
  {
    name: "stays-in-epoch",
    summary:
      "A leader does not enter the epoch that it leads, so that a follower without its proposals ranks before it.",
    exploration: { configuration: "lacks-what-is-committed", property: "quorum-replication", steps: 32 },
    rules: { ...zabRules, entersOwnEpoch: false },
  },
  {
    name: "established-alone",
    summary: "A leader takes itself for established, and its history for committed, before others have that.",
    exploration: { configuration: "unreplicated", property: "quorum-replication", steps: 18 },
    rules: { ...zabRules, establishes: () => true },
  },
  {
    name: "enters-before-history",
    summary:
      "A server writes down that it is in an epoch before it writes down the history of that, and may crash in between.",
    exploration: { configuration: "history-on-the-way", property: "quorum-replication", steps: 29 },
    rules: { ...zabRules, historyBeforeEpoch: false },
  },
  {
    name: "epoch-once-more",
    summary: "A new leader takes the latest epoch that its quorum has accepted, not a later one.",
    exploration: { configuration: "two-leaders", property: "leader-uniqueness", steps: 19 },
    rules: { ...zabRules, epochAfter: (accepted) => Math.max(1, ...accepted) },
  },
  {
    name: "hears-one",
    summary: "A new leader settles on a history when the first follower has accepted its epoch.",
    exploration: { configuration: "elected-long-ago-of-five", property: "quorum-replication", steps: 61 },
    rules: { ...zabRules, hearsEnough: (accepting, isQuorum) => isQuorum || accepting > 0 },
  },
  {
    name: "hears-nobody",
    summary:
      "A new leader settles on its own history before a quorum has accepted its epoch and said what it has.",
    exploration: { configuration: "elected-long-ago", property: "quorum-replication", steps: 46 },
    rules: { ...zabRules, hearsEnough: () => true },
  },
  {
    name: "keeps-tail",
    summary: "A follower keeps what it has behind what it shares with the leader's history.",
    exploration: { configuration: "better-latecomer", property: "acknowledgements", steps: 35 },
    rules: { ...zabRules, dropsTail: () => false },
  },
  {
    name: "keeps-tail-on-disk",
    summary: "A follower drops what the leader's history has not, but not from its disk.",
    exploration: { configuration: "better-latecomer", property: "log-matching", steps: 35 },
    rules: { ...zabRules, dropsTail: (where) => where === "memory" },
  },
  {
    name: "drops-first-first",
    summary: "A server drops transactions from the first one on, and may crash in between.",
    exploration: { configuration: "tail-to-drop", property: "log-matching", steps: 50 },
    rules: { ...zabRules, dropsLastFirst: false },
  },
  {
    name: "counts-earlier-epochs",
    summary: "A leader counts who accepted an epoch that it had chosen before.",
    exploration: { configuration: "earlier-epoch-on-the-way", property: "acknowledgements", steps: 20 },
    rules: { ...zabRules, countsOwnEpochOnly: false },
  },
  {
    name: "takes-earlier-history",
    summary: "A follower takes the history that its leader sent it in an earlier epoch.",
    exploration: { configuration: "earlier-history-on-the-way", property: "monotonic-ballots", steps: 58 },
    rules: { ...zabRules, takesAcceptedHistoryOnly: false },
  },
  {
    name: "obeys-anybody",
    summary: "A follower takes proposals from whoever makes them.",
    exploration: { configuration: "earlier-history-on-the-way", property: "ballot-order", steps: 36 },
    rules: { ...anyProposal, takesProposalsOnly: (from) => from !== "its leader" },
  },
  {
    name: "obeys-too-early",
    summary: "A follower takes proposals of its leader before it has taken the history of that.",
    exploration: { configuration: "earlier-proposal-on-the-way", property: "ballot-order", steps: 61 },
    rules: { ...anyProposal, takesProposalsOnly: (from) => from !== "a known history" },
  },
  {
    name: "discovers-twice",
    summary:
      "A follower that has the leader's history answers as if it had come only now, and takes none again.",
    exploration: { configuration: "joins-twice", property: "log-matching", steps: 38 },
    rules: { ...anyProposal, discoversOnce: false },
  },
  {
    name: "synchronized-long-ago",
    summary:
      "A leader takes a follower that has come again for synchronized by what it acknowledges of the time before.",
    exploration: { configuration: "joins-twice", property: "log-matching", steps: 37 },
    rules: { ...anyProposal, synchronizesAnew: false },
  },
  {
    name: "proposes-while-synchronizing",
    summary: "A leader proposes as soon as it sends its history, though no quorum has that yet.",
    exploration: { configuration: "forward-on-the-way", property: "quorum-replication", steps: 21 },
    rules: { ...zabRules, proposesOnceEstablished: false },
  },
  {
    name: "proposes-to-synchronized-only",
    summary:
      "Proposals go only to followers that have acknowledged the history, not to those that are being sent it.",
    exploration: { configuration: "joiner", property: "log-matching", steps: 17 },
    rules: { ...anyProposal, proposesToAllSynchronizing: false },
  },
  {
    name: "commits-to-everybody",
    summary:
      "A leader tells all followers what it commits, also one that may have left without the history, and has others in these places.",
    exploration: { configuration: "leaves-before-history", property: "primary-order", steps: 47 },
    rules: { ...zabRules, commitsToSynchronizedOnly: false },
  },
  {
    name: "commits-what-was-sent",
    summary:
      "A follower that joins is told that what it acknowledged is committed, not how much the leader has committed by then.",
    exploration: { configuration: "fourth-of-five", property: "quorum-replication", steps: 31 },
    rules: { ...zabRules, commitsWhatTheLeaderHas: false },
  },
  {
    name: "delivers-backwards",
    summary: "Transactions that are committed at once are delivered the last one first.",
    exploration: { configuration: "joiner", property: "state-machine-safety", steps: 18 },
    rules: { ...zabRules, deliversInOrder: false },
  },
  {
    name: "local-reads",
    summary:
      "A server answers reads from what it has delivered, though their clients did not ask for local ones.",
    killedBy: { nodes: 3, faults: ["partition"], seconds: 15, ...linearizableRegister },
    exploration: { configuration: "read", property: "linearizable", steps: 12 },
    simulation: { nodes: 3, faults: ["latency"], seeds: 4, ...linearizableRegister },
    rules: { ...zabRules, reads: "local" },
  },
  {
    name: "elects-anybody",
    summary: "A server follows whoever looks for followers first.",
    equivalent:
      "Any server that a quorum follows may lead: the history that its epoch starts from is the best of a quorum's, whatever its own is. That it knows most only spares messages; and that two never follow each other for ever, random patience sees to.",
    rules: { ...zabRules, electsByHistory: false },
  },
  {
    name: "chooses-before-sync",
    summary: "A leader tells of the epoch that it has chosen before that is on its own disk.",
    equivalent:
      "If it crashes before, its leadership ends with it, and it has sent nobody a history: that leaves only after a barrier that the epoch comes before. Others may have accepted the epoch from it; they take it from nobody else, so that another leader of the epoch has a quorum without them.",
    rules: { ...zabRules, syncsBefore: (telling) => telling !== "own epoch" },
  },
  {
    name: "remembers-followers",
    summary: "A leader takes a follower that comes again for as far as it was before.",
    equivalent:
      "What it had said stays true: the epoch that it accepted and what it acknowledged are on its disk, and only a leader of a later epoch changes them. Until it has answered anew it drops what is proposed to it, and the history that it is sent then has all that.",
    rules: { ...zabRules, forgetsWhoComesAgain: false },
  },
  {
    name: "counts-unsynchronized",
    summary:
      "A leader counts acknowledgements of followers that have come again and are not synchronized yet.",
    equivalent:
      "What an established leader has not committed are its own proposals, of its own epoch. Who acknowledges one of these had its history and all proposals before, and has them still. Acknowledgements of earlier epochs are of earlier zxids and count for none of them.",
    rules: { ...zabRules, countsOnce: (is) => is !== "synchronized" },
  },
  {
    name: "counts-unestablished",
    summary: "A leader that is not established commits what a quorum acknowledges.",
    equivalent:
      "Only synchronized followers are heard, links keep the order, and so they acknowledge what they were proposed since they were synchronized: before it is established the leader proposes nothing.",
    rules: { ...zabRules, countsOnce: (is) => is !== "established" },
  },
  {
    name: "takes-any-proposal",
    summary: "A follower puts whatever its leader proposes behind what it has.",
    equivalent:
      "Links keep the order, and bring everything once while both ends live. A follower that is sent the history is sent from then on every proposal, takes none before it has the history, and none of another leader or time: so what comes is what comes next. Where links do not keep the order, logs differ.",
    rules: anyProposal,
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
