import type { Level } from "../../isolation/levels.ts";
import { Aborted, Never, NoVersion, type Transactions } from "../../isolation/transactions.ts";
import { isPath, NumberedEdges, reasonsFirst, type NumberedEdge } from "./claimed-edges.ts";
import type { ClaimedEdge } from "./claims.ts";
import { isForbidden, type Details } from "./forbidden.ts";
import { InitialTransaction, Nobody, Witnesses } from "./witnesses.ts";

/**
 * Verifies from the transactions alone that a cycle shows a level to be violated: the level forbids a cycle of this shape, and each edge
 * is there in every account. An inferred order of two writers must close a forbidden cycle with its reasons if turned round.
 *
 * Returns what is wrong, in words; `undefined` when the cycle stands.
 */
export function verifyCycle(
  transactions: Transactions,
  level: Level,
  cycle: readonly ClaimedEdge[],
): string | undefined {
  if (cycle.length < 2) return "it has fewer than two edges";
  if (!isPath(cycle, cycle[0]!.from, cycle[0]!.from)) return "its edges do not join up";
  const ordered = reasonsFirst(cycle);
  if (ordered === undefined) return "its edges are inferred from one another in a circle";
  const edges = new NumberedEdges(transactions, ordered);
  const verifier = new CycleVerifier(transactions, level, edges.all);
  for (const edge of edges.all) {
    const problem = verifier.problemOf(edge);
    if (problem !== undefined)
      return `the ${edge.kind} edge from event ${edge.from} to event ${edge.to} ${problem}`;
  }
  return verifier.forbids(edges.of(cycle)) ? undefined : "the level does not forbid such a cycle";
}

class CycleVerifier implements Details {
  readonly #transactions: Transactions;
  readonly #level: Level;
  readonly #witnesses: Witnesses;
  readonly #observed = new Map<number, boolean>();

  constructor(transactions: Transactions, level: Level, edges: readonly NumberedEdge[]) {
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
    this.#witnesses = new Witnesses(transactions, keys);
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
    return this.#readsOverwritten(anti).some((operation) => operation > arrival);
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
    if (!this.#isObserved(from) || !this.#isObserved(to))
      return "is of a transaction that need not have taken effect";
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
        return this.#witnesses.reads(to, key).some((i) => this.#witnesses.source(to, i) === from)
          ? undefined
          : "was not read, or may have been written by another";
      case "ww":
        if (!this.#witnesses.writes(from, key) || !this.#witnesses.writes(to, key))
          return "is of a key that one of them did not write";
        return this.#precedes(from, to, key) || this.#isForced(edge, edge.because)
          ? undefined
          : "is of versions in no known order";
      case "rw":
        if (!this.#witnesses.writes(to, key)) return "is of a key that was not overwritten";
        return this.#readsOverwritten(edge).length > 0
          ? undefined
          : "is of no version that was read and overwritten";
      case "wwp":
      case "wrp":
      case "rwp":
        return "is of a predicate";
    }
  }

  /** Operations of the first transaction that read a version which the second certainly overwrote. */
  #readsOverwritten(edge: NumberedEdge): number[] {
    const reader = this.#at(edge.from);
    const to = this.#at(edge.to);
    const { key } = edge;
    return this.#witnesses.reads(reader, key).filter((i) => {
      const writer = this.#witnesses.source(reader, i);
      if (writer === Nobody || writer === to) return false;
      if (this.#precedes(writer, to, key)) return true;
      const from = writer === InitialTransaction ? -1 : this.#transactions.begin[writer]!;
      const order = { from, to: edge.to, kind: "ww", key, because: [] } as const;
      return (
        edge.because.some(
          (reason) =>
            reason.kind === "ww" && reason.key === key && reason.from === from && reason.to === edge.to,
        ) || this.#isForced(order, edge.because)
      );
    });
  }

  /**
   * Whether an order of two writers of a key follows from verified edges: if they are a path from the first to the second, which closes
   * a forbidden cycle with the opposite order; or a path from the first to someone who read the second's version, and would then
   * have read what the first overwrote.
   */
  #isForced({ from, to, key }: NumberedEdge, because: readonly NumberedEdge[]): boolean {
    if (this.#level.name === "read-uncommitted") return false;
    const opposite: NumberedEdge = { from: to, to: from, kind: "ww", key, because: [] };
    // Who wrote on what it had read wrote before all that came after that, where nobody may come in between.
    const built = because.some((read, i) => {
      if (read.kind !== "wr" || read.key !== key || read.to !== from || read.from === to) return false;
      const order: NumberedEdge = { from: read.from, to, kind: "ww", key, because: [] };
      return (
        this.#precedes(this.#at(read.from), this.#at(to), key) ||
        this.#isForced(order, because.toSpliced(i, 1))
      );
    });
    if (built && this.forbids([{ from, to, kind: "rw", key, because: [] }, opposite])) return true;
    // Among the reasons may be a read by which somebody is concerned, besides the path.
    const paths = [
      because,
      ...because.flatMap((edge, i) =>
        edge.kind === "wr" && edge.key === key ? [because.toSpliced(i, 1)] : [],
      ),
    ];
    return paths.some((path) => {
      const end = path.at(-1)?.to ?? from;
      if (end === from || !isPath(path, from, end)) return false;
      if (end === to) return this.forbids([...path, opposite]);
      const anti: NumberedEdge = { from: end, to: from, kind: "rw", key, because: [opposite] };
      return this.#sees(end, to, key) && this.forbids([...path, anti]);
    });
  }

  /** Whether a transaction certainly read another's version of a key. */
  #sees(reader: number, writer: number, key: number): boolean {
    const [t, other] = [this.#at(reader), this.#at(writer)];
    return this.#witnesses.reads(t, key).some((i) => this.#witnesses.source(t, i) === other);
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

  /** The transaction invoked at an event; `Nobody` if none was. */
  #at(event: number): number {
    if (event === -1) return InitialTransaction;
    const { begin, count } = this.#transactions;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (begin[middle]! < event) low = middle + 1;
      else high = middle;
    }
    return count > 0 && begin[low] === event ? low : Nobody;
  }
}
