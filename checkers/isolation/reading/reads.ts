import {
  Aborted,
  Append,
  NoVersion,
  Read,
  ReadList,
  Undetermined,
  Unread,
  Write,
  type Transactions,
} from "../transactions.ts";
import type { Findings } from "./findings.ts";
import { readLeftOut } from "./left-out.ts";
import { ListViews } from "./list-views.ts";
import type { Fault, Lists } from "./lists.ts";
import { MaybeObserved, Observed, Unobserved } from "./observed.ts";
import { Rows } from "./rows.ts";
import { FromInitial, FromNobody, FromSeveral, registerSource, writersOf } from "./sources.ts";
import type { Versions } from "./versions.ts";
import { None, type Writes } from "./writes.ts";

/** Source of an operation that makes no edge: no read, or one that tells nothing of other transactions. */
export const NoSource = -5;

/**
 * Walks through every transaction in program order and finds from whom each of its reads is; and what contradicts within
 * one transaction, or whatever the order of transactions.
 */
export class Reads {
  /** Of each operation: who wrote what it read (an operation, or one of the `From…`), or `NoSource`. */
  readonly source: Int32Array;
  /** Of each read whose source is `FromSeveral`: the transactions, −1 the initial one. */
  readonly candidates = new Map<number, readonly number[]>();
  /** Of each transaction. */
  readonly observed: Uint8Array;

  readonly #transactions: Transactions;
  readonly #writes: Writes;
  readonly #lists: Lists;
  readonly #versions: Versions | undefined;
  readonly #findings: Findings;

  // Of each key, as far as the transaction at hand is concerned; `None` or less than its first operation: nothing yet.
  /** The last read or write. */
  readonly #last: Int32Array;
  /** The last own write. */
  readonly #own: Int32Array;
  /** The read of the longest prefix of the trace. */
  readonly #longest: Int32Array;

  /** What was reported already: sources of G1a and G1b. */
  readonly #reported = new Set<number>();
  readonly #reportedValues = new Set<string>();
  /** Key → which fault of its trace nobody has read so far. */
  readonly #nextFault = new Map<number, number>();
  readonly #severalOf = new Map<number, readonly number[]>();
  readonly #views: ListViews;
  #rows: Rows | undefined;
  /** Reads of rows that a predicate left out. */
  readonly #leftOut: number[] = [];
  /** Key → a read of its whole trace. */
  #traceReads: Map<number, number> | undefined;

  constructor(
    transactions: Transactions,
    writes: Writes,
    lists: Lists,
    versions: Versions | undefined,
    findings: Findings,
  ) {
    this.#transactions = transactions;
    this.#writes = writes;
    this.#lists = lists;
    this.#versions = versions;
    this.#findings = findings;
    const operations = transactions.kind.length;
    const keys = transactions.keys.length;
    this.source = new Int32Array(operations).fill(NoSource);
    this.observed = new Uint8Array(transactions.count);
    this.#last = new Int32Array(keys).fill(None);
    this.#own = new Int32Array(keys).fill(None);
    this.#longest = new Int32Array(keys).fill(None);
    this.#views = new ListViews(transactions);
    this.#observeTraces();
    this.#walk();
    if (this.#rows !== undefined)
      readLeftOut(
        transactions,
        writes,
        this.#rows,
        this.#leftOut,
        this.observed,
        this.source,
        this.candidates,
        (writers) => this.#mayHaveSeen(writers),
      );
  }

  #walk(): void {
    const { count, first, kind, key, value, predicate } = this.#transactions;
    for (let t = 0; t < count; t++) {
      const begin = first[t]!;
      for (let i = begin; i < first[t + 1]!; i++) {
        const k = key[i]!;
        switch (kind[i]!) {
          case Append:
            if (this.#longest[k]! >= begin && this.#lists.place[i]! >= 0) this.#lookBack(t, k, i);
            this.#own[k] = i;
            break;
          case Write:
            this.#own[k] = i;
            this.#last[k] = i;
            break;
          case Read:
            if (predicate !== undefined && predicate[i]! >= 0) this.#readRow(t, k, i, begin, predicate[i]!);
            if (value[i] === Unread) break;
            this.#readRegister(t, k, i, begin);
            this.#last[k] = i;
            break;
          case ReadList:
            if (value[i] !== Unread) this.#readList(t, k, i, begin);
            break;
        }
      }
    }
  }

  /** What a predicate says of a row: that it matches, or that it does not or is not there. */
  #readRow(t: number, k: number, i: number, begin: number, predicate: number): void {
    const { value } = this.#transactions;
    const rows = (this.#rows ??= new Rows(this.#transactions, this.#writes));
    if (value[i] !== Unread) {
      if (!rows.matches(predicate, value[i]!)) this.#findings.add("predicate-read-miss", k, [t], [i]);
      return;
    }
    const last = this.#last[k]!;
    if (last >= begin && rows.matches(predicate, value[last]!))
      this.#findings.add("predicate-read-miss", k, [t], [i, last]);
    if (this.#own[k]! < begin) this.#leftOut.push(i);
  }

  #readRegister(t: number, k: number, i: number, begin: number): void {
    const { value } = this.#transactions;
    const own = this.#own[k]!;
    const last = this.#last[k]!;
    if (own >= begin) {
      if (value[i] === value[last]) return;
      this.#findings.add("internal", k, [t], [i, last], value[i] !== value[own]);
      if (!this.#wroteBefore(t, k, i)) this.#judge(t, k, i, this.#registerSource(t, k, i));
      return;
    }
    if (last >= begin && value[i] !== value[last]) this.#findings.add("internal", k, [t], [i, last]);
    this.source[i] = this.#judge(t, k, i, this.#registerSource(t, k, i));
  }

  /** Whether the transaction itself wrote before what it read, though maybe not last. */
  #wroteBefore(t: number, k: number, i: number): boolean {
    const { owner, same } = this.#writes;
    for (
      let own = this.#writes.find(k, this.#transactions.value[i]!);
      own !== None && own < i;
      own = same[own]!
    )
      if (owner[own] === t) return true;
    return false;
  }

  #registerSource(t: number, k: number, i: number): number {
    const value = this.#transactions.value[i]!;
    const version = this.#transactions.version?.[i] ?? NoVersion;
    const source =
      this.#versions === undefined || version === NoVersion
        ? registerSource(this.#transactions, this.#writes, k, value, t)
        : this.#versions.source(i, t);
    if (source === FromSeveral) {
      this.candidates.set(i, this.#several(k, i, version !== NoVersion, t));
      return source;
    }
    if (source !== FromNobody) return source;
    // Nobody else wrote it: it may have itself, later on.
    const later = this.#writes.find(k, value);
    if (later !== None) this.#findings.add("future-read", k, [t], [i, later]);
    else this.#reportValue("never-written", k, value, [t], [i]);
    return source;
  }

  /** What the source says of the read; the source, or `FromNobody` if it took no effect. */
  #judge(t: number, k: number, i: number, source: number): number {
    if (source < 0) return source;
    const writer = this.#writes.owner[source]!;
    if (this.#transactions.status[writer] === Aborted) {
      this.#report("G1a", k, source, [t, writer], [i, source]);
      return FromNobody;
    }
    this.observed[writer] = Observed;
    const after = this.#writes.after[source]!;
    if (after !== None) this.#report("G1b", k, source, [t, writer], [i, source, after]);
    return source;
  }

  #several(k: number, i: number, isVersioned: boolean, reader: number): readonly number[] {
    const { value, first } = this.#transactions;
    let all: readonly number[] | undefined;
    if (isVersioned && this.#versions !== undefined) {
      all = this.#versions.writersOf(i, reader);
      this.#mayHaveSeen(all);
    } else {
      const head = this.#writes.find(k, value[i]!);
      all = this.#severalOf.get(head);
      if (all === undefined) {
        all = writersOf(this.#transactions, this.#writes, k, value[i]!);
        this.#severalOf.set(head, all);
        this.#mayHaveSeen(all);
      }
    }
    // The reader is one of them if it wrote the same itself in the end.
    for (let own = i + 1; own < first[reader + 1]!; own++)
      if (this.#isFinalWriteOf(own, k, value[i]!)) return all.filter((writer) => writer !== reader);
    return all;
  }

  #isFinalWriteOf(i: number, k: number, value: number): boolean {
    const { kind, key, value: values } = this.#transactions;
    return kind[i] === Write && key[i] === k && values[i] === value && this.#writes.after[i] === None;
  }

  #mayHaveSeen(writers: readonly number[]): void {
    for (const writer of writers)
      if (writer >= 0 && this.observed[writer] === Unobserved) this.observed[writer] = MaybeObserved;
  }

  #readList(t: number, k: number, i: number, begin: number): void {
    const { value, traceFirst, traceElement, deviantFirst, deviantElement } = this.#transactions;
    const code = value[i]!;
    const isTraced = code >= 0;
    const elements = isTraced ? traceElement : deviantElement;
    const first = isTraced ? traceFirst[k]! : deviantFirst[-2 - code]!;
    const length = isTraced ? code : deviantFirst[-1 - code]! - first;
    let sources = this.#lists.sources;
    let firstSource = first;
    if (!isTraced) {
      sources = new Int32Array(length);
      firstSource = 0;
      const faults = this.#lists.judge(k, elements, first, first + length, sources, 0);
      for (const fault of faults ?? []) this.#reportFault(t, k, i, fault);
      this.#judgeDeviant(t, k, i, sources, faults ?? []);
    } else if (length > 0) {
      this.#reportFaults(t, k, i, length);
      const longest = this.#longest[k]!;
      if (!(longest >= begin && value[longest]! >= length)) this.#longest[k] = i;
    }

    const own = this.#own[k]! >= begin ? this.#own[k]! : None;
    let external = length;
    for (let append = own; append !== None; append = this.#writes.before[append]!) {
      if (external > 0 && elements[first + external - 1] === value[append]) {
        external--;
        continue;
      }
      // Not what it had appended itself: of whom it is, is judged, but it is no version that was read.
      this.#findings.add("internal", k, [t], [i, own], true);
      if (length > 0)
        this.#judgeElement(t, k, i, sources[firstSource + length - 1]!, elements[first + length - 1]!);
      return;
    }
    const before = this.#views.take(k, i, begin, elements, first, external);
    if (before !== None) this.#findings.add("internal", k, [t], [i, before]);
    // What another appended as well may be that of the other.
    if (own !== None && this.#lists.isAmbiguous(k, own)) return;
    const source =
      external === 0
        ? FromInitial
        : this.#judgeElement(t, k, i, sources[firstSource + external - 1]!, elements[first + external - 1]!);
    // After own appends it makes no edge: what it was built on is told by the order of the list.
    if (own === None) this.source[i] = source;
  }

  #judgeElement(t: number, k: number, i: number, source: number, element: number): number {
    if (source === FromSeveral) {
      const appenders = this.#lists.appendersOf(this.#writes.find(k, element));
      this.#mayHaveSeen(appenders);
      this.candidates.set(i, appenders.includes(t) ? appenders.filter((writer) => writer !== t) : appenders);
      return source;
    }
    if (source >= 0 && this.#writes.owner[source] === t) return FromNobody;
    return this.#judge(t, k, i, source);
  }

  /** A list that was read before already had what is only now appended. */
  #lookBack(t: number, k: number, append: number): void {
    const read = this.#longest[k]!;
    if (this.#transactions.value[read]! > this.#lists.place[append]!)
      this.#findings.add("future-read", k, [t], [read, append]);
  }

  /** Finds what is wrong with a list that is no prefix of the trace. */
  #judgeDeviant(t: number, k: number, i: number, sources: Int32Array, faults: readonly Fault[]): void {
    const { owner } = this.#writes;
    for (const source of sources) {
      if (source === FromSeveral || source < 0) continue;
      const writer = owner[source]!;
      if (writer === t && source > i) this.#findings.add("future-read", k, [t], [i, source]);
      if (this.#transactions.status[writer] !== Aborted) this.observed[writer] = Observed;
    }
    const repeats =
      this.#lists.repeating.has(k) || faults.some((fault) => fault.type === "duplicate-elements");
    if (repeats && this.#agreesWithoutRepeats(k, i)) return;
    const whole = this.#wholeTrace(k);
    const other = whole === undefined ? [] : [owner[whole]!];
    this.#findings.add("incompatible-order", k, [t, ...other], [i, ...(whole === undefined ? [] : [whole])]);
  }

  #agreesWithoutRepeats(k: number, i: number): boolean {
    const { traceFirst, traceElement, value, deviantFirst, deviantElement } = this.#transactions;
    const deviant = -2 - value[i]!;
    const a = [...new Set(deviantElement.subarray(deviantFirst[deviant], deviantFirst[deviant + 1]))];
    const b = [...new Set(traceElement.subarray(traceFirst[k], traceFirst[k + 1]))];
    return a.every((element, place) => place >= b.length || element === b[place]);
  }

  #wholeTrace(k: number): number | undefined {
    if (this.#traceReads === undefined) {
      const { kind, key, value, traceFirst } = this.#transactions;
      this.#traceReads = new Map();
      for (let i = kind.length - 1; i >= 0; i--)
        if (kind[i] === ReadList && value[i] === traceFirst[key[i]! + 1]! - traceFirst[key[i]!]!)
          this.#traceReads.set(key[i]!, i);
    }
    return this.#traceReads.get(k);
  }

  /** Reports what is wrong among the first elements of the trace, once, by the first who read it. */
  #reportFaults(t: number, k: number, i: number, length: number): void {
    if (this.#lists.faults.size === 0) return;
    const faults = this.#lists.faults.get(k);
    if (faults === undefined) return;
    let next = this.#nextFault.get(k) ?? 0;
    for (; next < faults.length && faults[next]!.place < length; next++)
      this.#reportFault(t, k, i, faults[next]!);
    this.#nextFault.set(k, next);
  }

  #reportFault(t: number, k: number, i: number, { type, source, element }: Fault): void {
    const writer = source === None ? [] : [this.#writes.owner[source]!];
    this.#reportValue(type, k, element, [t, ...writer], [i, ...(source === None ? [] : [source])]);
  }

  #report(
    type: "G1a" | "G1b",
    k: number,
    source: number,
    transactions: readonly number[],
    operations: readonly number[],
  ): void {
    if (this.#reported.has(source)) return;
    this.#reported.add(source);
    this.#findings.add(type, k, transactions, operations);
  }

  #reportValue(
    type: Fault["type"],
    k: number,
    value: number,
    transactions: readonly number[],
    operations: readonly number[],
  ): void {
    const name = `${type} ${k} ${value}`;
    if (this.#reportedValues.has(name)) return;
    this.#reportedValues.add(name);
    this.#findings.add(type, k, transactions, operations);
  }

  /** Every element of a trace was observed: committed transactions read it. */
  #observeTraces(): void {
    const { status } = this.#transactions;
    const { owner } = this.#writes;
    for (const source of this.#lists.sources)
      if (source >= 0 && status[owner[source]!] === Undetermined) this.observed[owner[source]!] = Observed;
    for (const append of this.#lists.ambiguous())
      for (const writer of this.#lists.appendersOf(append))
        if (this.observed[writer] === Unobserved) this.observed[writer] = MaybeObserved;
  }
}
