import { callsUntil } from "../../calls.ts";
import type { CollectionStructure } from "../../structure.ts";
import type { Nonlinearizable, Proof } from "../engine.ts";
import {
  collectionCallsUntil,
  Delete,
  Nothing,
  positionsByEnd,
  readCollectionCalls,
  Remove,
  Take,
  type CollectionCalls,
} from "./collection-calls.ts";
import type { Flaw } from "./items.ts";

/** Beyond this, calls that contradict one another are not worth calling few. */
const MostCalls = 24;
/** Unknown takers, or removers of initial items, that a proof takes in. */
const MostTakers = 8;

type Decide = (collection: CollectionCalls, structure: CollectionStructure) => Int32Array | Flaw | undefined;

/**
 * The shortest prefix that fails, and the few calls that prove it. A contradiction found in the whole is
 * a hint where that is: mostly right where the last of its calls returned. From there the search gallops to
 * where prefixes pass on one side and fail on the other, and halves what is in between.
 */
export function refute(
  whole: CollectionCalls,
  structure: CollectionStructure,
  flaw: Flaw,
  decide: Decide,
): Nonlinearizable {
  const base: Nonlinearizable = { end: "nonlinearizable", steps: whole.length };
  const prefixes = new Prefixes(whole, structure, flaw, decide);
  if (!prefixes.narrow()) return base;
  const last = prefixes.shortest;
  const prefix = collectionCallsUntil(whole, structure, last);
  const proof = proofOf(whole, prefix, structure, prefixes.flaw, last, decide);
  return { ...base, until: whole.calls.end[last]!, ...(proof === undefined ? {} : { proof }) };
}

/** The prefixes that end with a return, by the rank of that return. */
class Prefixes {
  readonly #whole: CollectionCalls;
  readonly #structure: CollectionStructure;
  readonly #decide: Decide;
  /** The calls that returned, in that order. */
  readonly #returned: Int32Array;
  /** The longest prefix known to pass, and the shortest known to fail. */
  #passing = -1;
  #failing: number;
  #flaw: Flaw;
  #isKnown = true;

  constructor(whole: CollectionCalls, structure: CollectionStructure, flaw: Flaw, decide: Decide) {
    this.#whole = whole;
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

  /** Finds the shortest prefix that fails; false if some prefix cannot be decided. */
  narrow(): boolean {
    // From hint to hint, as long as they lead further back.
    for (let tries = 0; tries < MostHints && this.#passing < 0 && this.#failing > 0; tries++)
      this.#attempt(Math.min(this.#hint(), this.#failing - 1));
    if (this.#passing < 0)
      for (let stride = 1; this.#passing < 0 && this.#failing > 0; stride *= 4)
        this.#attempt(Math.max(0, this.#failing - stride));
    else
      for (let stride = 1, fails = false; !fails && this.#passing + stride < this.#failing; stride *= 4)
        fails = this.#attempt(this.#passing + stride);
    while (this.#failing - this.#passing > 1) this.#attempt((this.#passing + this.#failing) >>> 1);
    return this.#isKnown;
  }

  /** The rank of the last return of the calls of the flaw. */
  #hint(): number {
    const { end } = this.#whole.calls;
    const returned = this.#returned;
    const until = end[returned[this.#failing]!]!;
    let last = -1;
    for (const call of this.#flaw.calls) if (end[call]! <= until) last = Math.max(last, end[call]!);
    let low = 0;
    for (let high = this.#failing; low < high;) {
      const middle = (low + high) >>> 1;
      if (end[returned[middle]!]! < last) low = middle + 1;
      else high = middle;
    }
    return last < 0 ? this.#failing : low;
  }

  /** Whether the prefix fails. */
  #attempt(rank: number): boolean {
    const decided = this.#isKnown
      ? this.#decide(
          collectionCallsUntil(this.#whole, this.#structure, this.#returned[rank]!),
          this.#structure,
        )
      : none;
    if (decided === undefined) this.#isKnown = false;
    if (decided === undefined || decided instanceof Int32Array) {
      this.#passing = rank;
      return false;
    }
    this.#failing = rank;
    this.#flaw = decided;
    return true;
  }
}

const MostHints = 8;
const none = new Int32Array(0);

/** The proof of a flaw of a prefix, if few calls prove it by themselves. */
function proofOf(
  whole: CollectionCalls,
  prefix: CollectionCalls,
  structure: CollectionStructure,
  flaw: Flaw,
  culprit: number,
  decide: Decide,
): Proof | undefined {
  if (flaw.calls.length === 0) return undefined;
  const chosen = new Set(flaw.calls);
  if (!chosen.has(culprit)) return undefined;
  // Whoever may have taken something, or out of the way what was inside at first, or put in again what was taken.
  const about = new Set(flaw.calls.map((call) => prefix.item[call]!));
  const initial = new Set(prefix.initial);
  const { alphabet, action } = whole.calls;
  let takers = 0;
  for (let i = 0; i < prefix.length; i++) {
    const kind = prefix.kind[i]!;
    if (chosen.has(i) || kind === Nothing) continue;
    const one = prefix.item[i]!;
    const isKin = kind !== Take && about.has(one) && alphabet.changes(action[i]!);
    const removesInitial = (kind === Remove || kind === Delete) && initial.has(one);
    if (kind !== Take && !isKin && !removesInitial) continue;
    if (++takers > MostTakers) return undefined;
    chosen.add(i);
  }
  if (chosen.size > MostCalls) return undefined;
  const calls = [...chosen].toSorted((a, b) => a - b);
  const keep = new Uint8Array(whole.calls.length);
  for (const call of calls) keep[call] = 1;
  const few = readCollectionCalls(callsUntil(whole.calls, whole.calls.end[culprit]!, keep), structure);
  const decided = decide(few, structure);
  if (decided === undefined || decided instanceof Int32Array) return undefined;
  const { pattern, against } = flaw;
  return {
    pattern,
    calls,
    culprit,
    ...(against === undefined || against === culprit || !chosen.has(against) ? {} : { against }),
  };
}
