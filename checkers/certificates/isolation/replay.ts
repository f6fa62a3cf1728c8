import { NullValue } from "../../../histories/value-table.ts";
import {
  Aborted,
  Append,
  Committed,
  Read,
  ReadList,
  Unread,
  Write,
  type Transactions,
} from "../../isolation/transactions.ts";
import type { ClaimedExecution } from "./claims.ts";
import { ValueIndex } from "./value-index.ts";

/** No version: of an operation that reads or makes none. */
export const NoVersionSeen = -1;
/** Where the initial transaction stands: before all others. */
export const Before = -1;

/**
 * A claimed execution, replayed over the columns of the transactions: where each transaction stands, the versions of every key that the
 * order of commits gives, and which of them each read saw. Says what is wrong (`problem`) where that is impossible.
 */
export class Replay {
  readonly transactions: Transactions;
  /** Transaction at each position. */
  readonly order: Int32Array;
  /** Position of each transaction; −1 if it is not in the execution. */
  readonly position: Int32Array;

  /** Versions of key k: `versionFirst[k]` to `versionFirst[k + 1]`, the initial one first. */
  readonly versionFirst: Int32Array;
  /** Position of the writer of each version, `Before` for the initial one. */
  readonly writtenAt: Int32Array;
  /** Of a register, the number of the value; of a list, its length. */
  readonly content: Int32Array;
  /** Elements of list k in the order of commits: `elements[elementFirst[k]]` to `elementFirst[k + 1]`. */
  readonly elementFirst: Int32Array;
  readonly elements: Int32Array;
  /** How many elements the trace of each key and its list have in common at their beginnings. */
  readonly agreement: Int32Array;

  /** Of each micro-operation: the version that a final write made, or that a read saw that no own write precedes. */
  readonly version: Int32Array;

  problem: string | undefined;

  constructor(transactions: Transactions, { commits }: ClaimedExecution) {
    const { count, keys, kind } = transactions;
    this.transactions = transactions;
    this.order = new Int32Array(commits.length);
    this.position = new Int32Array(count).fill(-1);
    this.versionFirst = new Int32Array(keys.length + 1);
    this.elementFirst = new Int32Array(keys.length + 1);
    this.version = new Int32Array(kind.length).fill(NoVersionSeen);
    this.agreement = new Int32Array(keys.length);
    this.problem = this.#place(commits);
    const isFinal = this.#countVersions();
    this.writtenAt = new Int32Array(this.versionFirst[keys.length]!).fill(Before);
    this.content = new Int32Array(this.writtenAt.length).fill(0);
    this.elements = new Int32Array(this.elementFirst[keys.length]!);
    this.#makeVersions(isFinal);
    this.#compareTraces();
  }

  /** The transaction invoked at an event; −1 if none was. */
  transactionAt(event: number): number {
    const { begin, count } = this.transactions;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (begin[middle]! < event) low = middle + 1;
      else high = middle;
    }
    return count > 0 && begin[low] === event ? low : -1;
  }

  #place(commits: ArrayLike<number>): string | undefined {
    const { count, status, begin } = this.transactions;
    for (let p = 0; p < commits.length; p++) {
      const t = this.transactionAt(commits[p]!);
      if (t < 0) return `event ${commits[p]} invoked no transaction`;
      if (this.position[t] !== -1) return `the transaction of event ${commits[p]} commits twice`;
      if (status[t] === Aborted) return `the transaction of event ${commits[p]} was aborted, yet commits`;
      this.order[p] = t;
      this.position[t] = p;
    }
    for (let t = 0; t < count; t++)
      if (status[t] === Committed && this.position[t] === -1)
        return `the transaction of event ${begin[t]} does not commit`;
    return undefined;
  }

  /** Counts the versions and elements of each key; marks the last write of each transaction to each key. */
  #countVersions(): Uint8Array {
    const { first, kind, key, keys } = this.transactions;
    const isFinal = new Uint8Array(kind.length);
    const seenBy = new Int32Array(keys.length).fill(-1);
    for (const t of this.order) {
      for (let i = first[t + 1]! - 1; i >= first[t]!; i--) {
        const k = key[i]!;
        if (kind[i] === Append) this.elementFirst[k + 1]!++;
        if ((kind[i] !== Append && kind[i] !== Write) || seenBy[k] === t) continue;
        seenBy[k] = t;
        isFinal[i] = 1;
        this.versionFirst[k + 1]!++;
      }
    }
    for (let k = 0; k < keys.length; k++) {
      this.versionFirst[k + 1]! += this.versionFirst[k]! + 1;
      this.elementFirst[k + 1]! += this.elementFirst[k]!;
    }
    return isFinal;
  }

  #makeVersions(isFinal: Uint8Array): void {
    const { first, kind, key, keys, value } = this.transactions;
    const next = this.versionFirst.slice(0, keys.length);
    const nextElement = this.elementFirst.slice(0, keys.length);
    for (const [p, t] of this.order.entries()) {
      for (let i = first[t]!; i < first[t + 1]!; i++) {
        const k = key[i]!;
        if (kind[i] === Append) this.elements[nextElement[k]!++] = value[i]!;
        if (isFinal[i] === 0) continue;
        const version = ++next[k]!;
        this.version[i] = version;
        this.writtenAt[version] = p;
        this.content[version] = kind[i] === Append ? nextElement[k]! - this.elementFirst[k]! : value[i]!;
      }
    }
  }

  #compareTraces(): void {
    const { keys, traceFirst, traceElement } = this.transactions;
    for (let k = 0; k < keys.length; k++) {
      const trace = traceFirst[k]!;
      const own = this.elementFirst[k]!;
      const most = Math.min(traceFirst[k + 1]! - trace, this.elementFirst[k + 1]! - own);
      let equal = 0;
      while (equal < most && traceElement[trace + equal] === this.elements[own + equal]) equal++;
      this.agreement[k] = equal;
    }
  }

  /** Length of the list that operation `i` read if it is how the list of its key began; −1 if the list never was so. */
  lengthRead(i: number): number {
    const { key, value, deviantFirst, deviantElement } = this.transactions;
    const k = key[i]!;
    const shown = value[i]!;
    if (shown >= 0) return shown <= this.agreement[k]! ? shown : -1;
    const deviant = -2 - shown;
    const from = deviantFirst[deviant]!;
    const length = deviantFirst[deviant + 1]! - from;
    const own = this.elementFirst[k]!;
    if (length > this.elementFirst[k + 1]! - own) return -1;
    for (let at = 0; at < length; at++) if (deviantElement[from + at] !== this.elements[own + at]) return -1;
    return length;
  }

  /** Whether a read saw exactly this version. */
  shows(i: number, version: number): boolean {
    const { kind, value } = this.transactions;
    return this.content[version] === (kind[i] === ReadList ? this.lengthRead(i) : value[i]);
  }

  /** The latest version of a key whose writer stands before a position. */
  latestBefore(key: number, position: number): number {
    let low = this.versionFirst[key]!;
    let high = this.versionFirst[key + 1]! - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.writtenAt[middle]! < position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The version of a key that the transaction at a position wrote; `NoVersionSeen` if it wrote none. */
  writtenBy(key: number, position: number): number {
    const version = this.latestBefore(key, position + 1);
    return this.writtenAt[version] === position ? version : NoVersionSeen;
  }

  /** Whether another version of the same key follows. */
  hasNext(version: number, key: number): boolean {
    return version + 1 < this.versionFirst[key + 1]!;
  }

  isRead(i: number): boolean {
    const { kind, value } = this.transactions;
    return (kind[i] === Read || kind[i] === ReadList) && value[i] !== Unread;
  }

  /**
   * Finds the version that each read saw that no own write of the key precedes: as claimed, else of those of its value the latest before it.
   * Returns what is wrong.
   */
  findSources(sources: ReadonlyMap<number, number> | undefined): string | undefined {
    const { first, kind, key, keys, value, status } = this.transactions;
    const written = new ValueIndex(this.writtenAt.length);
    for (let k = 0; k < keys.length; k++) written.set(k, NullValue, this.versionFirst[k]!);
    const wroteLast = new Int32Array(keys.length).fill(-1);
    for (const [p, t] of this.order.entries()) {
      if (status[t] === Committed)
        for (let i = first[t]!; i < first[t + 1]!; i++) {
          const k = key[i]!;
          if (kind[i] === Write || kind[i] === Append) wroteLast[k] = t;
          if (!this.isRead(i) || wroteLast[k] === t) continue;
          const version = this.#sourceOf(i, p, sources?.get(i), written);
          if (version === NoVersionSeen)
            return `operation ${i - first[t]!} of the transaction of event ${this.transactions.begin[t]} saw what no transaction before it left`;
          this.version[i] = version;
        }
      for (let i = first[t]!; i < first[t + 1]!; i++)
        if (kind[i] === Write && this.version[i] !== NoVersionSeen)
          written.set(key[i]!, value[i]!, this.version[i]!);
    }
    return undefined;
  }

  #sourceOf(i: number, position: number, claimed: number | undefined, written: ValueIndex): number {
    const { kind, key, value } = this.transactions;
    const k = key[i]!;
    if (claimed !== undefined) {
      const writer = claimed < 0 ? Before : (this.position[this.transactionAt(claimed)] ?? -1);
      if (claimed >= 0 && writer < 0) return NoVersionSeen;
      const version = writer === Before ? this.versionFirst[k]! : this.writtenBy(k, writer);
      return writer < position && version !== NoVersionSeen && this.shows(i, version)
        ? version
        : NoVersionSeen;
    }
    if (kind[i] === Read) return written.get(k, value[i]!);
    const length = this.lengthRead(i);
    if (length < 0) return NoVersionSeen;
    // Lengths of versions ascend.
    let low = this.versionFirst[k]!;
    let high = this.versionFirst[k + 1]! - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.content[middle]! < length) low = middle + 1;
      else high = middle;
    }
    return this.content[low] === length && this.writtenAt[low]! < position ? low : NoVersionSeen;
  }
}
