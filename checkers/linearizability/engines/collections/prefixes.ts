import type { CollectionStructure } from "../../structure.ts";
import {
  collectionCallsUntil,
  NoItem,
  Nothing,
  positionsByEnd,
  Remove,
  Take,
  type CollectionCalls,
} from "./collection-calls.ts";
import type { Flaw } from "./items.ts";

export type Decide = (
  collection: CollectionCalls,
  structure: CollectionStructure,
) => Int32Array | Flaw | undefined;

/** The prefixes of a history that end with a return, by the rank of that return. */
export class Prefixes {
  readonly whole: CollectionCalls;
  readonly #structure: CollectionStructure;
  readonly #decide: Decide;
  /** The calls that returned, in that order. */
  readonly #returned: Int32Array;
  /** The longest prefix known to pass (or not looked at), and the shortest known to fail. */
  #passing = -1;
  #failing: number;
  #flaw: Flaw;
  #undecided = 0;

  /** `flaw` is what is wrong with all of it. */
  constructor(whole: CollectionCalls, structure: CollectionStructure, flaw: Flaw, decide: Decide) {
    this.whole = whole;
    this.#structure = structure;
    this.#decide = decide;
    this.#returned = positionsByEnd(whole.calls.end, whole.length);
    this.#failing = this.#returned.length - 1;
    this.#flaw = flaw;
  }

  /** What is wrong with the shortest prefix known to fail. */
  get flaw(): Flaw {
    return this.#flaw;
  }

  /** The call whose return ends it. */
  get shortest(): number {
    return this.#returned[this.#failing]!;
  }

  /** Whether the next shorter prefix is known to pass. */
  get isShortest(): boolean {
    return this.#undecided === 0 && this.#failing - this.#passing === 1;
  }

  /** Whether nobody knows if the next shorter prefix passes. */
  get isOpen(): boolean {
    return this.#undecided > 0 && this.#failing - this.#passing === 1;
  }

  /** Leaves alone the prefixes that end before an event. */
  notBefore(event: number): void {
    this.#passing = Math.max(this.#passing, Math.min(this.#rank(event), this.#failing) - 1);
  }

  /** Takes over what is known of a prefix to fail. */
  failsUntil(event: number, flaw: Flaw): void {
    const rank = this.#rank(event);
    if (rank > this.#failing) return;
    this.#failing = rank;
    this.#flaw = flaw;
    if (rank > this.#passing) return;
    // What was not known to pass does not.
    this.#passing = -1;
    this.#undecided = 0;
  }

  /** Looks whether the next shorter prefix passes. */
  tryNext(): void {
    if (this.#failing - this.#passing > 1) this.#attempt(this.#failing - 1);
  }

  /** The event that ends the next shorter prefix; −1. */
  get next(): number {
    return this.#failing === 0 ? -1 : this.whole.calls.end[this.#returned[this.#failing - 1]!]!;
  }

  /** Looks again, guessing that calls of unknown outcome took these items; what is wrong then, if anything is. */
  tryNextIf(taken: ReadonlyMap<number, number>): Flaw | undefined {
    const prefix = collectionCallsUntil(this.whole, this.#structure, this.#returned[this.#failing - 1]!);
    const item = prefix.item.slice();
    const kind = prefix.kind.slice();
    for (let i = 0; i < prefix.length; i++) {
      if (kind[i] !== Take) continue;
      const one = taken.get(i);
      kind[i] = one === undefined ? Nothing : Remove;
      item[i] = one ?? NoItem;
    }
    const decided = this.#decide({ ...prefix, item, kind }, this.#structure);
    if (!(decided instanceof Int32Array)) return decided;
    this.#undecided = 0;
    return undefined;
  }

  /** The event with which the flaw has returned as a whole. */
  get hint(): number {
    const { end } = this.whole.calls;
    const until = end[this.shortest]!;
    let last = -1;
    for (const call of this.#flaw.calls) if (end[call]! <= until) last = Math.max(last, end[call]!);
    return last < 0 ? until : last;
  }

  /** Some event near the last that is so many returns before, or after, another. */
  near(event: number, distance: number): number {
    const rank = Math.min(Math.max(0, this.#rank(event) + distance), this.#returned.length - 1);
    return this.whole.calls.end[this.#returned[rank]!]!;
  }

  /** Narrows down which is the shortest prefix that fails: from hint to hint, then by galloping and halving. */
  narrow(): void {
    const low = this.#passing;
    for (let tries = 0; tries < MostHints && this.#passing === low && this.#failing - low > 1; tries++)
      this.#attempt(Math.max(low + 1, Math.min(this.#rank(this.hint), this.#failing - 1)));
    if (this.#passing === low)
      for (let stride = 1; this.#passing === low && this.#failing - low > 1; stride *= 4)
        this.#attempt(Math.max(low + 1, this.#failing - stride));
    else
      for (let stride = 1, fails = false; !fails && this.#passing + stride < this.#failing; stride *= 4)
        fails = this.#attempt(this.#passing + stride);
    while (this.#failing - this.#passing > 1) this.#attempt((this.#passing + this.#failing) >>> 1);
  }

  /** Whether the prefix is known to fail. */
  #attempt(rank: number): boolean {
    const decided = this.#decide(
      collectionCallsUntil(this.whole, this.#structure, this.#returned[rank]!),
      this.#structure,
    );
    if (decided === undefined) this.#undecided++;
    if (decided === undefined || decided instanceof Int32Array) {
      if (decided !== undefined) this.#undecided = 0;
      this.#passing = rank;
      return false;
    }
    this.#failing = rank;
    this.#flaw = decided;
    return true;
  }

  /** How many returns come before an event. */
  #rank(event: number): number {
    const { end } = this.whole.calls;
    let low = 0;
    for (let high = this.#returned.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (end[this.#returned[middle]!]! < event) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const MostHints = 8;
