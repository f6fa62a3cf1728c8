import { Never, withoutUnseen, type Calls } from "./calls.ts";
import type { Limits } from "./engines/engine.ts";
import { decide } from "./engines/engines.ts";
import { search } from "./engines/search/search.ts";
import { layOut } from "./engines/search/timeline.ts";
import type { StateTable } from "./states.ts";

/** Steps for all attempts together, and for one of them. */
const StepsInAll = 3_000_000;
const StepsEach = 200_000;
/** Of more calls it takes too long even to find out which depends on which. */
const MostCalls = 100_000;

/**
 * Positions of a small set of calls that has no linearization either, in order of begin, out of calls that
 * have none.
 *
 * Nothing is left out that could make a contradiction of what was none. Two ways are sound:
 *
 * - At a point of rest where every order has reached the initial state, all before it can go: a
 *   linearization of the whole would give one of the rest. This is for models without `ties`.
 * - By the promise of `Model.ties` the calls outside a set can go if each call of the set that takes a token
 *   is there with those that give it. For models whose tokens overwrite one another only givers that
 *   can have been the source count: not one that returned before another giver began which returned
 *   before the taker began.
 *
 * The set grows from the last calls backwards until it fails, and is then thinned out: halves, quarters, …,
 * single calls, each with all that depend on it. Each attempt is decided by the cheapest engine there is.
 * Very many calls are left as they are.
 */
export function shrink(calls: Calls, last: number, states: StateTable, limits: Limits): readonly number[] {
  if (calls.alphabet.model.ties === undefined) {
    const start = restPosition(calls, states, limits);
    return Array.from({ length: calls.length - start }, (_, i) => start + i);
  }
  if (calls.length > MostCalls) return Array.from(calls.begin, (_, i) => i);
  const needs = new Needs(calls, 0);
  const attempts = new Attempts(calls, last, states, limits);
  const recent = Array.from(calls.begin, (_, i) => i).toSorted(
    (a, b) => calls.end[b]! - calls.end[a]! || b - a,
  );
  const known = recent.filter((call) => calls.end[call] !== Never);
  let kept = recent.toSorted((a, b) => a - b);
  for (let size = 1; size < known.length; size *= 2) {
    const candidate = needs.closure(known.slice(0, size));
    if (!attempts.fails(candidate)) continue;
    kept = candidate;
    break;
  }
  return thinned(kept, needs, attempts);
}

/** As `shrink`, of the few calls of a proof; `undefined` when they have a linearization after all. */
export function thin(
  calls: Calls,
  last: number,
  states: StateTable,
  limits: Limits,
): readonly number[] | undefined {
  const all = Array.from(calls.begin, (_, i) => i);
  const attempts = new Attempts(calls, last, states, limits);
  if (!attempts.fails(all)) return undefined;
  return calls.alphabet.model.ties === undefined ? all : thinned(all, new Needs(calls, 0), attempts);
}

function thinned(all: readonly number[], needs: Needs, attempts: Attempts): readonly number[] {
  let kept = all;
  for (let chunk = kept.length >>> 1; chunk >= 1; chunk = chunk === 1 ? 0 : chunk >>> 1) {
    let removed = true;
    while (removed) {
      removed = false;
      for (let i = 0; i < kept.length;) {
        const without = needs.without(kept, kept.slice(i, i + chunk));
        if (attempts.fails(without)) {
          kept = without;
          removed = true;
        } else i += chunk;
      }
      if (chunk > 1) break;
    }
  }
  return kept;
}

/** Sets of calls put to the test, within a budget of steps. */
class Attempts {
  readonly #calls: Calls;
  readonly #last: number;
  readonly #states: StateTable;
  readonly #limits: Limits;
  #stepsLeft = StepsInAll;

  constructor(calls: Calls, last: number, states: StateTable, limits: Limits) {
    this.#calls = calls;
    this.#last = last;
    this.#states = states;
    this.#limits = limits;
  }

  /** Whether the calls at these positions, the last among them, certainly have no linearization. */
  fails(kept: readonly number[]): boolean {
    if (this.#stepsLeft <= 0 || !kept.includes(this.#last)) return false;
    const subset = withoutUnseen(callsAt(this.#calls, kept));
    const steps = Math.min(StepsEach, this.#stepsLeft);
    const { decision } = decide({ calls: subset, states: this.#states }, { ...this.#limits, steps });
    // An attempt costs its calls at least, however few steps the engine counts.
    this.#stepsLeft -= Math.max(decision.steps, kept.length);
    return decision.end === "nonlinearizable";
  }
}

/** The calls at some positions, in order, and no others. */
export function callsAt(calls: Calls, positions: readonly number[]): Calls {
  const column = (from: Int32Array): Int32Array => Int32Array.from(positions, (position) => from[position]!);
  const { alphabet, event, begin, end, action } = calls;
  return {
    alphabet,
    length: positions.length,
    event: column(event),
    begin: column(begin),
    end: column(end),
    action: column(action),
  };
}

/** The first position behind the last point of rest at which every order has reached the initial state. */
function restPosition(calls: Calls, states: StateTable, limits: Limits): number {
  const timeline = layOut(calls);
  const { forced } = search(timeline, states, { ...limits, steps: Math.min(limits.steps, StepsInAll) });
  const at = forced.lastIndexOf(states.initial);
  return at <= 0 ? 0 : Math.max(0, timeline.events[at]!);
}

/** Which calls a call cannot be without. */
export class Needs {
  readonly #calls: Calls;
  readonly #givers = new Map<number, number[]>();
  readonly #cells = new Map<string, Overwriting>();
  readonly #needs = new Map<number, readonly number[]>();

  constructor(calls: Calls, start: number) {
    this.#calls = calls;
    for (let call = start; call < calls.length; call++) {
      for (const token of calls.alphabet.ties(calls.action[call]!).gives) {
        const givers = this.#givers.get(token);
        if (givers === undefined) this.#givers.set(token, [call]);
        else givers.push(call);
        if (calls.alphabet.model.overwrites === true && calls.end[call] !== Never)
          this.#cell(token).add(calls.begin[call]!, calls.end[call]!);
      }
    }
  }

  /** `calls` and all that they need, directly or not; ascending. */
  closure(calls: readonly number[]): number[] {
    const closed = new Set(calls);
    for (const call of closed) for (const needed of this.#of(call)) closed.add(needed);
    return [...closed].toSorted((a, b) => a - b);
  }

  /** `kept` without `removed` and all that need one of these, directly or not. */
  without(kept: readonly number[], removed: readonly number[]): number[] {
    const gone = new Set(removed);
    for (let size = -1; size !== gone.size;) {
      size = gone.size;
      for (const call of kept)
        if (!gone.has(call) && this.#of(call).some((need) => gone.has(need))) gone.add(call);
    }
    return kept.filter((call) => !gone.has(call));
  }

  #of(call: number): readonly number[] {
    let needs = this.#needs.get(call);
    if (needs === undefined) {
      const { alphabet, action } = this.#calls;
      needs = alphabet.ties(action[call]!).takes.flatMap((token) => this.#sources(call, token));
      this.#needs.set(call, needs);
    }
    return needs;
  }

  #sources(taker: number, token: number): number[] {
    const { begin, end, alphabet } = this.#calls;
    const givers = (this.#givers.get(token) ?? []).filter((giver) => giver !== taker);
    if (alphabet.model.overwrites !== true) return givers;
    const earlier = givers.filter((giver) => begin[giver]! < end[taker]!);
    const cell = this.#cell(token);
    const possible = earlier.filter((giver) => !(cell.overwrittenBy(end[giver]!) < begin[taker]!));
    // None can be the source; the last one stays, so that the value is not one that nobody wrote.
    return possible.length > 0 ? possible : earlier.toSorted((a, b) => end[a]! - end[b]!).slice(-1);
  }

  #cell(token: number): Overwriting {
    const name = this.#calls.alphabet.cell(token);
    let cell = this.#cells.get(name);
    if (cell === undefined) this.#cells.set(name, (cell = new Overwriting()));
    return cell;
  }
}

/** When the givers of one cell began and returned. */
class Overwriting {
  readonly #begins: number[] = [];
  readonly #ends: number[] = [];
  #earliestEnd: number[] | undefined;

  /** Givers come in order of begin. */
  add(begin: number, end: number): void {
    this.#begins.push(begin);
    this.#ends.push(end);
  }

  /** The earliest return of a giver that began after `end`; infinite when there is none. */
  overwrittenBy(end: number): number {
    this.#earliestEnd ??= suffixMinimum(this.#ends);
    let low = 0;
    let high = this.#begins.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#begins[middle]! > end) high = middle;
      else low = middle + 1;
    }
    return this.#earliestEnd[low] ?? Infinity;
  }
}

function suffixMinimum(values: readonly number[]): number[] {
  const minimum = values.slice();
  for (let i = minimum.length - 2; i >= 0; i--) minimum[i] = Math.min(minimum[i]!, minimum[i + 1]!);
  return minimum;
}
