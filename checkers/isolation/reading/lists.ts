import { Aborted, type Transactions } from "../transactions.ts";
import type { Findings } from "./findings.ts";
import { FromNobody, FromSeveral } from "./sources.ts";
import { None, type Writes } from "./writes.ts";

/** Place of an append that is in no trace. */
export const Nowhere = -1;

/** What is wrong in a list by itself, whoever read it. */
export interface Fault {
  /** How many elements come before the wrong one. */
  readonly place: number;
  readonly type: "never-written" | "G1a" | "duplicate-elements";
  readonly element: number;
  /** The operation that appended it; `None` if none did. */
  readonly source: number;
}

interface Appends {
  /** In the order in which they are taken for the occurrences of the element: those of aborted transactions last. */
  readonly appends: readonly number[];
  /** Whether they are of several transactions that were not aborted, so that nobody can tell them apart. */
  readonly several: boolean;
  /** Those transactions. */
  readonly owners: readonly number[];
  /** Appends of aborted transactions. */
  readonly aborted: readonly number[];
}

/** Lists: which operation appended each of their elements, and at which place of its key's trace each append stands. */
export class Lists {
  /** Of each element of `traceElement`: the operation that appended it, `FromSeveral` or `FromNobody`. */
  readonly sources: Int32Array;
  /** Place of each append in its key's trace, or `Nowhere`. */
  readonly place: Int32Array;
  /** Key → what is wrong in its trace, in the order of the places. */
  readonly faults = new Map<number, Fault[]>();

  /** Keys whose trace has an element more often than it was appended. */
  readonly repeating = new Set<number>();
  /** Keys of which it is not clear whether some transaction's appends stand together. */
  readonly unclear = new Set<number>();
  /** Keys with an element of which an aborted transaction and another, or several others, may be the one that appended it. */
  readonly doubtful = new Set<number>();

  readonly #transactions: Transactions;
  readonly #writes: Writes;
  readonly #findings: Findings;
  /** First of several appends of one element → all of them. */
  readonly #repeated = new Map<number, Appends>();
  /** Aborted appends of which a dirty update is told already. */
  readonly #dirty = new Set<number>();
  /** The list in which each append was found last, by its number among the lists judged. */
  readonly #judgedIn: Int32Array;
  #judged = 0;

  constructor(transactions: Transactions, writes: Writes, findings: Findings) {
    this.#transactions = transactions;
    this.#writes = writes;
    this.#findings = findings;
    this.#judgedIn = new Int32Array(transactions.kind.length);
    const { traceFirst, traceElement, keys } = transactions;
    this.sources = new Int32Array(traceElement.length);
    this.place = new Int32Array(transactions.kind.length).fill(Nowhere);
    for (let key = 0; key < keys.length; key++) {
      const first = traceFirst[key]!;
      const end = traceFirst[key + 1]!;
      if (first === end) continue;
      const faults = this.judge(key, traceElement, first, end, this.sources, first);
      if (faults !== undefined) {
        this.faults.set(key, faults);
        if (faults.some(({ type }) => type === "duplicate-elements")) this.repeating.add(key);
      }
      for (let at = first; at < end; at++) {
        const source = this.sources[at]!;
        if (source >= 0 && this.place[source] === Nowhere) this.place[source] = at - first;
      }
    }
  }

  /**
   * Finds the sources of the elements `elements[from, to)` of a list of `key`, puts them into `sources` from `target` on, and
   * returns what is wrong with them. Dirty updates are added to the findings.
   */
  judge(
    key: number,
    elements: Int32Array,
    from: number,
    to: number,
    sources: Int32Array,
    target: number,
  ): Fault[] | undefined {
    const { status } = this.#transactions;
    const { owner, same } = this.#writes;
    const list = ++this.#judged;
    let faults: Fault[] | undefined;
    /** Occurrences so far of each element that was appended several times, by its first append. */
    let occurrences: Map<number, number> | undefined;
    let aborted: number[] | undefined;
    for (let at = from; at < to; at++) {
      const append = this.#writes.find(key, elements[at]!);
      let source = append;
      let fault: Fault["type"] | undefined;
      if (append === None) {
        source = FromNobody;
        fault = "never-written";
      } else if (same[append] === None) {
        if (this.#judgedIn[append] === list) fault = "duplicate-elements";
        this.#judgedIn[append] = list;
      } else {
        occurrences ??= new Map<number, number>();
        const { appends, several, aborted: others } = this.#appendsOf(append);
        const before = occurrences.get(append) ?? 0;
        occurrences.set(append, before + 1);
        // More often than it was committed, so that one of them is certainly an aborted one.
        const surely = several && before >= appends.length ? others[before - appends.length] : undefined;
        if (surely !== undefined)
          (faults ??= []).push({ place: at - from, type: "G1a", element: elements[at]!, source: surely });
        else if (before >= appends.length) fault = "duplicate-elements";
        source = several ? FromSeveral : appends[Math.min(before, appends.length - 1)]!;
      }
      sources[target + at - from] = source;
      if (source >= 0 && status[owner[source]!] === Aborted) {
        fault ??= "G1a";
        (aborted ??= []).push(source);
      } else if (source >= 0 && aborted !== undefined) {
        for (const dirty of aborted) this.#addDirtyUpdate(key, dirty, source);
        aborted = undefined;
      }
      if (fault !== undefined)
        (faults ??= []).push({ place: at - from, type: fault, element: elements[at]!, source: append });
    }
    return faults;
  }

  /** The transactions that may have appended an element which several did. */
  appendersOf(append: number): readonly number[] {
    return this.#appendsOf(append).owners;
  }

  /** The first append of each element that several transactions appended, as far as it was read. */
  ambiguous(): number[] {
    return [...this.#repeated].flatMap(([first, { several }]) => (several ? [first] : []));
  }

  /** Whether another transaction appended the same element, so that none of the two can be told to be the one that was read. */
  isAmbiguous(key: number, append: number): boolean {
    const first = this.#writes.find(key, this.#transactions.value[append]!);
    return this.#writes.same[first] !== None && this.#appendsOf(first).several;
  }

  /** Whether an element that one of those who count appended may be another's, or an aborted transaction's. */
  isDoubtful(key: number, append: number): boolean {
    const first = this.#writes.find(key, this.#transactions.value[append]!);
    if (this.#writes.same[first] === None) return false;
    const { several, aborted } = this.#appendsOf(first);
    return several || aborted.length > 0;
  }

  #appendsOf(first: number): Appends {
    const known = this.#repeated.get(first);
    if (known !== undefined) return known;
    const { owner, same } = this.#writes;
    const counted: number[] = [];
    const aborted: number[] = [];
    for (let i = first; i !== None; i = same[i]!)
      (this.#transactions.status[owner[i]!] === Aborted ? aborted : counted).push(i);
    const owners = [...new Set(counted.map((append) => owner[append]!))];
    const several = owners.length > 1;
    const found = { appends: [...counted, ...(several ? [] : aborted)], several, aborted, owners };
    this.#repeated.set(first, found);
    if (several || (aborted.length > 0 && counted.length > 0))
      this.doubtful.add(this.#transactions.key[first]!);
    return found;
  }

  #addDirtyUpdate(key: number, aborted: number, next: number): void {
    if (this.#dirty.has(aborted)) return;
    this.#dirty.add(aborted);
    const { owner } = this.#writes;
    this.#findings.add("dirty-update", key, [owner[next]!, owner[aborted]!], [next, aborted]);
  }
}
