import type { Violation } from "./monitor.ts";

/**
 * How monitors look at what grows without end and yet spend about the same at every step. Up to `few` members are all looked
 * at each time, and nothing is remembered of it: so small runs, and every exploration, are exact at each step. Of more, what
 * is new is looked at, and a few others in turn, which finds what changed although it must not.
 */
const few = 16;

/** How many members of a large record are looked at for each look that goes by. */
const ofRecord = 4;

/** How many old members of a long sequence are looked at again each time, besides two for each new one. */
const again = 1;

/** By who is looked at, how many looks go by until the next; absent where there is none to wait for. */
export type Rests = Record<string, number>;

/** By who is looked at, up to where a sequence was, and where looking again goes on; absent for short sequences. */
export type Cursors = Record<string, [seen: number, again: number]>;

/** Looks at the members of a record: of many only once in as many looks as keeps the cost of each down. */
export function eachMember<Value>(
  rests: Rests,
  who: string,
  record: Readonly<Record<string, Value>>,
  look: (name: string, value: Value) => Violation | undefined,
): Violation | undefined {
  const rest = rests[who];
  if (rest !== undefined && rest > 0) {
    rests[who] = rest - 1;
    return undefined;
  }
  let members = 0;
  for (const name in record) {
    members++;
    const violation = look(name, record[name]!);
    if (violation !== undefined) return violation;
  }
  if (members > few) rests[who] = Math.floor(members / ofRecord);
  else if (rest !== undefined) delete rests[who];
  return undefined;
}

/** Looks at places `from` to `to` (exclusive) of a sequence that grows at its end. */
export function eachPlace(
  cursors: Cursors,
  who: string,
  from: number,
  to: number,
  look: (place: number) => Violation | undefined,
): Violation | undefined {
  const cursor = cursors[who];
  if (to - from <= few) {
    if (cursor !== undefined) delete cursors[who];
    for (let place = from; place < to; place++) {
      const violation = look(place);
      if (violation !== undefined) return violation;
    }
    return undefined;
  }
  const seen = Math.max(from, Math.min(cursor?.[0] ?? from, to));
  for (let place = seen; place < to; place++) {
    const violation = look(place);
    if (violation !== undefined) return violation;
  }
  let next = cursor?.[1] ?? from;
  for (let left = seen > from ? again + 2 * (to - seen) : 0; left > 0; left--, next++) {
    if (next < from || next >= seen) next = from;
    const violation = look(next);
    if (violation !== undefined) return violation;
  }
  cursors[who] = [to, next];
  return undefined;
}
