import { firstFrom } from "../ascending.ts";
import type { Versions } from "./versions.ts";

/**
 * k-atomicity (Aiyer, Alvisi & Bazzi 2005): in some order of all operations that keeps real time, every read
 * gives one of the k latest versions.
 *
 * It is a question about the order of the writes alone. Let a version be *there* from `first`, when its
 * write or a read of it first returned. An order of the versions will do exactly when x stands before y
 * wherever first(x) < begin(y), and at most k − 1 places after w wherever first(x) < lastRead(w): then
 * each read can stand behind the last version that was there before it began.
 */
export interface Atomicity {
  /** The history is not k-atomic for any smaller k. */
  readonly atLeast: number;
  /** It is k-atomic for this one: both are equal where the least k is known. */
  readonly atMost: number;
}

export function atomicityOf(versions: Versions): Atomicity {
  const atMost = inOrderOfFirst(versions);
  if (atMost === 1 || isAtomic(versions)) return { atLeast: 1, atMost: 1 };
  if (isTwoAtomic(versions)) return { atLeast: 2, atMost: 2 };
  return { atLeast: Math.min(atMost, Math.max(3, mostBetween(versions) + 1)), atMost };
}

/** 1-atomicity: no two versions that must each stand before the other. They come in order of `first`. */
function isAtomic({ count, begin, first, lastRead }: Versions): boolean {
  let from = first[0] ?? 0;
  let to = from;
  for (let version = 0; version < count; version++) {
    const one = first[version]!;
    const two = Math.max(begin[version]!, lastRead[version]!);
    if (version > 0 && one < to && from < two) return false;
    if (one < two || version === 0) {
      from = one;
      to = two;
    }
  }
  return true;
}

/** The k that the order of `first` needs, which is one that keeps real time. */
function inOrderOfFirst({ count, first, lastRead }: Versions): number {
  let most = 1;
  for (let version = 0; version < count; version++)
    most = Math.max(most, firstFrom(first, lastRead[version]!) - version);
  return most;
}

/** How many versions began after one was there and were there before a read of it began, at most. */
function mostBetween(versions: Versions): number {
  const { count, first, lastRead } = versions;
  const spans = Array.from({ length: count }, (_, version) => ({
    after: first[version]!,
    before: lastRead[version]!,
  }));
  return countBetween(versions, spans).reduce((most, one) => Math.max(most, one), 0);
}

/** For each pair of moments, how many versions began after the one and were there before the other. */
export function countBetween(
  { count, begin, first }: Versions,
  spans: readonly { readonly after: number; readonly before: number }[],
): Float64Array {
  const byBegin = Int32Array.from({ length: count }, (_, version) => version).toSorted((a, b) => begin[a]! - begin[b]!); // prettier-ignore
  const begins = byBegin.map((version) => begin[version]!);
  const place = new Int32Array(count);
  byBegin.forEach((version, at) => (place[version] = at));
  const tree = new Int32Array(count + 1);
  const counts = new Float64Array(spans.length);
  const inOrder = Int32Array.from(spans.keys()).toSorted((a, b) => spans[a]!.before - spans[b]!.before);
  let entered = 0;
  for (const span of inOrder) {
    const { after, before } = spans[span]!;
    for (; entered < count && first[entered]! < before; entered++)
      for (let at = place[entered]! + 1; at <= count; at += at & -at) tree[at]!++;
    let early = 0;
    for (let at = firstFrom(begins, after + 1); at > 0; at -= at & -at) early += tree[at]!;
    counts[span] = entered - early;
  }
  return counts;
}

/**
 * 2-atomicity by limited backtracking (LBT of Golab, Hurwitz & Li 2013, on the order of the writes): the order
 * is built from its end. A version w can be last if no other began after w was there. Then whatever was read
 * after w was there has to stand right before w, so there may be one such version and it comes next;
 * or none, and the choice is free again. When it is, what was placed is right if any order of all is, since
 * leaving versions out of an order spoils nothing. So only the choices since then are ever taken back,
 * and they are tried side by side with doubled patience.
 */
function isTwoAtomic(versions: Versions): boolean {
  return new LimitedBacktracking(versions).run();
}

class LimitedBacktracking {
  readonly #first: Int32Array;
  readonly #begin: Int32Array;
  readonly #lastRead: Int32Array;
  /** The versions not placed yet: the latest begin, first and last read come first. */
  readonly #byBegin: Chain;
  readonly #byFirst: Chain;
  readonly #byLastRead: Chain;

  constructor({ first, begin, lastRead }: Versions) {
    this.#first = first;
    this.#begin = begin;
    this.#lastRead = lastRead;
    this.#byBegin = new Chain(begin);
    this.#byFirst = new Chain(first);
    this.#byLastRead = new Chain(lastRead);
  }

  run(): boolean {
    while (this.#byBegin.head !== this.#byBegin.none) if (!this.#epoch()) return false;
    return true;
  }

  /** Places versions until the choice is free again. */
  #epoch(): boolean {
    let candidates = this.#candidates();
    for (let patience = 1; candidates.length > 0; patience *= 2) {
      const impatient: number[] = [];
      for (const candidate of candidates) {
        const result = this.#attempt(candidate, patience);
        if (result === "free") return true;
        if (result === "patience") impatient.push(candidate);
      }
      candidates = impatient;
    }
    return false;
  }

  /** The versions that could be last. */
  #candidates(): number[] {
    const found: number[] = [];
    const latest = this.#begin[this.#byBegin.head]!;
    for (let at = this.#byFirst.head; at !== this.#byFirst.none; at = this.#byFirst.next[at]!) {
      if (this.#first[at]! < latest) break;
      found.push(at);
    }
    return found;
  }

  #attempt(candidate: number, patience: number): "free" | "fails" | "patience" {
    const placed: number[] = [];
    let result: "free" | "fails" | "patience" = "patience";
    for (let version = candidate; placed.length < patience;) {
      if (this.#first[version]! < this.#begin[this.#byBegin.head]!) {
        result = "fails";
        break;
      }
      this.#remove(version);
      placed.push(version);
      const before = this.#byLastRead.head;
      if (before === this.#byLastRead.none || this.#lastRead[before]! <= this.#first[version]!) return "free";
      const another = this.#byLastRead.next[before]!;
      if (another !== this.#byLastRead.none && this.#lastRead[another]! > this.#first[version]!) {
        result = "fails";
        break;
      }
      version = before;
    }
    for (const version of placed.toReversed()) this.#restore(version);
    return result;
  }

  #remove(version: number): void {
    this.#byBegin.remove(version);
    this.#byFirst.remove(version);
    this.#byLastRead.remove(version);
  }

  #restore(version: number): void {
    this.#byLastRead.restore(version);
    this.#byFirst.restore(version);
    this.#byBegin.restore(version);
  }
}

/** A doubly linked list in falling order of a column, from which members are taken and put back in reverse. */
class Chain {
  /** In place of a member: the end. */
  readonly none: number;
  readonly next: Int32Array;
  readonly #previous: Int32Array;

  constructor(column: Int32Array) {
    this.none = column.length;
    this.next = new Int32Array(this.none + 1);
    this.#previous = new Int32Array(this.none + 1);
    let last = this.none;
    for (const member of Int32Array.from(column.keys()).toSorted((a, b) => column[b]! - column[a]!)) {
      this.next[last] = member;
      this.#previous[member] = last;
      last = member;
    }
    this.next[last] = this.none;
    this.#previous[this.none] = last;
  }

  get head(): number {
    return this.next[this.none]!;
  }

  remove(member: number): void {
    this.next[this.#previous[member]!] = this.next[member]!;
    this.#previous[this.next[member]!] = this.#previous[member]!;
  }

  restore(member: number): void {
    this.next[this.#previous[member]!] = member;
    this.#previous[this.next[member]!] = member;
  }
}
