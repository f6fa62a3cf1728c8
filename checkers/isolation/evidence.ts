import type { Json } from "../../histories/json.ts";
import type { Certificate, Evidence } from "../verdict.ts";
import type { EdgeKind } from "./decision.ts";

/** The executions that explain a history, one for each maximal level that it is of. */
export interface IsolationCertificate extends Certificate {
  readonly kind: "executions";
  readonly executions: readonly CertifiedExecution[];
}

/** An execution under one level, told by the indices of the transactions' invocations. */
export interface CertifiedExecution {
  readonly level: string;
  /** Transactions in the order of their commits, which is that of the versions they wrote. */
  readonly commits: readonly number[];
  /** How many of `commits` the snapshot of each holds, where the level is one of snapshots. */
  readonly snapshots?: readonly number[];
  /** Where values are not unique: micro-operation (by its number in the history) and invocation of the writer, −1 the initial one. */
  readonly sources?: readonly (readonly [operation: number, writer: number])[];
  /** Whether separate code verified it. */
  readonly verified: boolean;
}

/** A transaction as evidence shows it. */
export interface ShownTransaction {
  /** Short name, T1, T2, … in the order of invocations; T0 is the initial one. */
  readonly name: string;
  /** Index of the operation that invoked it (of its completion, where there are no invocations); −1: the initial one. */
  readonly operation: number;
  readonly process: Json;
  /** Its micro-operations, as in the history: `["append", "x", 3]`, `["r", "x", [1, 2]]`. */
  readonly operations: readonly Json[];
  /** Places in `operations` of those that the contradiction is about. */
  readonly relevant: readonly number[];
}

/** One edge of a cycle, with what proves it. */
export interface ShownEdge {
  /** Indices of the operations that invoked the transactions, as `ShownTransaction.operation`. */
  readonly from: number;
  readonly to: number;
  readonly kind: EdgeKind;
  readonly key?: Json;
  /** Why the one came before the other, in a sentence. */
  readonly because: string;
  /** Indices of events that prove it. */
  readonly operations: readonly number[];
  /** For an edge that follows from others: those because of which the opposite is impossible. */
  readonly reasons?: readonly ShownEdge[];
}

/** What came of a proof when separate code derived it anew from the transactions alone. */
export interface ShownProof {
  /** Whether it stands; false if not even the transactions that it names contradict one another; absent where that is open. */
  readonly verified?: boolean;
  /**
   * Of a cycle, where its edges were not all derived: by every order of the writes of the transactions that it names, all of which break
   * the level.
   */
  readonly verifiedBy?: "orders";
  /** Why it was not derived anew. */
  readonly unverified?: string;
}

/** Transactions of which each must come before the next, and the last before the first. */
export interface DependencyCycleEvidence extends Evidence, ShownProof {
  readonly kind: "dependency-cycle";
  /** The weakest levels that forbid it. */
  readonly levels: readonly string[];
  /** What happened in human terms, in a sentence. */
  readonly heading: string;
  /** What such a cycle is called besides its type. */
  readonly alsoKnownAs: readonly string[];
  readonly cycle: readonly ShownEdge[];
  readonly transactions: readonly ShownTransaction[];
  /** Invocations of a smallest set of transactions that breaks the level as well: dropping any one of them mends it. */
  readonly shrunk?: readonly number[];
  readonly formalism?: FormalismView;
}

/** Transactions whose writes no order suits: every one closes a forbidden cycle. */
export interface NoOrderEvidence extends Evidence, ShownProof {
  readonly kind: "no-order";
  readonly levels: readonly string[];
  /** Invocations of the transactions that have no order. */
  readonly core: readonly number[];
  readonly transactions: readonly ShownTransaction[];
  readonly shrunk?: readonly number[];
  readonly formalism?: FormalismView;
}

/** Operations that contradict one another by themselves. */
export interface FindingEvidence extends Evidence {
  readonly kind: "transactions";
  readonly levels: readonly string[];
  readonly key?: Json;
  readonly transactions: readonly ShownTransaction[];
  readonly formalism?: FormalismView;
}

/** The violation in the words of one of the formalisms. */
export interface FormalismView {
  readonly name: Formalism;
  readonly sentences: readonly string[];
}

export const formalisms = ["adya", "crooks", "cerone"] as const;
export type Formalism = (typeof formalisms)[number];
