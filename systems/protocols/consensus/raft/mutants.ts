import type { ProtocolMutant } from "../../../contracts/protocol.ts";
import { admission } from "../../state-machine/client-table.ts";
import { raftRules, type Rules } from "./rules.ts";

/** A mutant of Raft: its description, and the rules with one of them wrong. */
export interface RaftMutant extends ProtocolMutant {
  readonly rules: Rules;
}

/**
 * Raft as in the paper of 2014, and an entry a message: what later was added for the sake of progress and speed
 * is as safe with and without, and would only hide some bugs behind more steps.
 */
const paper: Rules = { ...raftRules, preVote: false, checkQuorum: false, batch: 1 };

const linearizableRegister = { workload: "register", checker: "linearizable" } as const;

export const raftMutants: readonly RaftMutant[] = [
  {
    name: "forgets-vote",
    summary:
      "A server does not keep on disk whom it voted for, so that after a restart it votes again in the same term.",
    exploration: { configuration: "restart", property: "durability", steps: 4 },
    rules: { ...paper, durableVote: false },
  },
  {
    name: "forgets-term",
    summary: "A server does not keep its term on disk, so that a restart takes it back to terms of the past.",
    exploration: { configuration: "restart", property: "monotonic-ballots", steps: 4 },
    rules: { ...paper, durableTerm: false },
  },
  {
    name: "forgets-log",
    summary: "A server does not keep its log on disk: what it acknowledged is gone after a restart.",
    exploration: { configuration: "restart", property: "acknowledgements", steps: 7 },
    rules: { ...paper, durableLog: false },
  },
  {
    name: "answers-before-sync",
    summary: "A server answers before what it answers with is on disk.",
    exploration: { configuration: "restart", property: "acknowledgements", steps: 7 },
    rules: { ...paper, syncBeforeAnswer: false },
  },
  {
    name: "drops-from-the-front",
    summary:
      "A server drops entries from disk the first one first: those that a crash leaves come back behind others.",
    exploration: { configuration: "dropped-half-way", property: "log-matching", steps: 24 },
    rules: { ...raftRules, dropsFromEnd: false },
  },
  {
    name: "counts-itself-at-once",
    summary: "A leader that decides alone takes an entry for committed before its own disk has it.",
    simulation: {
      nodes: 1,
      faults: ["kill"],
      workload: "register",
      checker: "quorum-replication",
      seeds: 10,
      settings: { rate: 1_000, interval: 0.5, seconds: 4 },
    },
    rules: { ...raftRules, waitsForOwnDisk: false },
  },
  {
    name: "hears-unsynced",
    summary:
      "A server answers a leader's message without entries although its disk does not know yet of the leader's term.",
    equivalent:
      "A leader counts such an answer only for its reads, and only once an entry of its own term is committed: a majority has that on disk, and the term with it. So whoever goes back to an earlier term, and votes or follows there, is no help to a candidate or a leader of any term before the leader's: each majority has one of those who do not go back. Whoever leads in a later term has the votes of a majority that had that term on disk before they voted.",
    rules: { ...raftRules, syncsTermOfHeartbeat: false },
  },
  {
    name: "half-quorum",
    summary: "Half of the members, rounded down, count as a majority.",
    exploration: { configuration: "elections", property: "quorum-replication", steps: 3 },
    rules: { ...paper, majority: (members) => Math.max(1, Math.floor(members / 2)) },
  },
  {
    name: "votes-for-anyone",
    summary: "A voter does not look whether the candidate's log is as up to date as its own.",
    exploration: { configuration: "elections", property: "leader-completeness", steps: 8 },
    rules: { ...paper, upToDate: () => true },
  },
  {
    name: "longer-log-wins",
    summary: "A voter finds the longer log more up to date, whatever the terms of the last entries.",
    exploration: { configuration: "three-elections", property: "leader-completeness", steps: 12 },
    rules: { ...paper, upToDate: (candidate, own) => candidate.index >= own.index },
  },
  {
    name: "appends-unchecked",
    summary: "A follower appends entries without looking whether its log fits before them.",
    exploration: { configuration: "three-elections", property: "acknowledgements", steps: 9 },
    rules: { ...paper, checksPrevious: false },
  },
  {
    name: "cuts-on-late-entries",
    summary:
      "A follower drops all behind the entries of a message, though a late message conflicts with nothing.",
    exploration: { configuration: "duplicates", property: "acknowledgements", steps: 9 },
    rules: { ...paper, dropsOnlyConflicts: false },
  },
  {
    name: "commits-what-it-has",
    summary:
      "A follower takes its whole log for committed up to the leader's index, though only a part is known to match.",
    exploration: { configuration: "read-of-old-leader", property: "state-machine-safety", steps: 10 },
    rules: { ...paper, commitsOnlyMatching: false },
  },
  {
    name: "local-reads",
    summary: "A leader answers reads without making sure that it still leads.",
    exploration: { configuration: "reads", property: "linearizable", steps: 12 },
    // The leader must be cut off, and for so long that others elect one and serve: of six runs of 20 s four showed it.
    killedBy: { nodes: 3, faults: ["partition"], seconds: 60, interval: 1, ...linearizableRegister },
    simulation: { nodes: 3, faults: ["partition"], seeds: 12, ...linearizableRegister },
    rules: { ...paper, confirmsReads: false },
  },
  {
    name: "reads-join-questions",
    summary:
      "A read that comes while the leader asks whether it leads is answered with that question, of which answers may have been given before it.",
    exploration: { configuration: "late-answers", property: "linearizable", steps: 30 },
    rules: { ...raftRules, asksAfterwards: false },
  },
  {
    name: "counts-earlier-answers",
    summary: "A leader counts answers to what it sent when it led in an earlier term.",
    exploration: { configuration: "late-acknowledgement", property: "acknowledgements", steps: 19 },
    rules: { ...raftRules, countsOwnAnswersOnly: false },
  },
  {
    name: "changes-in-a-row",
    summary:
      "A leader changes the members again before the change before is committed, so that majorities share no server.",
    exploration: { configuration: "changes-in-a-row", property: "leader-completeness", steps: 18 },
    rules: { ...raftRules, oneChangeAtATime: false },
  },
  {
    name: "keeps-dropped-members",
    summary: "A server that has to drop an entry with other members goes by these all the same.",
    exploration: { configuration: "change-cut", property: "leader-completeness", steps: 48 },
    rules: { ...raftRules, takesChangesBack: false },
  },
  {
    name: "keeps-what-follows-nothing",
    summary:
      "Who takes over a snapshot keeps what its log had behind that place, though it had another entry there.",
    exploration: { configuration: "snapshot-for-another", property: "log-matching", steps: 48 },
    rules: { ...raftRules, followsOn: (_, there) => there !== undefined },
  },
  {
    name: "drops-behind-snapshots",
    summary: "A snapshot takes the place of the whole log, with what was acknowledged behind it.",
    exploration: { configuration: "late-snapshot", property: "acknowledgements", steps: 32 },
    rules: { ...raftRules, followsOn: () => false },
  },
  {
    name: "vouches-for-all",
    summary:
      "Who has taken in a snapshot says that its whole log is the leader's, with what it has behind that.",
    exploration: { configuration: "snapshot-for-who-has-more", property: "acknowledgements", steps: 57 },
    rules: { ...raftRules, matchAfter: (_snapshot, _committed, last) => last },
  },
  {
    name: "switches-at-once",
    summary: "Several members change in one step, so that majorities of before and after share no server.",
    exploration: { configuration: "membership", property: "leader-completeness", steps: 10 },
    rules: { ...paper, needsBoth: () => false },
  },
  {
    name: "takes-in-several",
    summary:
      "Several members come in one step, as if only those that go could make majorities that share no server.",
    exploration: { configuration: "two-come", property: "leader-completeness", steps: 48 },
    rules: { ...raftRules, needsBoth: (gone) => gone > 1 },
  },
  {
    name: "exchanges-at-once",
    summary: "One member comes for another in one step, as if that were a change of one.",
    exploration: { configuration: "one-for-another", property: "leader-completeness", steps: 39 },
    rules: { ...raftRules, needsBoth: (gone, come) => Math.max(gone, come) > 1 },
  },
  {
    name: "counts-old-terms",
    summary:
      "A leader takes entries of earlier terms for committed as soon as a majority has them, though a later leader may overwrite them.",
    exploration: { configuration: "figure-8", property: "leader-completeness", steps: 33 },
    rules: { ...raftRules, batch: 1, countsOwnTermOnly: false },
  },
  {
    name: "reconfigures-unsettled",
    summary:
      "A leader changes a single member before it has committed an entry of its own term, when another leader's change may be under way.",
    exploration: { configuration: "two-changes", property: "leader-completeness", steps: 33 },
    rules: { ...raftRules, batch: 1, settlesBeforeReconfiguration: false },
  },
  {
    name: "leavers-sit-still",
    summary:
      "A server that is no member by its own log never stands for election, though the others cannot win without what it has.",
    simulation: {
      nodes: 3,
      faults: ["crash", "membership", "partition"],
      workload: "register",
      checker: "liveness",
      seeds: 40,
      settings: { seconds: 16, rate: 10, interval: 0.25 },
    },
    rules: { ...raftRules, leaversStand: false },
  },
  {
    name: "no-client-table",
    summary: "An operation that is sent again to a new leader takes effect again.",
    killedBy: {
      nodes: 3,
      faults: ["partition", "latency"],
      workload: "list-append",
      checker: "isolation",
      seconds: 15,
    },
    simulation: {
      nodes: 3,
      faults: ["loss", "latency"],
      workload: "list-append",
      checker: "isolation",
      seeds: 4,
    },
    rules: { ...raftRules, clientTable: false },
  },
  {
    name: "takes-lives-for-one",
    summary:
      "What a client's server asked for before a restart counts as asked for since, so that what it asks for then seems to be done.",
    exploration: { configuration: "two-lives", property: "linearizable", steps: 42 },
    rules: {
      ...raftRules,
      admission: (table, operation) => {
        const life = table[operation.origin]?.life ?? operation.life;
        return admission(table, { ...operation, life: Math.max(life, operation.life) });
      },
    },
  },
  {
    name: "settles-too-much",
    summary:
      "The first operation that its origin still waits for counts as one that it does not wait for any more.",
    exploration: { configuration: "asked-at-once", property: "liveness", steps: 13 },
    rules: {
      ...raftRules,
      admission: (table, operation) =>
        table[operation.origin]?.settled === operation.number
          ? { kind: "stale" }
          : admission(table, operation),
    },
  },
  {
    name: "forgetful-snapshots",
    summary:
      "A snapshot leaves out which operations were done, so that whoever goes on from it does them again.",
    simulation: {
      nodes: 3,
      faults: ["kill"],
      workload: "register",
      checker: "state-machine-safety",
      seeds: 4,
    },
    rules: { ...raftRules, clientTableInSnapshots: false, snapshotAfter: 20 },
  },
  {
    name: "no-pre-vote",
    summary: "A server stands for election without asking first whether it could win.",
    equivalent:
      "Raft as published does so: asking first only spares the others elections that nobody wins. No vote, no entry and no commitment depends on it.",
    rules: { ...raftRules, preVote: false },
  },
  {
    name: "no-quorum-check",
    summary:
      "A leader that hears from no majority goes on until it hears of a later term, and keeps those who hear it from electing another.",
    simulation: {
      nodes: 3,
      faults: ["partition"],
      workload: "register",
      checker: "liveness",
      seeds: 15,
      settings: { seconds: 4, rate: 20, interval: 0.5 },
    },
    rules: { ...raftRules, checkQuorum: false },
  },
];
