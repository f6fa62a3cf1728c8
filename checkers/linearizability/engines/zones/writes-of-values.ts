import { Cas, Read, Write, type RegisterCalls } from "../register-calls.ts";

/** No call can have written what was seen. */
export const NoWriter = -1;

/** For each call that saw a value asked about, the known write that began last of those returned before it began. */
export function lastReturnedWrites(
  { calls, seen }: RegisterCalls,
  kind: Uint8Array,
  byEnd: Int32Array,
  asked: Uint8Array,
): Int32Array {
  const { length, begin, end } = calls;
  const last = new Int32Array(length).fill(-1);
  let latest = -1;
  let returned = 0;
  for (let i = 0; i < length; i++) {
    for (; returned < byEnd.length && end[byEnd[returned]!]! < begin[i]!; returned++) {
      const call = byEnd[returned]!;
      if (kind[call] !== Write && kind[call] !== Cas) continue;
      if (latest < 0 || begin[call]! > begin[latest]!) latest = call;
    }
    if ((kind[i] === Read || kind[i] === Cas) && asked[seen[i]!] === 1) last[i] = latest;
  }
  return last;
}

/** The writes of each value asked about in order of their begins, the initial one first. */
export class WritesOfValues {
  readonly #begin: Int32Array;
  readonly #end: Int32Array;
  readonly #initial: number;
  /** Value → where its writes start. */
  readonly #start: Int32Array;
  readonly #write: Int32Array;
  /** Place → the nearest one before it whose write ended later; −1: none. */
  readonly #later: Int32Array;
  /** Where the last write found stands. */
  place = 0;

  constructor({ calls, written, valueCount }: RegisterCalls, kind: Uint8Array, asked: Uint8Array) {
    this.#begin = calls.begin;
    this.#end = calls.end;
    this.#initial = calls.length;
    const isOne = (i: number): boolean => (kind[i] === Write || kind[i] === Cas) && asked[written[i]!] === 1;
    const start = new Int32Array(valueCount + 1);
    if (asked[0] === 1) start[1]!++;
    for (let i = 0; i < calls.length; i++) if (isOne(i)) start[written[i]! + 1]!++;
    for (let value = 0; value < valueCount; value++) start[value + 1]! += start[value]!;
    this.#start = start;
    this.#write = new Int32Array(start[valueCount]!);
    const next = start.slice();
    if (asked[0] === 1) this.#write[next[0]!++] = calls.length;
    for (let i = 0; i < calls.length; i++) if (isOne(i)) this.#write[next[written[i]!]!++] = i;
    this.#later = new Int32Array(this.#write.length);
    for (let value = 0; value < valueCount; value++)
      for (let place = start[value]!; place < start[value + 1]!; place++) {
        let nearest = place - 1;
        while (nearest >= start[value]! && this.#endOf(nearest) <= this.#endOf(place))
          nearest = this.#later[nearest]!;
        this.#later[place] = nearest < start[value]! ? -1 : nearest;
      }
  }

  /** The place of the first write of a value. */
  start(value: number): number {
    return this.#start[value]!;
  }

  /** The place after the last write of the value that began before `time`. */
  before(value: number, time: number): number {
    let low = this.#start[value]!;
    let high = this.#start[value + 1]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const write = this.#write[middle]!;
      if (write === this.#initial || this.#begin[write]! < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The last write of the value before `place` that ended after `time`, and sets `place` to where it stands. */
  endingAfter(value: number, place: number, time: number): number {
    const start = this.#start[value]!;
    for (let at = place - 1; at >= start;) {
      if (this.#endOf(at) <= time) at = this.#later[at]!;
      else {
        this.place = at;
        return this.#write[at]!;
      }
    }
    return NoWriter;
  }

  #endOf(place: number): number {
    const write = this.#write[place]!;
    return write === this.#initial ? -2 : this.#end[write]!;
  }
}
