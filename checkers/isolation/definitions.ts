import { findingNames, type AnomalyName, type CycleName } from "./anomalies.ts";
import { implies, isBrokenBy } from "./lattice.ts";
import type { Level, LevelName } from "./levels.ts";
import type { OperationModel } from "./names.ts";

/** What a level promises, and its rule in the words of `docs/isolation.md`. */
export interface Definition {
  /** One line. */
  readonly summary: string;
  /** There is a version order WW such that this holds. O, WR, RW and D as in `docs/isolation.md`. */
  readonly rule: string;
}

export const definitions: Readonly<Record<LevelName, Definition>> = {
  "read-uncommitted": {
    summary: "writes to several keys are not interleaved",
    rule: "O ∪ WW is acyclic",
  },
  "read-committed": {
    summary: "nobody sees what was rolled back or half done, and information flows in one direction",
    rule: "D = O ∪ WR ∪ WW is acyclic",
  },
  "cursor-stability": {
    summary: "read committed, and no update of a key is lost to another that did not see it",
    rule: "D is acyclic; for each key k, (O ∪ WW(k))+ ; RW(k) is irreflexive",
  },
  "monotonic-atomic-view": {
    summary: "read committed, and once a transaction saw some of another, it sees all of it from then on",
    rule: "D is acyclic; no read of S from T is followed in S by a read that misses T",
  },
  "read-committed-biswas-enea": {
    summary:
      "monotonic atomic view, and a transaction sees its own writes: what Plume, AWDIT and dbcop call read committed",
    rule: "as monotonic-atomic-view, and no transaction misses its own writes",
  },
  "monotonic-view": {
    summary: "within a transaction, what was seen or depended on is never unseen",
    rule: "D is acyclic; nothing in S that is reached from T by D is followed in S by a read that misses T",
  },
  "monotonic-snapshot-read": {
    summary: "each read is of a snapshot, and snapshots only go forward",
    rule: "as monotonic-view: when transactions start is for the account to choose",
  },
  "read-atomic": {
    summary: "of a transaction that was seen everything is seen: no fractured reads",
    rule: "D is acyclic; (O ∪ WR) ; RW is irreflexive; no internal contradictions",
  },
  "update-atomic": {
    summary: "read atomic, and of two that write a key one has seen the other",
    rule: "D is acyclic; D ; RW is irreflexive; no internal contradictions",
  },
  "causal-consistency": {
    summary: "whoever sees a transaction sees all that it depended on",
    rule: "D is acyclic; (O ∪ WR)+ ; RW is irreflexive; no internal contradictions",
  },
  "consistent-view": {
    summary: "each transaction sees a state that is consistent with all it depends on: no read skew",
    rule: "D+ ; RW? is irreflexive",
  },
  "forward-consistent-view": {
    summary: "consistent view, where a transaction may also see what committed after its start",
    rule: "as consistent-view: when transactions start is for the account to choose",
  },
  "parallel-snapshot-isolation": {
    summary:
      "snapshots that respect causality, and no lost updates; independent writes may be seen in different orders",
    rule: "D+ ; RW? is irreflexive; no internal contradictions",
  },
  "prefix-consistency": {
    summary: "each transaction sees a prefix of one order of all commits; updates may be lost",
    rule: "((O ∪ WR) ; RW?) ∪ WW is acyclic; no internal contradictions",
  },
  "ansi-snapshot-isolation": {
    summary: "snapshot isolation with commits in real time; snapshots may be old (Generalized SI)",
    rule: "as snapshot-isolation, and commits are in the order of real time",
  },
  "snapshot-isolation": {
    summary:
      "each transaction reads one snapshot, and of two that write a key one starts after the other committed",
    rule: "D ; RW? is acyclic; no internal contradictions",
  },
  "update-serializable": {
    summary: "those that write are serializable, and each reader sees a state that agrees with them",
    rule: "D is acyclic; no cycle of D ∪ RW whose RW edges all start at transactions that write, or at one other",
  },
  "repeatable-read": {
    summary: "serializable but for phantoms (Adya's PL-2.99, not the SQL standard's)",
    rule: "D ∪ RW, RW of items only, is acyclic",
  },
  "view-serializable": {
    summary:
      "one order, one after the other, explains what everyone read, whatever the system says of versions",
    rule: "as serializable, but version orders that the system told are not heeded",
  },
  serializable: {
    summary: "as if the transactions had run one after the other",
    rule: "D ∪ RW is acyclic; no internal contradictions",
  },
};

export const operationDefinitions: Readonly<Record<OperationModel, string>> = {
  "monotonic-reads": "what a session has read, it never finds older again (single operations)",
  "monotonic-writes": "the writes of a session take effect in its order (single operations)",
  "read-your-writes": "a session sees its own writes (single operations)",
  "writes-follow-reads": "what a session read comes before what it then writes (single operations)",
  PRAM: "each session sees the writes of every session in their order (single operations)",
  causal:
    "each session sees all writes in an order that respects who read what: causal memory (single operations)",
  sequential: "one order of all operations that keeps that of each session (single operations)",
  linearizable: "one order of all operations that keeps real time (single operations)",
};

/** What the strengths add. */
export const strengthNotes = {
  plain: "no order heeded but that of the data (O is empty)",
  "strong-session": "the order of each session is heeded (O is session order)",
  strong:
    "real time is heeded: what was over before another began came before it (O is real time and session order)",
} as const;

/** The weakest levels, in their plain strength, that each class of cycle breaks where it heeds no session or real time. */
const cycleBreaks: Readonly<Partial<Record<CycleName, LevelName>>> = {
  G0: "read-uncommitted",
  G1c: "read-committed",
  "G-cursor": "cursor-stability",
  "G-monotonic": "monotonic-view",
  "G-MSR": "monotonic-snapshot-read",
  "fractured-read": "read-atomic",
  "G-single": "consistent-view",
  "G-SIb": "forward-consistent-view",
  "G-nonadjacent": "snapshot-isolation",
  "G-SI": "snapshot-isolation",
  "long-fork": "snapshot-isolation",
  "G-update": "update-serializable",
  "G2-item": "repeatable-read",
  "write-skew": "repeatable-read",
  G2: "serializable",
};

/** The anomalies that a level rules out: findings, and classes of cycles, with the suffix of its strength. */
export function anomaliesRuledOut(level: Level): readonly AnomalyName[] {
  const cycles = (Object.entries(cycleBreaks) as [CycleName, LevelName][])
    .filter(([, name]) => implies(level, { name, strength: "plain" }))
    .flatMap(([cycle]): AnomalyName[] =>
      level.strength === "plain"
        ? [cycle]
        : level.strength === "strong"
          ? [cycle, `${cycle}-process`, `${cycle}-realtime`]
          : [cycle, `${cycle}-process`],
    );
  return [...findingNames.filter((type) => isBrokenBy(level, { type })), ...cycles];
}
