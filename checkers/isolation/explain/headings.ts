import type { AnomalyName } from "../anomalies.ts";
import { isAntiDependency, isObserved, isOrder, isRead } from "../cycles/forbids.ts";
import { edgesBehind } from "../cycles/name-cycle.ts";
import type { Edge } from "../decision.ts";

/** What happened in human terms, in one sentence with the common name of it where it has one. */
export function headingOfCycle(
  cycle: readonly Edge[],
  names: readonly AnomalyName[],
  texts: { name(node: number): string; keyText(key: number): string },
): string {
  const anti = cycle.filter(({ kind }) => isAntiDependency(kind));
  const name = (node: number): string => texts.name(node);
  const all = list(cycle.map(({ from }) => name(from)).toSorted(byNumber));
  const is = (what: string): boolean =>
    names.some((known) => known.replace(/-(process|realtime)$/, "") === what);
  const involved = Array.from(edgesBehind(cycle), ({ to }) => name(to));
  if (!isObserved(cycle) && (anti.length === 0 || anti.length > 2))
    return `What ${list(involved.toSorted(byNumber))} read leaves no order in which they can have written.`;
  if (anti.length === 0) {
    if (cycle.every(({ kind }) => isOrder(kind))) return `The order of ${all} contradicts itself.`;
    if (is("G0"))
      return cycle.length === 2 && !cycle.some(({ kind }) => isOrder(kind))
        ? `${all} overwrote each other's writes in opposite orders (dirty write).`
        : `The writes of ${all} came in an order that goes round in a circle (dirty write).`;
    return cycle.length === 2 && cycle.every(({ kind }) => isRead(kind))
      ? `${all} each saw what the other wrote: information flowed in a circle.`
      : `What ${all} wrote and saw goes round in a circle: information flowed back to where it came from.`;
  }
  if (anti.length === 1) return headingOfSingle(cycle, anti[0]!, texts);
  if (is("long-fork")) {
    const readers = list(anti.map(({ from }) => name(from)).toSorted(byNumber));
    const writers = list(anti.map(({ to }) => name(to)).toSorted(byNumber));
    return `${readers} saw the independent writes of ${writers} in opposite orders (long fork).`;
  }
  if (is("write-skew"))
    return `${all} each read what the other then changed: run one after the other, in either order, one of them would have read something else (write skew).`;
  if (is("G-nonadjacent"))
    return `${list(anti.map(({ from }) => name(from)).toSorted(byNumber))} each saw a state that is of no one moment (long fork).`;
  if (cycle.length === 2 && anti[0]!.key === anti[1]!.key)
    return `${all} each changed ${texts.keyText(anti[0]!.key)} without having seen the change of the other (lost update).`;
  const predicate = is("G2") ? ", one of them by a predicate (phantom)" : "";
  return cycle.length === 2
    ? `${all} each missed what the other wrote${predicate}: no order of the two explains what they read.`
    : `Of ${all}, each missed or followed what the next one did${predicate}: no order, one after the other, explains what they read.`;
}

function headingOfSingle(
  cycle: readonly Edge[],
  anti: Edge,
  texts: { name(node: number): string; keyText(key: number): string },
): string {
  const reader = texts.name(anti.from);
  const writer = texts.name(anti.to);
  const key = texts.keyText(anti.key);
  const others = cycle.filter((edge) => edge !== anti);
  const [first] = others;
  if (others.length === 1 && first !== undefined) {
    if (isRead(first.kind))
      return first.key === anti.key
        ? `${reader} saw ${key} both with and without what ${writer} did to it (non-repeatable read).`
        : `${reader} saw one part of what ${writer} did and missed another (read skew, fractured read).`;
    if (first.kind === "ww")
      return first.key === anti.key
        ? `${reader} changed ${key} without having seen the change of ${writer} that came before (lost update).`
        : `${reader} read ${key} as it was before ${writer}, yet wrote ${texts.keyText(first.key)} after it (read skew).`;
    return `${reader} read an old version of ${key}: ${writer} had replaced it before ${reader} began (stale read).`;
  }
  if (others.every(({ kind }) => isRead(kind) || isOrder(kind)))
    return `${reader} missed what ${writer} did to ${key}, although it saw what came of it (causality violation).`;
  return `${reader} missed what ${writer} did to ${key}, although it came after it by other ways (read skew).`;
}

/** "T1", "T1 and T2", "T1, T2 and T3". */
export function list(words: readonly string[]): string {
  const distinct = [...new Set(words)];
  if (distinct.length <= 1) return distinct[0] ?? "";
  return `${distinct.slice(0, -1).join(", ")} and ${distinct.at(-1)}`;
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
