import type { CollectionStructure } from "../../structure.ts";
import type { Nonlinearizable, Proof } from "../engine.ts";
import { Take, type CollectionCalls } from "./collection-calls.ts";
import type { Flaw } from "./items.ts";
import { Prefixes, type Decide } from "./prefixes.ts";
import { judging, positionsIn, some, surroundingsOf, takenAmong } from "./surroundings.ts";

/** Beyond this, calls that contradict one another are not few. */
const MostCalls = 48;
/** How many returns before and after a contradiction belong to its surroundings: enough, few, and very few. */
const Around = [2000, 100, 30];
/** How often the surroundings of another contradiction are looked at. */
const MostPlaces = 8;
/** How often who took what is guessed anew. */
const MostGuesses = 32;
/** Calls that may be decided again and again to find out which are not needed. */
const MostTried = 3_000_000;

/**
 * The shortest prefix that fails, and the few calls that prove it.
 *
 * A contradiction found in the whole is a hint where that is: mostly right where the last of its calls returned.
 * So the items that have to do with it, or are acted upon about that time, are looked at by themselves
 * first, which takes next to nothing. Then the whole need only be asked whether it passes up to right
 * before. If it does not, the contradiction found there is looked at likewise; or else the prefixes of the
 * whole are narrowed down.
 */
export function refute(
  whole: CollectionCalls,
  structure: CollectionStructure,
  flaw: Flaw,
  decide: Decide,
): Nonlinearizable {
  const prefixes = new Prefixes(whole, structure, flaw, decide);
  // Whoever saw the whole collection has to do with every item.
  const isDivisible = whole.snapshots.size === 0;
  for (let place = 0; place < MostPlaces && !prefixes.isShortest && !prefixes.isOpen; place++) {
    if (!isDivisible) break;
    for (const around of Around) lookAround(prefixes, structure, around, decide);
    prefixes.tryNext();
    if (prefixes.isOpen) guessNext(prefixes, structure, decide);
  }
  if (!prefixes.isShortest && !prefixes.isOpen) prefixes.narrow();
  const { shortest } = prefixes;
  const proof = isDivisible ? proofOf(prefixes, structure, decide) : undefined;
  return {
    end: "nonlinearizable",
    ...(prefixes.isShortest ? { until: whole.calls.end[shortest]! } : {}),
    ...(proof === undefined ? {} : { proof }),
    steps: whole.length,
  };
}

/**
 * Looks whether the next shorter prefix passes if calls of unknown outcome took what they take in some order of the
 * calls about the contradiction. Where that guess leaves another contradiction, the calls about that one are looked
 * at too, until the guess will do, or these few contradict one another by themselves.
 */
function guessNext(prefixes: Prefixes, structure: CollectionStructure, decide: Decide): void {
  const { whole, next, flaw } = prefixes;
  const since = prefixes.near(next, -Around.at(-1)!);
  const calls = new Set(flaw.calls);
  const items = new Set<number>();
  for (let tries = 0; tries < MostGuesses; tries++) {
    const positions = surroundingsOf(whole, { calls: [...calls], items }, since, next);
    const guess = takenAmong(whole, structure, some(whole, structure, positions, next), decide);
    if (guess === "contradictory") narrowAmong(prefixes, structure, positions, since, next, decide);
    if (guess === "contradictory" || guess === "undecided") return;
    const left = prefixes.tryNextIf(guess);
    if (left === undefined) return;
    const known = calls.size + items.size;
    for (const call of left.calls) calls.add(call);
    for (const item of left.blocked?.by ?? []) items.add(item);
    if (calls.size + items.size === known) return;
  }
}

/** Looks for a shorter prefix that fails among the items about the contradiction. */
function lookAround(
  prefixes: Prefixes,
  structure: CollectionStructure,
  around: number,
  decide: Decide,
): void {
  const { whole, hint, flaw } = prefixes;
  const since = prefixes.near(hint, -around);
  const until = prefixes.near(hint, around);
  const positions = surroundingsOf(whole, flaw, since, until);
  if (2 * positions.length > whole.length) return;
  narrowAmong(prefixes, structure, positions, since, until, decide);
}

/** Looks for a shorter prefix, that ends between two events, that fails already by these calls. */
function narrowAmong(
  prefixes: Prefixes,
  structure: CollectionStructure,
  positions: readonly number[],
  since: number,
  until: number,
  decide: Decide,
): void {
  const { whole } = prefixes;
  const few = some(whole, structure, positions, until);
  const judge = judging(decide);
  const decided = judge(few, structure);
  if (decided === undefined || decided instanceof Int32Array) return;
  const near = new Prefixes(few, structure, decided, judge);
  near.notBefore(since);
  near.narrow();
  const position = positionsIn(whole, few);
  prefixes.failsUntil(few.calls.end[near.shortest]!, {
    pattern: near.flaw.pattern,
    calls: near.flaw.calls.map(position),
    ...(near.flaw.against === undefined ? {} : { against: position(near.flaw.against) }),
  });
}

/** Few calls that prove that the shortest prefix fails: of those around it, what cannot be left out. */
function proofOf(prefixes: Prefixes, structure: CollectionStructure, decide: Decide): Proof | undefined {
  const { whole, flaw, shortest: culprit } = prefixes;
  const until = whole.calls.end[culprit]!;
  const judge = judging(decide);
  for (const around of Around.toReversed()) {
    const positions = surroundingsOf(whole, flaw, prefixes.near(until, -around), until);
    const fails = (kept: readonly number[]): Flaw | undefined => {
      const decided = judge(some(whole, structure, kept, until), structure);
      return decided instanceof Int32Array ? undefined : decided;
    };
    if (fails(positions) === undefined) continue;
    const kept = thinned(whole, structure, positions, culprit, fails);
    const found = fails(kept);
    if (kept.length > MostCalls || found === undefined) return undefined;
    const few = some(whole, structure, kept, until);
    const position = positionsIn(whole, few);
    const against = found.against === undefined ? culprit : position(found.against);
    return {
      pattern: found.pattern,
      calls: kept,
      culprit,
      ...(against === culprit || !kept.includes(against) ? {} : { against }),
    };
  }
  return undefined;
}

/**
 * The calls without the items that the contradiction does not need. What may have taken any item, or initial ones out of
 * the way, has to stay.
 */
function thinned(
  whole: CollectionCalls,
  structure: CollectionStructure,
  positions: readonly number[],
  culprit: number,
  fails: (kept: readonly number[]) => Flaw | undefined,
): readonly number[] {
  const few = some(whole, structure, positions, whole.calls.end[culprit]!);
  const position = positionsIn(whole, few);
  const initial = new Set(whole.initial);
  /** Calls that can be left out together: those about an item, or a single one about none. */
  const parts = new Map<number, number[]>();
  const kept = new Set<number>();
  for (let i = 0; i < few.length; i++) {
    const call = position(i);
    const one = whole.item[call]!;
    if (few.kind[i] === Take || call === culprit || initial.has(one)) kept.add(call);
    else {
      const part = one < 0 ? -1 - call : one;
      parts.set(part, [...(parts.get(part) ?? []), call]);
    }
  }
  // The calls about the culprit's item stay with it.
  for (const call of parts.get(whole.item[culprit]!) ?? []) kept.add(call);
  parts.delete(whole.item[culprit]!);
  let rest = [...parts.values()];
  const all = (of: readonly (readonly number[])[]): number[] =>
    [...kept, ...of.flat()].toSorted((a, b) => a - b);
  let tried = 0;
  for (let size = Math.max(1, rest.length >>> 1); size >= 1; size = size === 1 ? 0 : size >>> 1)
    for (let at = 0; at < rest.length && tried < MostTried;) {
      const without = all(rest.toSpliced(at, size));
      tried += without.length + 50;
      if (fails(without) === undefined) at += size;
      else rest = rest.toSpliced(at, size);
    }
  return all(rest);
}
