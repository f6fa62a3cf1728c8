import type { Json } from "../../histories/json.ts";
import { Never, type Calls } from "./calls.ts";
import { Items } from "./items.ts";

/** A time during which a value was certainly the current one, whatever the order of the operations. */
export interface Currency {
  readonly value: Json;
  /** Position of the first call to return that gave the value or saw it; absent: it was there at first. */
  readonly since?: number;
  /** Position of the last call to begin that still saw it. */
  readonly until: number;
  /**
   * When `since` returned (−1: from the start) and `until` began, as event indices. Where `from` > `to` it is
   * certain only that the value was current at some time from `to` to `from`.
   */
  readonly from: number;
  readonly to: number;
}

/**
 * The values of a register that one call wrote, each with the zone (Gibbons & Korach 1997) in which it was
 * certainly current: from the first return of a call that wrote or saw it to the last begin of one that saw it.
 *
 * The calls are all that there were, or closed: whoever could have written what one of them saw is among
 * them. Values that several wrote, or that were there at first and written again, have no zone.
 */
export function currencies(calls: Calls): Currency[] {
  const { alphabet, action, begin, end, length } = calls;
  const { structure } = alphabet.model;
  if (structure?.kind !== "register") return [];
  const values = new Map<number, { value: Json; givers: number[]; seers: number[]; takers: number[] }>();
  const of = (value: Json) => {
    const number = alphabet.values.number(value);
    let found = values.get(number);
    if (found === undefined) values.set(number, (found = { value, givers: [], seers: [], takers: [] }));
    return found;
  };
  for (let call = 0; call < length; call++) {
    const { input, output } = alphabet.get(action[call]!);
    const meaning = structure.meaning(input, output);
    if (meaning.does === "write") of(meaning.value).givers.push(call);
    else if (meaning.does === "read") of(meaning.value).seers.push(call);
    else if (meaning.does === "cas") {
      of(meaning.from).takers.push(call);
      of(meaning.to).givers.push(call);
    }
  }
  const initial = alphabet.values.number(structure.initial);
  const found: Currency[] = [];
  for (const [number, { value, givers, seers, takers }] of values) {
    if (givers.length + (number === initial ? 1 : 0) !== 1) continue;
    const known = (call: number): boolean => end[call] !== Never;
    // A compare-and-set that saw the value ended it, so its return says nothing of the time after.
    const starts = [...givers, ...seers].filter(known);
    const stops = [...givers, ...seers, ...takers].filter((call) => known(call) || givers.includes(call));
    const since = least(starts, end);
    const until = least(stops, begin, -1);
    if (until === undefined) continue;
    if (givers.length === 0) found.push({ value, until, from: -1, to: begin[until]! });
    else if (since !== undefined) found.push({ value, since, until, from: end[since]!, to: begin[until]! });
  }
  return found;
}

/** Of a collection's items that one call added: when each was certainly inside, up to event `until`. */
export function timesInside(calls: Calls, until: number): { value: Json; from: number; to: number }[] {
  const items = Items.of(calls);
  if (items === undefined) return [];
  const found: { value: Json; from: number; to: number }[] = [];
  for (let add = 0; add < calls.length; add++) {
    const meaning = items.meaning(add);
    if (meaning.does !== "add" || calls.end[add] === Never || items.onlyAdd(meaning.item) !== add) continue;
    let to = until;
    for (let call = 0; call < calls.length; call++)
      if (items.mayRemove(call, meaning.item)) to = Math.min(to, calls.begin[call]!);
    if (calls.end[add]! < to) found.push({ value: meaning.item, from: calls.end[add]!, to });
  }
  return found;
}

function least(calls: readonly number[], column: Int32Array, sign: 1 | -1 = 1): number | undefined {
  let best: number | undefined;
  for (const call of calls)
    if (best === undefined || sign * column[call]! < sign * column[best]!) best = call;
  return best;
}
