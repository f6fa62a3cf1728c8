import type { Finding } from "./finding.ts";
import type { Transactions } from "./transactions.ts";

/** The node of the initial transaction, which wrote the initial value of every key before all others. */
export const Initial = 0;

/**
 * What the transactions saw of one another: who read from whom, and what is known of the order in which the
 * versions of each key followed one another. Every engine judges this, whatever the operations were.
 *
 * Nodes are the transactions that took effect: the committed ones, and those of unknown outcome of which
 * something was observed. (Nobody can have missed an unobserved one: it may always come last, unseen.)
 * Node 0 is the initial transaction; the others follow in the order of their invocations.
 *
 * Reads of a transaction's own writes are judged here and are no edges; an own-write read that contradicts is a finding.
 */
export interface Reading {
  readonly transactions: Transactions;
  readonly nodes: number;
  /** Transaction of each node; −1 for the initial one. */
  readonly transaction: Int32Array;
  /** Node of each transaction; −1 if it is none. */
  readonly node: Int32Array;

  /** Session of each node; −1 for the initial one, which precedes every session. */
  readonly session: Int32Array;
  /** Place of each node in its session, from 0. */
  readonly place: Int32Array;
  readonly sessions: number;
  /** Nodes of session s in order: `sessionNode[sessionFirst[s]]` to `sessionFirst[s + 1]`. */
  readonly sessionFirst: Int32Array;
  readonly sessionNode: Int32Array;

  /** Event index where each node began; −1 for the initial one. */
  readonly begin: Int32Array;
  /** Event index where each node was over, `Never` if its outcome is unknown; −1 for the initial one. */
  readonly end: Int32Array;

  /** Final writes of node n: entries `writeFirst[n]` to `writeFirst[n + 1]`, one a key; none listed for the initial node. */
  readonly writeFirst: Int32Array;
  readonly writeKey: Int32Array;
  /** Micro-operation of each: the last of that node to write that key. */
  readonly writeOperation: Int32Array;

  /**
   * Reads of node n in program order: entries `readFirst[n]` to `readFirst[n + 1]`. Only those that no own write of the key
   * came before, and whose writer is a node. A key read twice is listed twice.
   */
  readonly readFirst: Int32Array;
  readonly readKey: Int32Array;
  readonly readOperation: Int32Array;
  /** The node that wrote what was read; −1 if it is one of several (`candidates`). */
  readonly readFrom: Int32Array;
  /**
   * 1 for those by predicate; left out if there are none. What a predicate did not show is a read too, of whatever version
   * did not match: its writer is one of the `candidates`, and the initial transaction is one of them.
   */
  readonly readByPredicate?: Uint8Array;

  /**
   * Writers of key k: `writer[writerFirst[k]]` to `writerFirst[k + 1]`, the first always the initial node. The first
   * `ordered[k]` (at least 1) of them wrote in this order; the others wrote after all of these, in an order that is not known.
   */
  readonly writerFirst: Int32Array;
  readonly writer: Int32Array;
  readonly ordered: Int32Array;

  /** Nodes that may have written what read entry r saw, where values are not unique. */
  readonly candidates: ReadonlyMap<number, readonly number[]>;

  /** What is wrong apart from cycles, each with the levels that it breaks. */
  readonly findings: readonly Finding[];
  /** What stayed open, so that no level may be said to hold that depends on it. */
  readonly gaps: readonly string[];
  /**
   * Transactions of unknown outcome that are nodes, but of which nobody can tell whether they took effect; left out if there are none. The orders of
   * what they wrote are left open here, though they would be known if it were known. Then `gaps` do not tell of that.
   */
  readonly doubtful?: readonly number[];
  /** Versions of keys of whose writers not all told theirs, so that they are in no known order here; then `gaps` do not tell of that. */
  readonly loose?: LooseVersions;
  /** What read uncommitted goes by instead of the above, where that differs. */
  readonly uncommitted?: Uncommitted;
}

/** The versions that are known of keys of which others are not. */
export interface LooseVersions {
  /** Key → node → the version that it wrote; a higher one came later. */
  readonly versions: ReadonlyMap<number, ReadonlyMap<number, number>>;
  /** What is not known, in words. */
  readonly gap: string;
}

/**
 * What read uncommitted allows, where equal elements were appended to lists: it lets those of aborted transactions be seen, so
 * what is taken for a committed one's elsewhere may be an aborted one's there.
 */
export interface Uncommitted {
  /** Of some keys: the orders in which their writers may have written, the initial one left out; those left out wrote after all of them. */
  readonly orders: ReadonlyMap<number, readonly (readonly number[])[]>;
  /** As `Reading.gaps`. */
  readonly gaps: readonly string[];
}
