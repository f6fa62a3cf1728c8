import type { Edge, EdgeKind } from "../decision.ts";
import type { Level, Strength } from "../levels.ts";
import type { Reading } from "../reading.ts";
import { Append } from "../transactions.ts";
import { precedes } from "./versions.ts";

/** Whether an edge is an anti-dependency: from a reader to whoever overwrote what it read. */
export function isAntiDependency(kind: EdgeKind): boolean {
  return kind === "rw" || kind === "rwp";
}

/** Whether an edge is one of session order or real time, and not of data. */
export function isOrder(kind: EdgeKind): boolean {
  return kind === "so" || kind === "rt";
}

/**
 * Whether an anti-dependency is of reads by predicate alone: no read of the row by its key was of an older version, as far as is
 * known, or as far as is possible where the edge is inferred.
 */
export function isByPredicate(reading: Reading, edge: Edge): boolean {
  const { from, to, key, kind } = edge;
  if (kind === "rwp") return true;
  const { readByPredicate, readFirst, readKey, readFrom } = reading;
  if (readByPredicate === undefined || kind !== "rw") return false;
  const isCertain = isObserved([edge]);
  for (let entry = readFirst[from]!; entry < readFirst[from + 1]!; entry++) {
    if (readKey[entry] !== key || readByPredicate[entry] === 1) continue;
    const isOlder = precedes(reading, key, readFrom[entry]!, to);
    if (isOlder === true || (isOlder === undefined && !isCertain)) return false;
  }
  return true;
}

export function isRead(kind: EdgeKind): boolean {
  return kind === "wr" || kind === "wrp";
}

/** Whether a strength heeds an order: sessions in `strong-session`, both in `strong`. */
export function heeds(strength: Strength, kind: EdgeKind): boolean {
  if (!isOrder(kind)) return true;
  return strength === "strong" || (strength === "strong-session" && kind === "so");
}

/** Whether nothing of a cycle was inferred for a level's sake, so that it stands for every level. */
export function isObserved(cycle: readonly Edge[]): boolean {
  return cycle.every(({ because }) => because === undefined || because.length === 0);
}

/**
 * Whether a level forbids a cycle of this shape: the rules of `docs/isolation.md`, read edge by edge. Each edge
 * starts where the one before it ended, and the first where the last did. That the edges are there is not asked here.
 */
export function forbids(level: Level, cycle: readonly Edge[], reading: Reading): boolean {
  if (cycle.length === 0 || !cycle.every(({ kind }) => heedsIn(level, kind))) return false;
  const anti = cycle.filter(({ kind }) => isAntiDependency(kind));
  const before = (i: number): Edge => cycle[(i + cycle.length - 1) % cycle.length]!;
  const everyAntiAfter = (accept: (edge: Edge) => boolean): boolean =>
    cycle.every(({ kind }, i) => !isAntiDependency(kind) || accept(before(i)));
  const others = cycle.filter(({ kind }) => !isAntiDependency(kind));
  switch (level.name) {
    case "read-uncommitted":
      return cycle.every(({ kind }) => kind === "ww" || isOrder(kind));
    case "read-committed":
      return anti.length === 0;
    case "cursor-stability":
      return (
        anti.length === 0 ||
        (anti.length === 1 &&
          anti[0]!.kind === "rw" &&
          others.every(({ kind, key }) => isOrder(kind) || (kind === "ww" && key === anti[0]!.key)))
      );
    case "monotonic-atomic-view":
    case "read-committed-biswas-enea":
      return (
        anti.length === 0 ||
        (anti.length === 1 &&
          cycle.length === 2 &&
          isRead(others[0]!.kind) &&
          readsOlderAfter(reading, others[0]!, anti[0]!))
      );
    case "monotonic-view":
    case "monotonic-snapshot-read":
      return (
        anti.length === 0 ||
        (anti.length === 1 && readsOlderAfter(reading, before(cycle.indexOf(anti[0]!)), anti[0]!))
      );
    case "read-atomic":
      return (
        anti.length === 0 ||
        (anti.length === 1 && cycle.length === 2 && (isRead(others[0]!.kind) || isOrder(others[0]!.kind)))
      );
    case "update-atomic":
      return anti.length === 0 || (anti.length === 1 && cycle.length === 2);
    case "causal-consistency":
      return (
        anti.length === 0 || (anti.length === 1 && others.every(({ kind }) => isRead(kind) || isOrder(kind)))
      );
    case "consistent-view":
    case "forward-consistent-view":
    case "parallel-snapshot-isolation":
      return anti.length <= 1;
    case "prefix-consistency":
      return everyAntiAfter(({ kind }) => isRead(kind) || isOrder(kind));
    case "snapshot-isolation":
      return everyAntiAfter(({ kind }) => !isAntiDependency(kind));
    case "ansi-snapshot-isolation":
      // Real time orders commits only, unless all of it is heeded.
      return everyAntiAfter(
        ({ kind }) => !isAntiDependency(kind) && (kind !== "rt" || level.strength === "strong"),
      );
    case "update-serializable": {
      const readers = anti.map(({ from }) => from).filter((node) => !writes(reading, node));
      return new Set(readers).size <= 1;
    }
    case "repeatable-read":
      return !anti.some((edge) => isByPredicate(reading, edge));
    case "view-serializable":
      return cycle.every((edge) => isOrder(edge.kind) || isRead(edge.kind) || !isToldOrder(reading, edge));
    case "serializable":
      return true;
  }
}

/** Whether the order of versions behind an edge may have been told by the system, by numbers: lists tell it themselves. */
function isToldOrder(
  { ordered, writerFirst, writeFirst, writeKey, writeOperation, transactions, loose }: Reading,
  { to, key }: Edge,
): boolean {
  if (loose?.versions.has(key) === true) return true;
  if (ordered[key]! <= 1 || writerFirst[key + 1]! - writerFirst[key]! <= 2) return false;
  for (let w = writeFirst[to]!; w < writeFirst[to + 1]!; w++)
    if (writeKey[w] === key) return transactions.kind[writeOperation[w]!] !== Append;
  return true;
}

/** As `heeds`; commits under ANSI snapshot isolation are in real time whatever the strength. */
function heedsIn({ name, strength }: Level, kind: EdgeKind): boolean {
  return (name === "ansi-snapshot-isolation" && kind === "rt") || heeds(strength, kind);
}

export function writes({ writeFirst }: Reading, node: number): boolean {
  return writeFirst[node + 1]! > writeFirst[node]!;
}

/**
 * Whether the node that `into` leads to read what `anti` says, at or after the operation at which `into` arrives: a read, a
 * write, or for orders the transaction as a whole. Another read of the key does not do where it is not known that its version was overwritten,
 * unless that was inferred: then it may be of any of them.
 */
function readsOlderAfter(reading: Reading, into: Edge, anti: Edge): boolean {
  if (isOrder(into.kind)) return true;
  const node = anti.from;
  const { readFirst, readKey, readOperation, readFrom, writeFirst, writeKey, writeOperation } = reading;
  let arrived = Infinity;
  if (isRead(into.kind)) {
    for (let r = readFirst[node]!; r < readFirst[node + 1]!; r++)
      if (readKey[r] === into.key && readFrom[r] === into.from)
        arrived = Math.min(arrived, readOperation[r]!);
  } else {
    for (let w = writeFirst[node]!; w < writeFirst[node + 1]!; w++)
      if (writeKey[w] === into.key) arrived = writeOperation[w]!;
  }
  const isCertain = isObserved([anti]);
  for (let r = readFirst[node]!; r < readFirst[node + 1]!; r++) {
    if (readKey[r] !== anti.key || readOperation[r]! < arrived) continue;
    const isOverwritten = precedes(reading, anti.key, readFrom[r]!, anti.to);
    if (isOverwritten === true || (isOverwritten === undefined && !isCertain)) return true;
  }
  return false;
}
