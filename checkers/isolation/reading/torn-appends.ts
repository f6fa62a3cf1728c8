import { Aborted, type Transactions } from "../transactions.ts";
import type { Findings } from "./findings.ts";
import { Nowhere, type Lists } from "./lists.ts";
import { None, type Writes } from "./writes.ts";

/**
 * Finds transactions whose appends to one list do not stand together in it, in the order in which they were made. With
 * elements of others in between, each wrote on top of the other, in whatever order they came: the versions go round in a circle.
 * An append that nobody has read comes after all that were read.
 */
export function addTornAppends(
  transactions: Transactions,
  writes: Writes,
  lists: Lists,
  findings: Findings,
): void {
  const { traceFirst, keys, status } = transactions;
  const { owner, before, after } = writes;
  const { place, sources } = lists;
  const judged = new Set<number>();
  for (let key = 0; key < keys.length; key++) {
    for (let at = traceFirst[key]!; at < traceFirst[key + 1]!; at++) {
      const source = sources[at]!;
      if (source < 0) continue;
      const previous = before[source]!;
      const next = after[source]!;
      const own = place[source]!;
      const isLast = at + 1 === traceFirst[key + 1];
      if (previous === None || (own > 0 && place[previous] === own - 1)) {
        if (next === None || place[next] === own + 1 || (isLast && place[next] === Nowhere)) continue;
      }
      if (status[owner[source]!] === Aborted) continue;
      const final = writes.finalOf(source);
      if (judged.has(final)) continue;
      judged.add(final);
      addTorn(transactions, writes, lists, findings, key, final);
    }
  }
}

function addTorn(
  { traceFirst, status }: Transactions,
  { owner, before }: Writes,
  lists: Lists,
  findings: Findings,
  key: number,
  final: number,
): void {
  const appends: number[] = [];
  for (let i = final; i !== None; i = before[i]!) {
    if (lists.isAmbiguous(key, i)) lists.unclear.add(key);
    else appends.push(i);
  }
  appends.reverse();
  const { sources, place } = lists;
  const first = traceFirst[key]!;
  const length = traceFirst[key + 1]! - first;
  let begin = length;
  let end = 0;
  const places = appends.map((append) => (place[append] === Nowhere ? length : place[append]!));
  for (const other of places) {
    begin = Math.min(begin, other);
    end = Math.max(end, other);
  }
  const writer = owner[final]!;
  const report = (transactions: readonly number[], operations: readonly number[]): void => {
    findings.add("incompatible-order", key, transactions, operations);
    // What an aborted transaction appended as well may be that of it: then nothing is told of the order of the others
    // (`uncommittedOf`).
    if (!operations.some((append) => lists.isDoubtful(key, append)))
      findings.add("cyclic-versions", key, transactions, operations);
  };
  for (let at = begin; at < Math.min(end, length); at++) {
    const between = sources[first + at]!;
    if (between < 0 || owner[between] === writer || status[owner[between]!] === Aborted) continue;
    const earlier = appends[places.findIndex((other) => other < at)]!;
    const later = appends[places.findIndex((other) => other > at)]!;
    report([writer, owner[between]!], [earlier, between, later]);
    return;
  }
  if (places.some((other, i) => i > 0 && other < places[i - 1]!)) report([writer], appends);
}
