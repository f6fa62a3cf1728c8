import { isJsonArray, isJsonObject, type Json } from "../../../../histories/json.ts";
import type { Durable } from "../../../contracts/protocol.ts";
import { isCount, operationFrom, type Operation } from "../../state-machine/operation.ts";

/** The name of a transaction: the epoch of its leader, and its place among those of that leader, from 1 on. */
export type Zxid = { readonly epoch: number; readonly counter: number };

/** Before every transaction. */
export const noZxid: Zxid = { epoch: 0, counter: 0 };

/** A transaction in a history. */
export type Transaction = {
  /** The epoch and the counter of its zxid. */
  readonly ballot: number;
  readonly counter: number;
  readonly value: Operation;
};

/** The transactions that a server has accepted, in the order of their zxids. */
export type History = Transaction[];

export function zxidOf({ ballot, counter }: Transaction): Zxid {
  return { epoch: ballot, counter };
}

export function lastZxid(history: readonly Transaction[]): Zxid {
  const last = history.at(-1);
  return last === undefined ? noZxid : zxidOf(last);
}

/** Negative if the first comes before the second, positive if after. */
export function compareZxids(one: Zxid, other: Zxid): number {
  return one.epoch - other.epoch || one.counter - other.counter;
}

/** How many transactions of a history come up to a zxid. */
export function lengthUpTo(history: readonly Transaction[], zxid: Zxid): number {
  let [low, high] = [0, history.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const transaction = history[middle];
    if (transaction !== undefined && compareZxids(zxidOf(transaction), zxid) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A history in brief: the last zxid of each of its epochs. */
export function outlineOf(history: readonly Transaction[]): Zxid[] {
  const outline: Zxid[] = [];
  for (let at = history.length; at > 0;) {
    const transaction = history[at - 1];
    if (transaction === undefined) break;
    outline.unshift(zxidOf(transaction));
    at = lengthUpTo(history.slice(0, at), {
      epoch: transaction.ballot - 1,
      counter: Number.MAX_SAFE_INTEGER,
    });
  }
  return outline;
}

/**
 * How many transactions a history shares with one of which the outline is known. Two histories that share a
 * transaction share all before it: who accepts one of an epoch has taken the history of its leader first.
 */
export function sharedLength(history: readonly Transaction[], outline: readonly Zxid[]): number {
  for (let i = outline.length - 1; i >= 0; i--) {
    const there = outline[i];
    if (there === undefined) continue;
    const upTo = lengthUpTo(history, there);
    if (history[upTo - 1]?.ballot === there.epoch) return upTo;
  }
  return 0;
}

/** The zxid that `json` is; undefined when it is none. */
export function zxidFrom(json: Json | undefined): Zxid | undefined {
  if (!isJsonObject(json)) return undefined;
  const { epoch, counter } = json;
  return isCount(epoch) && isCount(counter) ? { epoch, counter } : undefined;
}

export function transactionFrom(json: Json | undefined): Transaction | undefined {
  if (!isJsonObject(json)) return undefined;
  const { ballot, counter } = json;
  const value = operationFrom(json["value"]);
  if (!isCount(ballot) || !isCount(counter) || value === undefined) return undefined;
  return { ballot, counter, value };
}

/** The list that `json` is, each member of it read; undefined when it is none. */
export function listFrom<Item>(
  json: Json | undefined,
  read: (json: Json) => Item | undefined,
): Item[] | undefined {
  if (!isJsonArray(json)) return undefined;
  const items: Item[] = [];
  for (const each of json) {
    const item = read(each);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}

/** The key under which the transaction in that place is stored. */
export function transactionKey(place: number): string {
  return `transaction/${place}`;
}

/** The history that a server finds in its storage; a record that makes no sense is an error. */
export function restoreHistory(durable: Durable): History {
  const history: History = [];
  for (;;) {
    const key = transactionKey(history.length);
    const stored = durable.get(key);
    // Null stands where a transaction was dropped.
    if (stored === undefined || stored === null) return history;
    const transaction = transactionFrom(stored);
    if (transaction === undefined) throw new Error(`unreadable record ${key}`);
    history.push(transaction);
  }
}
