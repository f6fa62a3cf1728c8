import type { Limits } from "../linearizability/engines/engine.ts";
import { restricted, type Programs } from "./programs.ts";
import { saturate } from "./saturation.ts";
import { findOrder } from "./search.ts";

/** Steps for all attempts together, and for one of them. */
const StepsInAll = 3_000_000;
const StepsEach = 100_000;
/** Larger sub-histories explain nothing. */
const MostOperations = 1000;

/**
 * A small set of operations that no order explains either, ascending; `undefined` when it stays too large.
 *
 * Nothing is left out that could make a contradiction of what was none: by the promise of `Model.ties` the
 * operations outside a set can go from any order if each of the set that takes a token is there with those
 * that give it, and what is left of an order keeps the order of each process. `start` are operations that are
 * likely to be enough.
 */
export function shrink(programs: Programs, start: readonly number[], limits: Limits): number[] | undefined {
  const { length, objects } = programs;
  const all = Array.from({ length }, (_, i) => i);
  if (objects[0]?.alphabet.model.ties === undefined) return length <= MostOperations ? all : undefined;
  const needs = needsOf(programs);
  let stepsLeft = StepsInAll;
  const fails = (kept: readonly number[]): boolean => {
    if (stepsLeft <= 0 || kept.length === 0) return false;
    const keep = new Uint8Array(length);
    for (const operation of kept) keep[operation] = 1;
    const some = restricted(programs, keep);
    const { clock, cycle } = saturate(some);
    stepsLeft -= some.length;
    if (cycle !== undefined) return true;
    const found = findOrder(some, { ...limits, steps: Math.min(StepsEach, stepsLeft) }, clock);
    stepsLeft -= found.steps;
    return found.end === "nonlinearizable";
  };
  const likely = closure(start, needs);
  let kept = likely.length > 0 && fails(likely) ? likely : all;
  if (kept.length > 4 * MostOperations) return undefined;
  for (let chunk = kept.length >>> 1; chunk >= 1; chunk = chunk === 1 ? 0 : chunk >>> 1) {
    let removed = true;
    while (removed) {
      removed = false;
      for (let i = 0; i < kept.length;) {
        const without = withoutDependents(kept, kept.slice(i, i + chunk), needs);
        if (fails(without)) {
          kept = without;
          removed = true;
        } else i += chunk;
      }
      if (chunk > 1) break;
    }
  }
  return kept.length <= MostOperations ? kept : undefined;
}

/** Operation → those that give what it takes. */
function needsOf({ length, object, action, objects }: Programs): (operation: number) => readonly number[] {
  const givers = new Map<string, number[]>();
  const ties = (operation: number) => objects[object[operation]!]!.alphabet.ties(action[operation]!);
  for (let i = 0; i < length; i++) {
    for (const token of ties(i).gives) {
      const name = `${object[i]} ${token}`;
      const others = givers.get(name);
      if (others === undefined) givers.set(name, [i]);
      else others.push(i);
    }
  }
  return (operation) =>
    ties(operation)
      .takes.flatMap((token) => givers.get(`${object[operation]} ${token}`) ?? [])
      .filter((giver) => giver !== operation);
}

function closure(from: readonly number[], needs: (operation: number) => readonly number[]): number[] {
  const closed = new Set(from);
  for (const operation of closed) for (const needed of needs(operation)) closed.add(needed);
  return [...closed].toSorted((a, b) => a - b);
}

function withoutDependents(
  kept: readonly number[],
  removed: readonly number[],
  needs: (operation: number) => readonly number[],
): number[] {
  const gone = new Set(removed);
  for (let size = -1; size !== gone.size;) {
    size = gone.size;
    for (const operation of kept)
      if (!gone.has(operation) && needs(operation).some((need) => gone.has(need))) gone.add(operation);
  }
  return kept.filter((operation) => !gone.has(operation));
}
