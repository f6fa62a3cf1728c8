import { NullValue } from "../../../histories/value-table.ts";
import {
  Aborted,
  Append,
  Committed,
  NoVersion,
  Read,
  ReadList,
  Undetermined,
  Unread,
  Write,
  type Transactions,
} from "../../isolation/transactions.ts";

/** The initial transaction, as a transaction; no transaction that can be named. */
export const InitialTransaction = -1;
export const Nobody = -2;

interface Written {
  readonly transaction: number;
  readonly operation: number;
  /** Whether the transaction wrote the key again. */
  final: boolean;
}

/** What the operations on some keys tell of who wrote and who read what, found in one pass over the columns. */
export class Witnesses {
  readonly #transactions: Transactions;
  /** Key → value → writes of it. */
  readonly #writes = new Map<number, Map<number, Written[]>>();
  /** Key → transaction → its last write. */
  readonly #last = new Map<number, Map<number, Written>>();
  /** Key → element → its place in the trace. */
  readonly #places = new Map<number, Map<number, number>>();

  constructor(transactions: Transactions, keys: Iterable<number>) {
    this.#transactions = transactions;
    const { count, first, kind, key, value, traceFirst, traceElement } = transactions;
    const isAsked = new Uint8Array(transactions.keys.length);
    for (const k of keys) {
      isAsked[k] = 1;
      this.#writes.set(k, new Map());
      this.#last.set(k, new Map());
      const places = new Map<number, number>();
      for (let at = traceFirst[k]!; at < traceFirst[k + 1]!; at++)
        places.set(traceElement[at]!, at - traceFirst[k]!);
      this.#places.set(k, places);
    }
    for (let t = 0; t < count; t++)
      for (let i = first[t]!; i < first[t + 1]!; i++)
        if (isAsked[key[i]!] === 1 && (kind[i] === Write || kind[i] === Append))
          this.#enter(t, i, key[i]!, value[i]!);
  }

  #enter(transaction: number, operation: number, key: number, value: number): void {
    const written = { transaction, operation, final: true };
    const last = this.#last.get(key)!;
    const before = last.get(transaction);
    if (before !== undefined) before.final = false;
    last.set(transaction, written);
    const writes = this.#writes.get(key)!;
    const same = writes.get(value);
    if (same === undefined) writes.set(value, [written]);
    else same.push(written);
  }

  writes(transaction: number, key: number): boolean {
    return transaction === InitialTransaction || (this.#last.get(key)?.has(transaction) ?? false);
  }

  /** Operation of a transaction's last write of a key; −1 if there is none. */
  lastWrite(transaction: number, key: number): number {
    return this.#last.get(key)?.get(transaction)?.operation ?? -1;
  }

  /** Reads of a key by a committed transaction that no write of its own precedes, and whose result is known. */
  reads(transaction: number, key: number): number[] {
    const { first, kind, key: keys, value, status } = this.#transactions;
    const found: number[] = [];
    if (transaction < 0 || status[transaction] !== Committed) return found;
    for (let i = first[transaction]!; i < first[transaction + 1]!; i++) {
      if (keys[i] !== key) continue;
      if (kind[i] === Write || kind[i] === Append) break;
      if (value[i] !== Unread) found.push(i);
    }
    return found;
  }

  /** The only transaction whose last write of the key a read can have seen; `Nobody` if there is not exactly one. */
  source(transaction: number, operation: number): number {
    const { kind, key, value } = this.#transactions;
    const k = key[operation]!;
    const shown = kind[operation] === ReadList ? this.#lastElement(operation) : value[operation]!;
    const initial = kind[operation] === ReadList ? shown === undefined : shown === NullValue;
    if (shown === undefined) return InitialTransaction;
    const others = (this.#writes.get(k)?.get(shown) ?? []).filter(
      (written) => written.transaction !== transaction && this.#counts(written.transaction),
    );
    const possible = kind[operation] === Read ? others.filter(({ final }) => final) : others;
    if (initial) return possible.length === 0 ? InitialTransaction : Nobody;
    const only = possible[0];
    if (only === undefined || possible.length > 1 || !only.final) return Nobody;
    // An own element that is read before it is appended says nothing.
    return kind[operation] === ReadList && this.#appends(transaction, k, shown) ? Nobody : only.transaction;
  }

  #appends(transaction: number, key: number, element: number): boolean {
    return (this.#writes.get(key)?.get(element) ?? []).some((written) => written.transaction === transaction);
  }

  #counts(transaction: number): boolean {
    return this.#transactions.status[transaction] !== Aborted;
  }

  /** Last element of the list that an operation read; `undefined` if it was empty. */
  #lastElement(operation: number): number | undefined {
    const { key, value, traceFirst, traceElement, deviantFirst, deviantElement } = this.#transactions;
    const shown = value[operation]!;
    if (shown === 0) return undefined;
    if (shown > 0) return traceElement[traceFirst[key[operation]!]! + shown - 1];
    const deviant = -2 - shown;
    const end = deviantFirst[deviant + 1]!;
    return end > deviantFirst[deviant]! ? deviantElement[end - 1] : undefined;
  }

  /** Place in the trace of the last element that a transaction appended; −1 if nobody read it, `undefined` if that does not tell. */
  place(transaction: number, key: number): number | undefined {
    const last = this.#last.get(key)?.get(transaction);
    if (last === undefined || this.#transactions.kind[last.operation] !== Append) return undefined;
    const element = this.#transactions.value[last.operation]!;
    const appenders = this.#writes.get(key)?.get(element) ?? [];
    return appenders.length === 1 ? (this.#places.get(key)?.get(element) ?? -1) : undefined;
  }

  /** The version that the system gave to a transaction's last write. */
  version(transaction: number, key: number): number {
    const last = this.lastWrite(transaction, key);
    return last < 0 ? NoVersion : (this.#transactions.version?.[last] ?? NoVersion);
  }

  /** Whether a transaction of unknown outcome was observed, so that it took effect; it wrote to the keys asked about. */
  isObserved(transaction: number): boolean {
    const { count, first, kind, key, value, status } = this.#transactions;
    if (transaction === InitialTransaction || status[transaction] === Committed) return true;
    if (status[transaction] !== Undetermined) return false;
    for (let i = first[transaction]!; i < first[transaction + 1]!; i++) {
      if (kind[i] === Append && (this.place(transaction, key[i]!) ?? -1) >= 0) return true;
      if (kind[i] !== Write || this.lastWrite(transaction, key[i]!) !== i) continue;
      for (let t = 0; t < count; t++) {
        if (status[t] !== Committed) continue;
        for (let j = first[t]!; j < first[t + 1]!; j++)
          if (
            kind[j] === Read &&
            key[j] === key[i] &&
            value[j] === value[i] &&
            this.reads(t, key[i]!).includes(j) &&
            this.source(t, j) === transaction
          )
            return true;
      }
    }
    return false;
  }
}
