import { canonical, type Json } from "../../../../histories/json.ts";
import { Never, type Calls } from "../../calls.ts";
import { identityOf, OneOf, Refused, type Model, type Step } from "../../model.ts";
import type { Decision, Engine, Pattern } from "../engine.ts";
import { fillSlots, type Slot } from "./slots.ts";

/** Tries of unknown calls in places that nobody claimed; beyond this another engine may be faster. */
const MostTries = 2_000_000;

/**
 * Objects whose results tell the place of each operation in the order of all changes: a revision, an offset.
 *
 * Where every known call tells its place, the order of known calls is no question any more: by place, a change
 * before those that saw it; those that saw the same change commute. That this order is the only one is the
 * promise of `Model.version`, which the model's own steps keep by refusing a wrong place. So two changes at one
 * place contradict each other, and so does a call that stands after another in this order and returned before the
 * other began: one pass with the latest begin so far finds it. Then the model admits the order, or not.
 *
 * An unknown change takes a place, too. Where the model's places are consecutive (`firstVersion`), a place that
 * no known call claims is one where an unknown call took effect, and there is no room for one elsewhere. It
 * must have begun before any later call returned; those later returns come later for later places. Which
 * unknown calls fit is asked of the model: what saw the place, and the next change, must be admitted.
 * While all that fit lead to the same state, the choices at different places do not depend on one another, and it is a
 * matching of places and calls, solved exactly. Where they lead to different states the engine gives up, and another
 * decides.
 *
 * Known calls take O(n), and each place to fill one step for each kind of unknown call begun by then.
 */
export const knownOrder: Engine = {
  name: "known-order",
  decide({ calls }) {
    const { model } = calls.alphabet;
    const places = model.version === undefined ? undefined : placesOf(calls);
    if (places === undefined) return undefined;
    if (places.unknown.length > 0 && model.firstVersion === undefined) return undefined;
    const order = inOrderOf(calls, places);
    const contradiction = outOfTime(calls, places, order);
    if (contradiction !== undefined) return contradiction;
    const gaps = places.unknown.length > 0 || hasGaps(places, order, model.firstVersion);
    return model.firstVersion !== undefined && gaps
      ? new Filling(calls, places, order, model.firstVersion).decide()
      : replayed(calls, order);
  },
};

interface Places {
  /** Place of each known call, by position. */
  readonly place: Float64Array;
  /** 1: a change. */
  readonly change: Uint8Array;
  readonly known: number;
  /** Positions of the unknown calls, by begin. */
  readonly unknown: readonly number[];
}

/** The places of the known calls; `undefined` when one does not tell. */
function placesOf({ alphabet, action, end, length }: Calls): Places | undefined {
  const { model } = alphabet;
  const place = new Float64Array(length);
  const change = new Uint8Array(length);
  const ofAction = new Float64Array(alphabet.size).fill(NaN);
  const unknown: number[] = [];
  for (let i = 0; i < length; i++) {
    if (end[i] === Never) {
      unknown.push(i);
      continue;
    }
    const number = action[i]!;
    let told = ofAction[number]!;
    if (Number.isNaN(told)) {
      const { input, output } = alphabet.get(number);
      const version = model.version?.(input, output);
      if (version === undefined || !Number.isSafeInteger(version)) return undefined;
      told = ofAction[number] = version;
    }
    place[i] = told;
    if (alphabet.changes(number)) change[i] = 1;
  }
  return { place, change, known: length - unknown.length, unknown };
}

/** Known positions by place, changes first, then by begin. */
function inOrderOf({ end, length }: Calls, { place, change, known }: Places): Int32Array {
  const order = new Int32Array(known);
  let least = Infinity;
  let greatest = -Infinity;
  for (let i = 0, count = 0; i < length; i++) {
    if (end[i] === Never) continue;
    order[count++] = i;
    least = Math.min(least, place[i]!);
    greatest = Math.max(greatest, place[i]!);
  }
  if (known === 0) return order;
  if (greatest - least > 4 * known + 1024)
    return order.toSorted((a, b) => place[a]! - place[b]! || change[b]! - change[a]! || a - b);
  const slot = (i: number): number => 2 * (place[i]! - least) + 1 - change[i]!;
  const starts = new Int32Array(2 * (greatest - least) + 3);
  for (const i of order) starts[slot(i) + 1]!++;
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!;
  const sorted = new Int32Array(known);
  for (const i of order) sorted[starts[slot(i)]!++] = i;
  return sorted;
}

/** Two calls whose places contradict each other, or real time. */
function outOfTime(calls: Calls, { place, change }: Places, order: Int32Array): Decision | undefined {
  const { begin, end } = calls;
  let latest = -1;
  for (let i = 0; i < order.length; i++) {
    const call = order[i]!;
    const before = order[i - 1];
    const sameChange = before !== undefined && change[before] === 1 && change[call] === 1;
    if (sameChange && place[before] === place[call]) return contradicted(calls, call, before, order.length);
    if (latest >= 0 && end[call]! < begin[latest]!) return contradicted(calls, call, latest, order.length);
    if (latest < 0 || begin[call]! > begin[latest]!) latest = call;
  }
  return undefined;
}

function contradicted({ end }: Calls, a: number, b: number, steps: number): Decision {
  const pattern: Pattern = "order-contradicted";
  const [culprit, against] = end[a]! > end[b]! ? [a, b] : [b, a];
  return {
    end: "nonlinearizable",
    proof: { pattern, calls: [a, b].toSorted((x, y) => x - y), culprit, against },
    steps,
  };
}

function hasGaps({ place, change }: Places, order: Int32Array, first: number | undefined): boolean {
  let last = first ?? 0;
  return order.some((call) => {
    const skips = place[call]! > last + change[call]!;
    last = place[call]!;
    return skips;
  });
}

/** The verdict when the known calls are all there is, in this order. */
function replayed(calls: Calls, order: Int32Array): Decision | undefined {
  const { alphabet, action } = calls;
  const { model } = alphabet;
  const replay = model.replay?.();
  let state = model.initial;
  for (let i = 0; i < order.length; i++) {
    const { input, output } = alphabet.get(action[order[i]!]!);
    if (replay !== undefined) {
      if (replay.apply(input, output) !== undefined) return { end: "nonlinearizable", steps: i + 1 };
      continue;
    }
    const next = model.step(state, input, output);
    if (next instanceof OneOf) return undefined;
    if (next instanceof Refused) return { end: "nonlinearizable", steps: i + 1 };
    state = next;
  }
  return { end: "linearizable", order, steps: order.length };
}

/** Walks along the order and fills the places that no known call claims. */
class Filling {
  readonly #calls: Calls;
  readonly #places: Places;
  readonly #order: Int32Array;
  readonly #model: Model;
  readonly #first: number;
  /** The earliest return of the known calls from here on in the order. */
  readonly #deadline: Int32Array;
  /** Kinds of the unknown calls begun by the deadline of the slot at hand. */
  readonly #kinds = new Set<number>();
  #begun = 0;
  #tries = 0;
  readonly #slots: Slot[] = [];
  #state: Json;

  constructor(calls: Calls, places: Places, order: Int32Array, first: number) {
    this.#calls = calls;
    this.#places = places;
    this.#order = order;
    this.#model = calls.alphabet.model;
    this.#first = first;
    this.#state = this.#model.initial;
    this.#deadline = new Int32Array(order.length + 1).fill(Never);
    for (let i = order.length - 1; i >= 0; i--)
      this.#deadline[i] = Math.min(this.#deadline[i + 1]!, calls.end[order[i]!]!);
  }

  decide(): Decision | undefined {
    const { place, change, unknown } = this.#places;
    const no: Decision = { end: "nonlinearizable", steps: this.#order.length };
    let reached = this.#first;
    for (let i = 0; i < this.#order.length; i++) {
      const call = this.#order[i]!;
      const missing = place[call]! - change[call]! - reached;
      if (missing + this.#slots.length > unknown.length) return no;
      for (let m = 0; m < missing; m++) {
        const filled = this.#fill(i, ++reached, m === missing - 1);
        if (filled === undefined) return undefined;
        if (!filled) return no;
      }
      const next = this.#step(this.#state, this.#calls.action[call]!);
      if (next instanceof OneOf) return undefined;
      if (next instanceof Refused) return no;
      this.#state = next;
      reached = Math.max(reached, place[call]!);
    }
    const filling = fillSlots(this.#calls, unknown, this.#slots);
    if (filling === undefined) return no;
    return { end: "linearizable", order: this.#merged(filling), steps: this.#order.length + this.#tries };
  }

  /**
   * Finds the kinds of unknown calls that can have taken effect before the i-th call of the order, at a place; false:
   * none; `undefined`: several that lead to different states. `last`: the next place is claimed.
   */
  #fill(i: number, place: number, last: boolean): boolean | undefined {
    const { begin, action } = this.#calls;
    const { unknown } = this.#places;
    const deadline = this.#deadline[i]!;
    while (this.#begun < unknown.length && begin[unknown[this.#begun]!]! < deadline)
      this.#kinds.add(action[unknown[this.#begun++]!]!);
    const kinds: number[] = [];
    const states = new Map<string, Json>();
    const laterStates = new Set<string>();
    for (const kind of this.#kinds) {
      if (++this.#tries > MostTries) return undefined;
      const next = this.#step(this.#state, kind);
      if (next instanceof OneOf) return undefined;
      if (next instanceof Refused) continue;
      const later = last ? this.#lookAhead(next, i, place) : identityOf(this.#model, next);
      if (later === undefined) continue;
      kinds.push(kind);
      states.set(identityOf(this.#model, next), next);
      laterStates.add(later);
    }
    const [state] = states.values();
    if (state === undefined) return false;
    if (states.size > 1 && (!last || laterStates.size > 1)) return undefined;
    this.#state = state;
    this.#slots.push({ before: i, deadline, kinds: new Set(kinds) });
    return true;
  }

  /** Identity of the state after those that saw the place, and the next change if claimed; `undefined`: one is refused. */
  #lookAhead(start: Json, from: number, place: number): string | undefined {
    const { place: places, change } = this.#places;
    let state = start;
    for (let i = from; i < this.#order.length; i++) {
      const call = this.#order[i]!;
      if (places[call]! > place + change[call]!) break;
      const next = this.#step(state, this.#calls.action[call]!);
      if (next instanceof Refused) return undefined;
      if (next instanceof OneOf) return canonical([...next.states]);
      state = next;
      if (change[call] === 1) break;
    }
    return identityOf(this.#model, state);
  }

  #step(state: Json, action: number): Step<Json> {
    const { input, output } = this.#calls.alphabet.get(action);
    return this.#model.step(state, input, output);
  }

  #merged(filling: readonly number[]): Int32Array {
    const merged: number[] = [];
    let slot = 0;
    for (let i = 0; i < this.#order.length; i++) {
      for (; this.#slots[slot]?.before === i; slot++) merged.push(filling[slot]!);
      merged.push(this.#order[i]!);
    }
    return Int32Array.from(merged);
  }
}
