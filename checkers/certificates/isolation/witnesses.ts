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

export interface Written {
  readonly transaction: number;
  readonly operation: number;
}

/** What the operations on some keys tell of who wrote and who read what, found in one pass over the columns. */
export class Witnesses {
  readonly #transactions: Transactions;
  readonly #withAborted: boolean;
  /** Key → value → writes of it. */
  readonly #writes = new Map<number, Map<number, Written[]>>();
  /** Key → transaction → its last write. */
  readonly #last = new Map<number, Map<number, Written>>();
  /** Write → its version, where only those who read it told. */
  readonly #versionRead = new Map<number, number>();
  /** Key → element → its places in the trace. */
  readonly #places = new Map<number, Map<number, number[]>>();

  /**
   * Of some keys. `withAborted`: an element of a list may be that of an aborted transaction though another appended it too, as where
   * the level asks nothing of reads.
   */
  constructor(transactions: Transactions, keys: Iterable<number>, withAborted = true) {
    this.#withAborted = withAborted;
    this.#transactions = transactions;
    const { count, first, kind, key, value, traceFirst, traceElement } = transactions;
    const isAsked = new Uint8Array(transactions.keys.length);
    for (const k of keys) {
      isAsked[k] = 1;
      this.#writes.set(k, new Map());
      this.#last.set(k, new Map());
      this.#places.set(k, placesOf(traceElement.subarray(traceFirst[k], traceFirst[k + 1])));
    }
    for (let t = 0; t < count; t++)
      for (let i = first[t]!; i < first[t + 1]!; i++)
        if (isAsked[key[i]!] === 1 && (kind[i] === Write || kind[i] === Append))
          this.#enter(t, i, key[i]!, value[i]!);
    this.#learnVersions(isAsked);
  }

  /** Takes over the versions of writes that told none from the reads that can be of nothing else. */
  #learnVersions(isAsked: Uint8Array): void {
    const { version, count, first, kind, key, value, status } = this.#transactions;
    if (version === undefined) return;
    for (let t = 0; t < count; t++) {
      if (status[t] !== Committed) continue;
      const own = new Map<number, number>();
      for (let i = first[t]!; i < first[t + 1]!; i++) {
        const k = key[i]!;
        if (isAsked[k] === 0) continue;
        if (kind[i] === Write) own.set(k, value[i]!);
        if (kind[i] !== Read || version[i] === NoVersion || own.get(k) === value[i]) continue;
        const writer = this.source(t, i);
        if (writer >= 0 && this.version(writer, k) === NoVersion)
          this.#versionRead.set(this.lastWrite(writer, k), version[i]!);
      }
    }
  }

  #enter(transaction: number, operation: number, key: number, value: number): void {
    const written = { transaction, operation };
    this.#last.get(key)!.set(transaction, written);
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

  /**
   * The only transaction whose version of the key a read can have seen; `Nobody` if there is not exactly one. Of lists,
   * whoever appended the last element: if that was not its last, the levels that heed reads are violated all the same.
   */
  source(transaction: number, operation: number): number {
    const sources = this.sources(transaction, operation);
    return sources.length === 1 ? sources[0]! : Nobody;
  }

  /** All transactions whose version of the key a read can have seen. */
  sources(transaction: number, operation: number): readonly number[] {
    const { kind, key, value } = this.#transactions;
    const isList = kind[operation] === ReadList;
    const shown = isList ? this.#lastElement(operation) : value[operation]!;
    if (shown === undefined) return [InitialTransaction];
    const found = new Set(!isList && shown === NullValue ? [InitialTransaction] : []);
    for (const { transaction: writer, operation: write } of this.#writes.get(key[operation]!)?.get(shown) ??
      []) {
      if (writer === transaction || !this.#counts(writer)) continue;
      if (isList || this.lastWrite(writer, key[operation]!) === write) found.add(writer);
    }
    return this.#ofVersion(operation, [...found]);
  }

  /** Of those who may have written what was read, those to whose version the reader's fits, where the system told any. */
  #ofVersion(operation: number, writers: readonly number[]): readonly number[] {
    const { version, key } = this.#transactions;
    const read = version?.[operation] ?? NoVersion;
    if (read === NoVersion || writers.length < 2) return writers;
    const same = writers.filter((writer) => this.version(writer, key[operation]!) === read);
    if (same.length > 0) return same;
    const untold = writers.filter((writer) => this.version(writer, key[operation]!) === NoVersion);
    return untold.length > 0 ? untold : writers;
  }

  /** Whether several transactions wrote one value to a key. */
  hasRepeated(): boolean {
    for (const writes of this.#writes.values())
      for (const same of writes.values())
        if (same.some(({ transaction }) => transaction !== same[0]!.transaction)) return true;
    return false;
  }

  /** Every transaction's last write of a key. */
  lastWrites(key: number): readonly Written[] {
    return [...(this.#last.get(key)?.values() ?? [])];
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

  /**
   * Whether the list of a key tells that one transaction appended before another: an element that only the first appended stands before
   * all that the second can have. (One of a transaction's elements tells of all: with others' in between, no level would hold.)
   */
  appendedBefore(a: number, b: number, key: number): boolean {
    if (a < 0 || b < 0) return false;
    const places = this.#places.get(key);
    let latest = -1;
    const own = this.#appends(a, key);
    const equals = placesOf(own);
    // Where its elements stand if they stand together: nobody else's are there.
    let begin = Infinity;
    for (const [i, element] of own.entries()) {
      if (!this.#isOnlyAppender(a, this.#writes.get(key)?.get(element) ?? [])) continue;
      const stands = places?.get(element) ?? [];
      latest = Math.max(latest, stands.at(-1) ?? -1);
      // Equal elements of its own stand in the order in which it appended them, if all are there.
      const equal = equals.get(element)!;
      if (stands.length === equal.length) begin = stands[equal.indexOf(i)]! - i;
    }
    let earliest = Infinity;
    for (const element of this.#appends(b, key))
      for (const place of places?.get(element) ?? [])
        if (place < begin || place >= begin + own.length) earliest = Math.min(earliest, place);
    return latest >= 0 && latest < earliest;
  }

  /** The elements that a transaction appended to a list, in this order. */
  #appends(transaction: number, key: number): number[] {
    const { first, kind, key: keys, value } = this.#transactions;
    const elements: number[] = [];
    for (let i = first[transaction]!; i < first[transaction + 1]!; i++)
      if (keys[i] === key && kind[i] === Append) elements.push(value[i]!);
    return elements;
  }

  /** Whether an element that only a transaction appended is in the trace. */
  #isInTrace(transaction: number, i: number): boolean {
    const { key, value } = this.#transactions;
    return (
      this.#places.get(key[i]!)?.has(value[i]!) === true &&
      this.#isOnlyAppender(transaction, this.#writes.get(key[i]!)?.get(value[i]!) ?? [])
    );
  }

  /** Whether nobody else appended an element who may be the one that was seen. */
  #isOnlyAppender(transaction: number, appended: readonly Written[]): boolean {
    return appended.every(
      (other) => other.transaction === transaction || !(this.#withAborted || this.#counts(other.transaction)),
    );
  }

  /** The version that the system gave to a transaction's last write, as the write told or who read it. */
  version(transaction: number, key: number): number {
    const last = this.lastWrite(transaction, key);
    const told = last < 0 ? NoVersion : (this.#transactions.version?.[last] ?? NoVersion);
    return told === NoVersion ? (this.#versionRead.get(last) ?? NoVersion) : told;
  }

  /** Whether a transaction of unknown outcome was observed, so that it took effect; it wrote to the keys asked about. */
  isObserved(transaction: number): boolean {
    const { count, first, kind, key, value, status } = this.#transactions;
    if (transaction === InitialTransaction || status[transaction] === Committed) return true;
    if (status[transaction] !== Undetermined) return false;
    for (let i = first[transaction]!; i < first[transaction + 1]!; i++) {
      if (kind[i] === Append && this.#isInTrace(transaction, i)) return true;
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

/** Element → its places in a list. */
function placesOf(elements: ArrayLike<number>): Map<number, number[]> {
  const places = new Map<number, number[]>();
  for (let at = 0; at < elements.length; at++) {
    const known = places.get(elements[at]!);
    if (known === undefined) places.set(elements[at]!, [at]);
    else known.push(at);
  }
  return places;
}

/** The transaction invoked at an event, −1 standing for the initial one; `Nobody` if none was. */
export function transactionAt({ begin, count }: Transactions, event: number): number {
  if (event === -1) return InitialTransaction;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (begin[middle]! < event) low = middle + 1;
    else high = middle;
  }
  return count > 0 && begin[low] === event ? low : Nobody;
}
