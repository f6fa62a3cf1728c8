import {
  Add,
  Delete,
  Empty,
  Insert,
  Miss,
  Nothing,
  Remove,
  See,
  Snapshot,
  Take,
  type CollectionCalls,
} from "./collection-calls.ts";
import { decideGrowingSet } from "./growing-set.ts";
import { NoCall, type Flaw } from "./items.ts";
import { Placement } from "./placement.ts";
import { orderByKey, startsOf } from "./sorting.ts";

/**
 * A set, in linear time. Where nobody saw the whole set, its elements are objects of their own (Herlihy & Wing's
 * locality), and each has a linearization by itself or not. Here an element is added by one call at most, or
 * inside at first, and removed by one call at most, or else never removed.
 *
 * Such an element is inside from one gap s to another t. To be in nobody's way who missed it, it comes as late
 * and goes as early as the calls allow that added, saw and removed it, and these bounds do not depend on one
 * another. A removal that did not say what it found may also have come before the addition, and one of
 * unknown outcome need not have happened at all; so there are at most two cases to try. An addition of
 * unknown outcome is there if somebody must have found the element.
 */
export function decideSet(set: CollectionCalls): Int32Array | Flaw | undefined {
  const { kind, length, item, itemCount, gaps } = set;
  let removals = false;
  let whole = false;
  let count = 0;
  for (let i = 0; i < length; i++) {
    switch (kind[i]!) {
      case Nothing:
        continue;
      case Snapshot:
      case Empty:
        whole = true;
        break;
      case Remove:
      case Delete:
        removals = true;
        break;
      case Take:
        return undefined;
    }
    count++;
  }
  if (whole) return removals ? undefined : decideGrowingSet(set);
  const about = new Int32Array(count);
  for (let i = 0, k = 0; i < length; i++) if (kind[i] !== Nothing) about[k++] = i;
  const byItem = orderByKey(item, itemCount, about);
  const starts = startsOf(item, itemCount, about);
  const initialAt = new Int32Array(itemCount).fill(NoCall);
  for (const [gap, one] of set.initial.entries()) initialAt[one] = gap;
  const placement = new Placement(count);
  const element = new Element(set, byItem, placement);
  for (let one = 0; one < itemCount; one++) {
    const flaw = element.decide(starts[one]!, starts[one + 1]!, initialAt[one]!);
    if (flaw !== undefined) return flaw === "ambiguous" ? undefined : flaw;
  }
  return placement.inOrder(gaps);
}

class Element {
  readonly #set: CollectionCalls;
  readonly #calls: Int32Array;
  readonly #placement: Placement;
  #start = 0;
  #end = 0;

  constructor(set: CollectionCalls, calls: Int32Array, placement: Placement) {
    this.#set = set;
    this.#calls = calls;
    this.#placement = placement;
  }

  /** Places the calls about an element, those from `start` to `end`. */
  decide(start: number, end: number, initialAt: number): Flaw | "ambiguous" | undefined {
    const { kind, until } = this.#set;
    const ends = this.#set.calls.end;
    this.#start = start;
    this.#end = end;
    let adds = 0;
    let inserts = 0;
    let removals = 0;
    let remover = NoCall;
    let adder = NoCall;
    /** Whether the element must have been inside at some time. */
    let found = false;
    for (let k = start; k < end; k++) {
      const call = this.#calls[k]!;
      const known = ends[call]! <= until;
      switch (kind[call]!) {
        case Insert:
          inserts++;
          adder = call;
          found = true;
          break;
        case Add:
          adds++;
          if (inserts === 0 && (adder === NoCall || this.#set.from[call]! < this.#set.from[adder]!))
            adder = call;
          found ||= known;
          break;
        case Remove:
        case Delete:
          removals++;
          remover = call;
          found ||= kind[call] === Delete;
          break;
        case See:
          found = true;
          break;
      }
    }
    const initially = initialAt >= 0;
    if (removals > 1 || (removals === 1 && adds + inserts + (initially ? 1 : 0) > 1)) return "ambiguous";
    if (inserts > 1 || (initially && inserts > 0)) return this.#flaw();
    if (!initially && !found) {
      this.#absent();
      return undefined;
    }
    if (!initially && adder === NoCall) return this.#flaw();
    const optional = remover !== NoCall && kind[remover] === Remove;
    if (removals === 0) return this.#inside(adder, initialAt, NoCall, NoCall) ? undefined : this.#flaw();
    if (this.#inside(adder, initialAt, remover, NoCall)) return undefined;
    if (optional && this.#inside(adder, initialAt, NoCall, remover)) return undefined;
    return this.#flaw();
  }

  /** The element is never inside: removals and those who missed it can be anywhere. */
  #absent(): void {
    const { kind, from, until, calls } = this.#set;
    for (let k = this.#start; k < this.#end; k++) {
      const call = this.#calls[k]!;
      if (kind[call] !== Add && calls.end[call]! <= until) this.#placement.put(call, from[call]!);
    }
  }

  /**
   * The element comes by `adder` (or was inside at first) and goes by `remover`, or stays; `vain` is a removal
   * that found nothing, or did not happen. False if that cannot be.
   */
  #inside(adder: number, initialAt: number, remover: number, vain: number): boolean {
    const { kind, from, past, gaps, until, calls } = this.#set;
    const earliest = initialAt >= 0 ? initialAt : from[adder]!;
    const latest = remover === NoCall ? gaps : past[remover]!;
    let comes = Math.min(latest, initialAt >= 0 ? initialAt + 1 : gaps) - 1;
    let goes = remover === NoCall ? gaps - 1 : Math.max(from[remover]!, earliest);
    for (let k = this.#start; k < this.#end; k++) {
      const call = this.#calls[k]!;
      const known = calls.end[call]! <= until;
      if (kind[call] === See || ((kind[call] === Add || kind[call] === Insert) && known))
        comes = Math.min(comes, past[call]! - 1);
      if (kind[call] === See) goes = remover === NoCall ? goes : Math.max(goes, from[call]!);
    }
    if (comes < earliest || goes >= latest) return false;
    if (goes < comes) comes = goes;
    const placement = this.#placement;
    const before = placement.count;
    for (let k = this.#start; k < this.#end; k++) {
      const call = this.#calls[k]!;
      if (kind[call] === Miss && from[call]! <= comes) placement.put(call, from[call]!);
      else if (call === vain && calls.end[vain]! <= until) {
        if (from[call]! > comes || initialAt >= 0) {
          placement.cut(before);
          return false;
        }
        placement.put(call, from[call]!);
      }
    }
    if (adder !== NoCall && initialAt < 0) placement.put(adder, comes);
    for (let k = this.#start; k < this.#end; k++) {
      const call = this.#calls[k]!;
      const seen =
        kind[call] === See ||
        (kind[call] === Add && calls.end[call]! <= until && (call !== adder || initialAt >= 0));
      if (seen) placement.put(call, Math.min(goes, Math.max(comes, from[call]!)));
    }
    if (remover !== NoCall) placement.put(remover, goes);
    for (let k = this.#start; k < this.#end; k++) {
      const call = this.#calls[k]!;
      if (kind[call] !== Miss || from[call]! <= comes) continue;
      if (remover === NoCall || past[call]! - 1 < goes) {
        placement.cut(before);
        return false;
      }
      placement.put(call, Math.max(goes, from[call]!));
    }
    return true;
  }

  /** All that changed the element, and of the rest the first to have found it and to have missed it, and the last. */
  #flaw(): Flaw {
    const { kind, from, past } = this.#set;
    const chosen = new Set<number>();
    for (const looked of [See, Miss]) {
      const calls = this.#calls.subarray(this.#start, this.#end).filter((call) => kind[call] === looked);
      if (calls.length === 0) continue;
      chosen.add(calls.reduce((a, b) => (past[b]! < past[a]! ? b : a)));
      chosen.add(calls.reduce((a, b) => (from[b]! > from[a]! ? b : a)));
    }
    let missed = false;
    let changed = false;
    for (let k = this.#start; k < this.#end; k++) {
      const call = this.#calls[k]!;
      if (kind[call] === Miss) missed = true;
      else if (kind[call] !== See) {
        chosen.add(call);
        if (kind[call] === Add || kind[call] === Insert) changed = true;
      }
    }
    return { pattern: missed ? "missing" : changed ? "unexpected" : "never-written", calls: [...chosen] };
  }
}
