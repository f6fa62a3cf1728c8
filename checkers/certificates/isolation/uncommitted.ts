import { Aborted, Append, ReadList, type Transactions } from "../../isolation/transactions.ts";
import type { Replay } from "./replay.ts";

/** A list that shows an element more often than it was appended, in words. */
export function showsTwice({
  history,
  keys,
  kind,
  key,
  value,
  traceFirst,
  traceElement,
  deviantFirst,
  deviantElement,
}: Transactions): string | undefined {
  const { valueTable } = history;
  const appended = keysAndElements(keys.length);
  for (let i = 0; i < kind.length; i++) if (kind[i] === Append) appended.add(key[i]!, value[i]!);
  const check = (k: number, elements: Int32Array, from: number, to: number): string | undefined => {
    const shown = new Map<number, number>();
    for (let at = from; at < to; at++) {
      const element = elements[at]!;
      const times = (shown.get(element) ?? 0) + 1;
      shown.set(element, times);
      if (times > Math.max(1, appended.count(k, element)))
        return `a list of ${JSON.stringify(valueTable.get(keys[k]!))} shows ${JSON.stringify(valueTable.get(element))} more often than it was appended`;
    }
    return undefined;
  };
  for (let k = 0; k < keys.length; k++) {
    const problem = check(k, traceElement, traceFirst[k]!, traceFirst[k + 1]!);
    if (problem !== undefined) return problem;
  }
  for (let i = 0; i < kind.length; i++) {
    if (kind[i] !== ReadList || value[i]! > -2) continue;
    const deviant = -2 - value[i]!;
    const problem = check(key[i]!, deviantElement, deviantFirst[deviant]!, deviantFirst[deviant + 1]!);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** How often each element was appended to each key. */
function keysAndElements(keys: number): {
  add(key: number, element: number): void;
  count(key: number, element: number): number;
} {
  // Once is enough to know of most.
  const times = new Map<number, number>();
  const numberOf = (key: number, element: number): number => element * keys + key;
  return {
    add: (key, element) => times.set(numberOf(key, element), (times.get(numberOf(key, element)) ?? 0) + 1),
    count: (key, element) => times.get(numberOf(key, element)) ?? 0,
  };
}

/**
 * A list whose elements, but those of transactions that do not commit, are not one transaction's after the other's in the order
 * of commits, in words.
 */
export function interleaves(replay: Replay): string | undefined {
  const { transactions, elementFirst, elements } = replay;
  const { history, kind, key, keys, value, status, first, count, traceFirst, traceElement } = transactions;
  const others = keysAndElements(keys.length);
  const aborted = keysAndElements(keys.length);
  for (let t = 0; t < count; t++)
    for (let i = first[t]!; i < first[t + 1]!; i++)
      if (kind[i] === Append) (status[t] === Aborted ? aborted : others).add(key[i]!, value[i]!);
  for (let k = 0; k < keys.length; k++) {
    let next = elementFirst[k]!;
    for (let at = traceFirst[k]!; at < traceFirst[k + 1]!; at++) {
      const element = traceElement[at]!;
      if (next < elementFirst[k + 1]! && elements[next] === element) next++;
      else if (others.count(k, element) > 0 && aborted.count(k, element) === 0)
        return `the list of ${JSON.stringify(history.valueTable.get(keys[k]!))} was not appended to in the order of commits`;
    }
  }
  return undefined;
}
