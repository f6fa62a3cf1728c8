import type { EdgeKind } from "../../isolation/decision.ts";
import { NullValue } from "../../../histories/value-table.ts";
import { predicateOf } from "../../isolation/transactions/predicate.ts";
import {
  Aborted,
  Append,
  Committed,
  Never,
  Undetermined,
  Unread,
  Write,
  type Transactions,
} from "../../isolation/transactions.ts";
import { Relation } from "./relation.ts";
import { InitialTransaction, type Witnesses } from "./witnesses.ts";

/** A read by one of a few transactions, of a version by one of them. */
export interface PartRead {
  readonly reader: number;
  /** Its micro-operation. */
  readonly operation: number;
  readonly key: number;
  /** Who may have written what it saw. */
  readonly writers: readonly number[];
  readonly byPredicate: boolean;
}

/**
 * What a few transactions and the initial one tell of one another, whatever the others did: numbered from 0, the initial one.
 * A read belongs to it if all are in it who may have written what it saw.
 */
export interface Part {
  /** The transaction of each; `InitialTransaction` first. */
  readonly members: readonly number[];
  readonly reads: readonly PartRead[];
  /** Of each key those who wrote it, but the initial one. */
  readonly writers: ReadonlyMap<number, readonly number[]>;
  /** Whether the system told that a wrote the key before b: by a list, or by version numbers where these are heeded. */
  readonly told: (key: number, a: number, b: number, heedsVersions: boolean) => boolean;
  /** Micro-operation of each one's last write of a key. */
  readonly lastWrite: (member: number, key: number) => number;
  /**
   * Micro-operation of a member before which it cannot have made all its reads of one version of a key, whichever, but some writer's;
   * reads count that are not told, too.
   */
  readonly surelyRead: (member: number, key: number, writer: number) => number;
  /** Whether its outcome is unknown and nobody certainly observed it: it counts only for an account in which somebody did. */
  readonly isOptional: readonly boolean[];
  readonly isUpdate: readonly boolean[];
  /** Whether who reads a key before writing it is at once said to have written after whoever it read from. */
  readonly ordersBuilt: boolean;
  readonly session: Relation;
  readonly realTime: Relation;
}

/** The part of a history that is these transactions; those that were aborted are left out. Some are known to have been observed. */
export function partOf(
  transactions: Transactions,
  witnesses: Witnesses,
  some: Iterable<number>,
  observed: ReadonlySet<number> = new Set(),
): Part {
  const { status } = transactions;
  const inOrder = [...new Set(some)].filter((t) => t >= 0 && status[t] !== Aborted).toSorted((a, b) => a - b);
  const members = [InitialTransaction, ...inOrder];
  const number = new Map(members.map((t, i) => [t, i]));
  const writers = writersIn(transactions, members);
  return {
    members,
    reads: members.flatMap((t, reader) =>
      readsOf(transactions, witnesses, t).flatMap((read): PartRead[] => {
        const inPart = read.writers.flatMap((writer) => number.get(writer) ?? []);
        return inPart.length === read.writers.length ? [{ ...read, reader, writers: inPart }] : [];
      }),
    ),
    writers,
    told: (key, a, b, heedsVersions) => {
      const [first, second] = [members[a]!, members[b]!];
      if (witnesses.appendedBefore(first, second, key)) return true;
      if (!heedsVersions) return false;
      const [before, after] = [witnesses.version(first, key), witnesses.version(second, key)];
      return before >= 0 && after >= 0 && before < after;
    },
    lastWrite: (member, key) => witnesses.lastWrite(members[member]!, key),
    surelyRead: (member, key, writer) =>
      lastOfFirst(
        readsOf(transactions, witnesses, members[member]!).filter(
          (read) => read.key === key && read.writers.some((one) => one !== members[writer]),
        ),
      ),
    isOptional: members.map(
      (t) => t >= 0 && status[t] === Undetermined && !observed.has(t) && !witnesses.isObserved(t),
    ),
    ordersBuilt: true,
    isUpdate: members.map((t) => t < 0 || writesAny(transactions, t)),
    ...orders(transactions, members),
  };
}

/** Of each version the last read, or each of those of which it is not certain; of these the first. */
function lastOfFirst(reads: readonly Omit<PartRead, "reader">[]): number {
  const last = new Map<number, number>();
  let first = Infinity;
  for (const { operation, writers } of reads)
    if (writers.length === 1) last.set(writers[0]!, operation);
    else first = Math.min(first, operation);
  return Math.min(first, ...last.values());
}

function writersIn({ first, kind, key }: Transactions, members: readonly number[]): Map<number, number[]> {
  const writers = new Map<number, number[]>();
  for (const [member, t] of members.entries()) {
    if (t < 0) continue;
    for (let i = first[t]!; i < first[t + 1]!; i++) {
      if (kind[i] !== Write && kind[i] !== Append) continue;
      const known = writers.get(key[i]!);
      if (known === undefined) writers.set(key[i]!, [member]);
      else if (known.at(-1) !== member) known.push(member);
    }
  }
  return writers;
}

/** The reads of a transaction that tell of others, in the order of its program: who may have written what each saw. */
export function readsOf(
  transactions: Transactions,
  witnesses: Witnesses,
  t: number,
): Omit<PartRead, "reader">[] {
  if (t < 0 || transactions.status[t] !== Committed) return [];
  const { first, kind, key, value, predicate } = transactions;
  const reads: Omit<PartRead, "reader">[] = [];
  const written = new Set<number>();
  for (let i = first[t]!; i < first[t + 1]!; i++) {
    if (kind[i] === Write || kind[i] === Append) {
      written.add(key[i]!);
      continue;
    }
    const by = predicate?.[i] ?? -1;
    if (written.has(key[i]!) || (value[i] === Unread && by < 0)) continue;
    const writers =
      value[i] === Unread ? notMatching(transactions, witnesses, t, i, by) : witnesses.sources(t, i);
    if (writers.length > 0) reads.push({ operation: i, key: key[i]!, writers, byPredicate: by >= 0 });
  }
  return reads;
}

/** Who may have written a row that a predicate did not show: whoever left it so that it does not match. */
function notMatching(
  { history, value, status, key }: Transactions,
  witnesses: Witnesses,
  reader: number,
  operation: number,
  predicate: number,
): number[] {
  const { valueTable } = history;
  const matches = predicateOf(valueTable.get(predicate));
  if (matches === undefined) return [];
  const others = witnesses.lastWrites(key[operation]!).filter(({ transaction, operation: write }) => {
    const content = value[write]!;
    return (
      transaction !== reader &&
      status[transaction] !== Aborted &&
      (content === NullValue || !matches(valueTable.get(content)))
    );
  });
  return [InitialTransaction, ...others.map(({ transaction }) => transaction)];
}

function writesAny({ first, kind }: Transactions, t: number): boolean {
  for (let i = first[t]!; i < first[t + 1]!; i++) if (kind[i] === Write || kind[i] === Append) return true;
  return false;
}

function orders(
  { session, begin, end, timed }: Transactions,
  members: readonly number[],
): { readonly session: Relation; readonly realTime: Relation } {
  const sessions = new Relation(members.length);
  const realTime = new Relation(members.length);
  for (const [a, t] of members.entries())
    for (const [b, u] of members.entries()) {
      if (a === b || u < 0) continue;
      if (t < 0 || (session[t] === session[u] && begin[t]! < begin[u]!)) sessions.add(a, b);
      if (t < 0 || (timed && end[t] !== Never && end[t]! < begin[u]!)) realTime.add(a, b);
    }
  return { session: sessions, realTime };
}

/** Edges by the numbers of transactions in a part. */
export interface PartEdge {
  readonly kind: EdgeKind;
  readonly from: number;
  readonly to: number;
  readonly key: number;
}

/** How much of what a part tells is taken for granted besides what some edges say. */
export interface Extent {
  /**
   * Which reads: none but those of the edges; also those of the first edge's key whose writers are certain; all of that
   * key; or all.
   */
  readonly reads: "edges" | "certain" | "key" | "all";
  /** Whether also what lists and versions tell of the order of that key, or of the keys of all edges: it may contradict what was read. */
  readonly told: "nothing" | "key" | "keys";
  /** Whether who wrote a key after reading it is at once said to have built on what it read. */
  readonly built: boolean;
}

/** A part that tells only so much. */
export function narrowed(part: Part, extent: Extent, edges: readonly [PartEdge, ...PartEdge[]]): Part {
  const session = new Relation(part.members.length);
  const realTime = new Relation(part.members.length);
  for (const { kind, from, to } of edges) {
    if (kind === "so") session.add(from, to);
    if (kind === "rt") realTime.add(from, to);
  }
  const [first] = edges;
  const keys = new Set(extent.told === "keys" ? edges.map(({ key }) => key) : [first.key]);
  const isTold = (read: PartRead): boolean =>
    extent.reads === "all" ||
    (read.key === first.key &&
      (extent.reads === "key" ||
        (extent.reads === "certain" && read.writers.length === 1) ||
        (isAntiDependency(first.kind) && read.reader === first.from))) ||
    edges.some(
      (edge) =>
        isRead(edge.kind) &&
        read.key === edge.key &&
        read.reader === edge.to &&
        read.writers.includes(edge.from),
    );
  return {
    ...part,
    session,
    realTime,
    ordersBuilt: extent.built,
    reads: part.reads.filter(isTold),
    told: (key, a, b, heedsVersions) =>
      extent.told !== "nothing" && keys.has(key) && part.told(key, a, b, heedsVersions),
  };
}

export function isRead(kind: EdgeKind): boolean {
  return kind === "wr" || kind === "wrp";
}

export function isAntiDependency(kind: EdgeKind): boolean {
  return kind === "rw" || kind === "rwp";
}
