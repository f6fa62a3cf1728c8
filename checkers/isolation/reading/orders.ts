import { inWords } from "../../../histories/json.ts";
import { Initial, type Reading } from "../reading.ts";
import type { Transactions } from "../transactions.ts";
import type { Lists } from "./lists.ts";
import { FromSeveral } from "./sources.ts";
import { None, type Writes } from "./writes.ts";

export interface Orders extends Pick<Reading, "writerFirst" | "writer" | "ordered"> {
  /** The final write of each of `writer`; `None` of the initial transaction. */
  readonly finalWrite: Int32Array;
}

/** The writers of each key, in the order of their versions as far as that is known. */
export function ordersOf(
  transactions: Transactions,
  writes: Writes,
  lists: Lists,
  node: Int32Array,
  { writeFirst, writeKey, writeOperation }: Pick<Reading, "writeFirst" | "writeKey" | "writeOperation">,
  gaps: string[],
): Orders {
  const { keys, traceFirst } = transactions;
  const writerFirst = new Int32Array(keys.length + 1);
  for (const k of writeKey) writerFirst[k + 1]!++;
  for (let k = 0; k < keys.length; k++) writerFirst[k + 1]! += writerFirst[k]! + 1;
  const writer = new Int32Array(writerFirst[keys.length]!);
  const finalWrite = new Int32Array(writer.length).fill(None);
  const filled = new Int32Array(keys.length).fill(1);
  const ordered = new Int32Array(keys.length).fill(1);
  /** Whether the place of each final write in its key's order is known. */
  const isOrdered = new Uint8Array(transactions.kind.length);

  for (let k = 0; k < keys.length; k++) {
    writer[writerFirst[k]!] = Initial;
    const first = traceFirst[k]!;
    if (first === traceFirst[k + 1]) continue;
    let end = first;
    while (end < traceFirst[k + 1]! && lists.sources[end] !== FromSeveral) end++;
    if (end < traceFirst[k + 1]!) gaps.push(severalAppended(transactions, k, end));
    else if (lists.unclear.has(k)) gaps.push(severalAppended(transactions, k));
    // Backwards, since a transaction's version is there with the last of its appends.
    let at = writerFirst[k]!;
    for (let i = end - 1; i >= first; i--) {
      const source = lists.sources[i]!;
      if (source < 0) continue;
      const n = node[writes.owner[source]!]!;
      const final = writes.finalOf(source);
      if (n < 0 || isOrdered[final] === 1) continue;
      isOrdered[final] = 1;
      writer[++at] = n;
      finalWrite[at] = final;
    }
    writer.subarray(writerFirst[k]! + 1, at + 1).reverse();
    finalWrite.subarray(writerFirst[k]! + 1, at + 1).reverse();
    filled[k] = ordered[k] = at - writerFirst[k]! + 1;
  }
  for (let n = 1; n < writeFirst.length - 1; n++) {
    for (let entry = writeFirst[n]!; entry < writeFirst[n + 1]!; entry++) {
      const k = writeKey[entry]!;
      if (isOrdered[writeOperation[entry]!] === 1) continue;
      const at = writerFirst[k]! + filled[k]!++;
      writer[at] = n;
      finalWrite[at] = writeOperation[entry]!;
    }
  }
  // One alone that comes after all others is in order.
  for (let k = 0; k < keys.length; k++) {
    const writers = writerFirst[k + 1]! - writerFirst[k]!;
    if (ordered[k] === writers - 1) ordered[k] = writers;
  }
  return { writerFirst, writer, ordered, finalWrite };
}

function severalAppended({ history, keys, traceElement }: Transactions, key: number, at?: number): string {
  const { valueTable } = history;
  const element = at === undefined ? "the same element" : inWords(valueTable.get(traceElement[at]!));
  return `which of several transactions that appended ${element} to ${inWords(valueTable.get(keys[key]!))} did so first`;
}
