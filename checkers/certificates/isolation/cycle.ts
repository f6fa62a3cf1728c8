import type { Level } from "../../isolation/levels.ts";
import { Aborted, Never, NoVersion, type Transactions } from "../../isolation/transactions.ts";
import { isPath, NumberedEdges, reasonsFirst, type NumberedEdge } from "./claimed-edges.ts";
import type { ClaimedEdge } from "./claims.ts";
import { verifyCore, type ProofVerdict } from "./core.ts";
import { effortForOne, type Effort } from "./effort.ts";
import { isForbidden, type Details } from "./forbidden.ts";
import { isForced } from "./forced.ts";
import { PartialAccount } from "./partial-account.ts";
import { narrowed, partOf, readsOf, type Extent, type PartEdge } from "./part.ts";
import { InitialTransaction, Nobody, transactionAt, Witnesses } from "./witnesses.ts";

/** How much is taken for granted besides the reasons of an edge, least first. */
const extents: readonly (Extent | "all")[] = [
  { reads: "edges", told: "nothing", built: false },
  { reads: "edges", told: "key", built: false },
  { reads: "certain", told: "nothing", built: false },
  { reads: "certain", told: "key", built: false },
  { reads: "key", told: "nothing", built: false },
  { reads: "key", told: "key", built: false },
  { reads: "key", told: "key", built: true },
  { reads: "all", told: "keys", built: true },
  "all",
];
/** Larger parts of a history are not looked at for one inferred edge. */
const MostForced = 200;

/**
 * Verifies from the transactions alone that a cycle shows a level to be violated: the level forbids a cycle of this shape, and each edge
 * is there in every account: observed, or because with its reasons its opposite would break the level's rule.
 *
 * Returns what is wrong, in words; `undefined` when the cycle stands.
 */
export function verifyCycle(
  transactions: Transactions,
  level: Level,
  cycle: readonly ClaimedEdge[],
): string | undefined {
  return verifyEdges(transactions, level, cycle, effortForOne());
}

/** What came of a cycle, and how: edge by edge, or by every order of the transactions that it names. */
export interface CycleVerdict extends ProofVerdict {
  readonly by?: "edges" | "orders";
}

/**
 * Verifies a cycle as `verifyCycle` does; if its edges do not stand, whether the transactions that it names and those they read from have no account
 * under the level all the same, whatever the order of their writes. It is wrong if they have one, and open if there is too much to try.
 */
export function judgeCycle(
  transactions: Transactions,
  level: Level,
  cycle: readonly ClaimedEdge[],
  effort: Effort = effortForOne(),
): CycleVerdict {
  const problem = verifyEdges(transactions, level, cycle, effort.again());
  if (problem === undefined) return { verified: true, by: "edges" };
  const { gaveUp } = effort;
  const { verified } = verifyCore(transactions, level, eventsAround(transactions, cycle), effort);
  if (verified === true) return { verified: true, by: "orders" };
  return { verified: gaveUp || verified === "open" ? "open" : false, reason: problem };
}

/** The transactions of a cycle and its reasons, and those that they may have read from. */
function eventsAround(transactions: Transactions, cycle: readonly ClaimedEdge[]): number[] {
  const { keys, begin, status } = transactions;
  const edges = new Set(cycle);
  const named = new Set<number>();
  for (const { from, to, because = [] } of edges) {
    for (const reason of because) edges.add(reason);
    for (const event of [from, to]) {
      const t = transactionAt(transactions, event);
      if (t >= 0 && status[t] !== Aborted) named.add(t);
    }
  }
  const witnesses = new Witnesses(transactions, keys.keys());
  const sources = [...named].flatMap((t) =>
    readsOf(transactions, witnesses, t).flatMap(({ writers }) => writers.filter((writer) => writer >= 0)),
  );
  return [...new Set([...named, ...sources])].map((t) => begin[t]!);
}

function verifyEdges(
  transactions: Transactions,
  level: Level,
  cycle: readonly ClaimedEdge[],
  effort: Effort,
): string | undefined {
  if (cycle.length < 2) return "it has fewer than two edges";
  if (!isPath(cycle, cycle[0]!.from, cycle[0]!.from)) return "its edges do not join up";
  const ordered = reasonsFirst(cycle);
  if (ordered === undefined) return "its edges are inferred from one another in a circle";
  const edges = new NumberedEdges(transactions, ordered);
  const verifier = new CycleVerifier(transactions, level, edges.all, effort);
  if (!verifier.forbids(edges.of(cycle))) return "the level does not forbid such a cycle";
  for (const edge of edges.all) {
    const problem = verifier.problemOf(edge);
    if (problem === undefined) verifier.accept(edge);
    else return `the ${edge.kind} edge from event ${edge.from} to event ${edge.to} ${problem}`;
  }
  const absent = verifier.perhapsAbsent(edges.all);
  return absent === undefined ? undefined : `the transaction of event ${absent} need not have taken effect`;
}

class CycleVerifier implements Details {
  readonly #transactions: Transactions;
  readonly #level: Level;
  readonly #witnesses: Witnesses;
  /** Transactions that were read from by edges which are certain. */
  readonly #seen = new Set<number>();
  readonly #observed = new Map<number, boolean>();
  readonly #effort: Effort;

  constructor(transactions: Transactions, level: Level, edges: readonly NumberedEdge[], effort: Effort) {
    this.#effort = effort;
    this.#transactions = transactions;
    this.#level = level;
    const { first, key, status } = transactions;
    const keys = new Set<number>();
    for (const edge of edges) {
      if (edge.key >= 0) keys.add(edge.key);
      // Whether somebody observed a transaction of unknown outcome is seen at any of its keys.
      for (const event of [edge.from, edge.to]) {
        const t = this.#at(event);
        if (t >= 0 && status[t] !== Aborted)
          for (let i = first[t]!; i < first[t + 1]!; i++) keys.add(key[i]!);
      }
    }
    this.#witnesses = new Witnesses(transactions, keys, level.name === "read-uncommitted");
  }

  /** Takes an edge for certain: whoever was read took effect. */
  accept({ kind, from }: NumberedEdge): void {
    if (kind === "wr" || kind === "wrp") this.#seen.add(this.#at(from));
  }

  /** The event of a transaction of these edges of which it is not certain that it took effect. */
  perhapsAbsent(edges: readonly NumberedEdge[]): number | undefined {
    return edges
      .flatMap(({ from, to }) => [from, to])
      .find((event) => {
        const t = this.#at(event);
        return !this.#seen.has(t) && !this.#isObserved(t);
      });
  }

  forbids(cycle: readonly NumberedEdge[]): boolean {
    return isForbidden(this.#level, cycle, this);
  }

  isUpdate(event: number): boolean {
    const { first, kind } = this.#transactions;
    const t = this.#at(event);
    if (t < 0) return true;
    for (let i = first[t]!; i < first[t + 1]!; i++) if ((kind[i]! & 1) === 1) return true;
    return false;
  }

  writes(event: number, key: number): boolean {
    return this.#witnesses.writes(this.#at(event), key);
  }

  readsAfter(into: NumberedEdge, anti: NumberedEdge): boolean {
    const reader = this.#at(anti.from);
    const arrival = this.#arrival(into, reader);
    const overwritten = [...this.#readsOverwritten(anti), ...this.#readsInferredOverwritten(anti)];
    if (overwritten.length > 0) return overwritten.some((operation) => operation > arrival);
    // Of which version another inferred one is, is not told: it may be any that was read of the key.
    const reads = this.#witnesses.reads(reader, anti.key);
    const sourceOf = (operation: number): number => this.#witnesses.source(reader, operation);
    const later = new Set(reads.filter((operation) => operation > arrival).map(sourceOf));
    return reads.every((operation) => {
      const source = sourceOf(operation);
      return operation > arrival || source === this.#at(anti.to) || (source !== Nobody && later.has(source));
    });
  }

  #arrival(into: NumberedEdge, reader: number): number {
    if (into.kind === "so" || into.kind === "rt") return -1;
    if (into.kind === "ww") return this.#witnesses.lastWrite(reader, into.key);
    const writer = this.#at(into.from);
    const read = this.#witnesses
      .reads(reader, into.key)
      .find((i) => this.#witnesses.source(reader, i) === writer);
    return read ?? Infinity;
  }

  problemOf(edge: NumberedEdge): string | undefined {
    const from = this.#at(edge.from);
    const to = this.#at(edge.to);
    if (from === Nobody || to === Nobody || to === InitialTransaction || from === to)
      return "is of no two transactions";
    const { session, begin, end, timed } = this.#transactions;
    const { key } = edge;
    if (key < 0 && edge.kind !== "so" && edge.kind !== "rt") return "is of no key";
    switch (edge.kind) {
      case "so":
        return from === InitialTransaction || (session[from] === session[to] && begin[from]! < begin[to]!)
          ? undefined
          : "is of no session";
      case "rt":
        return from === InitialTransaction || (timed && end[from] !== Never && end[from]! < begin[to]!)
          ? undefined
          : "is of transactions that overlapped";
      case "wr":
      case "wrp":
        return this.#witnesses.reads(to, key).some((i) => this.#witnesses.source(to, i) === from) ||
          this.#isForced(edge)
          ? undefined
          : "was not read, or may have been written by another";
      case "ww":
      case "wwp":
        if (!this.#witnesses.writes(from, key) || !this.#witnesses.writes(to, key))
          return "is of a key that one of them did not write";
        return this.#precedes(from, to, key) || this.#isForced(edge)
          ? undefined
          : "is of versions in no known order";
      case "rw":
      case "rwp":
        if (!this.#witnesses.writes(to, key)) return "is of a key that was not overwritten";
        return this.#readsOverwritten(edge).length > 0 || this.#isForced(edge)
          ? undefined
          : "is of no version that was read and overwritten";
    }
  }

  /** Operations of the first transaction that read a version which the second certainly overwrote. */
  #readsOverwritten({ from, to, key }: NumberedEdge): number[] {
    const reader = this.#at(from);
    const later = this.#at(to);
    return this.#witnesses.reads(reader, key).filter((i) => {
      const writer = this.#witnesses.source(reader, i);
      return writer !== Nobody && writer !== later && this.#precedes(writer, later, key);
    });
  }

  /** The same, where its reasons lead from whoever wrote the version to the second, so that it came later. */
  #readsInferredOverwritten({ from, to, key, because }: NumberedEdge): number[] {
    const reader = this.#at(from);
    const earlier = new Set([to]);
    for (const event of earlier)
      for (const reason of because)
        if (reason.to === event && reason.kind !== "rw" && reason.kind !== "rwp") earlier.add(reason.from);
    return this.#witnesses.reads(reader, key).filter((i) => {
      const writer = this.#witnesses.source(reader, i);
      return writer !== this.#at(to) && [...earlier].some((event) => this.#at(event) === writer);
    });
  }

  /**
   * Whether an edge follows from its reasons: from those next to it, or from all that these rest on in turn. The less of what the
   * transactions tell besides is taken for granted, the better: all of it may contradict itself.
   */
  #isForced(edge: NumberedEdge): boolean {
    if (this.#level.name === "read-uncommitted") return false;
    const behind = allBehind(edge.because);
    return extents.some((extent) =>
      [edge.because, behind].some((reasons) => this.#followsFrom(edge, reasons, extent)),
    );
  }

  #followsFrom(edge: NumberedEdge, reasons: readonly NumberedEdge[], extent: Extent | "all"): boolean {
    const named = new Set([edge, ...reasons].flatMap(({ from, to }) => [this.#at(from), this.#at(to)]));
    if (named.size > MostForced) return this.#giveUp();
    const onlyKey = extent !== "all" && extent.reads !== "all";
    const sources = [...named].flatMap((t) =>
      readsOf(this.#transactions, this.#witnesses, t)
        .filter(({ key }) => !onlyKey || key === edge.key)
        .flatMap(({ writers }) => writers),
    );
    const part = partOf(this.#transactions, this.#witnesses, [...named, ...sources], this.#seen);
    if (part.members.length > MostForced) return this.#giveUp();
    const member = new Map(part.members.map((t, i) => [t, i]));
    const inPart = ({ kind, key, from, to }: NumberedEdge): PartEdge => ({
      kind,
      key,
      from: member.get(this.#at(from)) ?? Nobody,
      to: member.get(this.#at(to)) ?? Nobody,
    });
    const conclusion = inPart(edge);
    const premises = reasons.map(inPart);
    if ([conclusion, ...premises].some(({ from, to }) => from === Nobody || to === Nobody)) return false;
    const told = extent === "all" ? part : narrowed(part, extent, [conclusion, ...premises]);
    const account = new PartialAccount(told, this.#level);
    for (const premise of premises) account.give(premise);
    return isForced(account, conclusion, this.#effort);
  }

  #giveUp(): false {
    this.#effort.giveUp();
    return false;
  }

  /** Whether the order of two writers of a key is certain: told by a list, by the system's versions, or by reads before writes. */
  #precedes(a: number, b: number, key: number): boolean {
    if (a === b || !this.#witnesses.writes(b, key)) return false;
    if (a === InitialTransaction) return true;
    if (b === InitialTransaction) return false;
    if (this.#witnesses.appendedBefore(a, b, key)) return true;
    if (this.#level.name !== "view-serializable") {
      const before = this.#witnesses.version(a, key);
      const after = this.#witnesses.version(b, key);
      if (before !== NoVersion && after !== NoVersion && before < after) return true;
    }
    return this.#level.name !== "read-uncommitted" && this.#isBuiltOn(a, b, key);
  }

  /** Whether b read the key, before it wrote it, from a, or from one of which the same is true. */
  #isBuiltOn(a: number, b: number, key: number): boolean {
    const seen = new Set<number>();
    for (let writer = b; !seen.has(writer);) {
      seen.add(writer);
      const [read] = this.#witnesses.reads(writer, key);
      if (read === undefined || !this.#witnesses.writes(writer, key)) return false;
      writer = this.#witnesses.source(writer, read);
      if (writer === a) return true;
      if (writer < 0) return false;
    }
    return false;
  }

  #isObserved(t: number): boolean {
    let observed = this.#observed.get(t);
    if (observed === undefined) this.#observed.set(t, (observed = this.#witnesses.isObserved(t)));
    return observed;
  }

  #at(event: number): number {
    return transactionAt(this.#transactions, event);
  }
}

/** Edges and all that they are inferred from. */
function allBehind(edges: readonly NumberedEdge[]): readonly NumberedEdge[] {
  const seen = new Set(edges);
  for (const { because } of seen) for (const reason of because) seen.add(reason);
  return [...seen];
}
