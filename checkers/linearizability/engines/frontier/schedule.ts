import { Never } from "../../calls.ts";
import { Cas, Differ, Nothing, NoValue, Read, Write, type RegisterCalls } from "../register-calls.ts";
import { None } from "./in-flight.ts";

/** What happens to a register, event by event. */
export interface Schedule {
  readonly register: RegisterCalls;
  /** As in `register`, but a compare-and-set that changes nothing is a read. */
  readonly kind: Uint8Array;
  /** Position → class: calls that write the same, or change the same to the same; `None` for the others. */
  readonly change: Int32Array;
  readonly changeCount: number;
  /** Position → slot of a known call: no two in flight have the same. */
  readonly slot: Int32Array;
  readonly slots: number;
  /** Positions of calls that begin, and ~position of calls that return, in order of time. */
  readonly events: Int32Array;
}

/**
 * Lays the calls out in time. Left out are calls that neither see nor change anything, and unknown ones whose
 * value nobody saw: in any order with one of these, each call between it and the next change would have
 * to see its value; so the order without it is legal too. Where a call saw that the register did not hold some
 * value, any other value will have served it: then every unknown change is kept.
 */
export function scheduleOf(register: RegisterCalls): Schedule {
  const { calls, seen, written } = register;
  const { begin, end, length } = calls;
  const kind = register.kind.slice();
  for (let i = 0; i < length; i++) if (kind[i] === Cas && seen[i] === written[i]) kind[i] = Read;
  const kept = neededCalls(register, kind);
  const change = new Int32Array(length).fill(None);
  const slot = new Int32Array(length).fill(None);
  const events = new Int32Array(2 * length);
  const changes = new Changes(register.valueCount);
  const free: number[] = [];
  const open: number[] = [];
  let slots = 0;
  let count = 0;
  let returned = 0;
  const returnUntil = (event: number): void => {
    while (returned < open.length && end[open[returned]!]! < event) {
      const call = open[returned++]!;
      events[count++] = ~call;
      free.push(slot[call]!);
    }
    if (returned > 4096) open.splice(0, returned);
    if (returned > 4096) returned = 0;
  };
  for (let i = 0; i < length; i++) {
    if (kept[i] === 0) continue;
    returnUntil(begin[i]!);
    events[count++] = i;
    if (kind[i] === Write) change[i] = changes.ofWrite(written[i]!);
    else if (kind[i] === Cas) change[i] = changes.ofCas(seen[i]!, written[i]!);
    if (end[i] === Never) continue;
    slot[i] = free.pop() ?? slots++;
    let place = open.length;
    open.push(i);
    while (place > returned && end[open[place - 1]!]! > end[i]!) {
      open[place] = open[place - 1]!;
      place--;
    }
    open[place] = i;
  }
  returnUntil(Never);
  return {
    register,
    kind,
    change,
    changeCount: changes.count,
    slot,
    slots,
    events: events.subarray(0, count),
  };
}

/** Which calls cannot be left out. */
function neededCalls({ calls, seen, written, valueCount }: RegisterCalls, kind: Uint8Array): Uint8Array {
  const { end, length } = calls;
  const kept = new Uint8Array(length);
  const isSeen = new Uint8Array(valueCount);
  let unknown: number[] = [];
  let differs = false;
  for (let i = 0; i < length; i++) {
    if (kind[i] === Nothing) continue;
    if (end[i] !== Never) {
      kept[i] = 1;
      if (kind[i] === Differ) differs = true;
      else if (seen[i] !== NoValue) isSeen[seen[i]!] = 1;
    } else if (kind[i] === Write || kind[i] === Cas) unknown.push(i);
  }
  for (let before = Infinity; unknown.length < before;) {
    before = unknown.length;
    unknown = unknown.filter((i) => {
      if (!differs && isSeen[written[i]!] === 0) return true;
      kept[i] = 1;
      if (kind[i] === Cas) isSeen[seen[i]!] = 1;
      return false;
    });
  }
  return kept;
}

/** Numbers for what writes and compare-and-sets do. */
class Changes {
  count = 0;
  readonly #values: number;
  readonly #writes: Int32Array;
  readonly #cases = new Map<number, number>();

  constructor(values: number) {
    this.#values = values;
    this.#writes = new Int32Array(values).fill(None);
  }

  ofWrite(value: number): number {
    if (this.#writes[value] === None) this.#writes[value] = this.count++;
    return this.#writes[value]!;
  }

  ofCas(from: number, to: number): number {
    const key = from * this.#values + to;
    let number = this.#cases.get(key);
    if (number === undefined) this.#cases.set(key, (number = this.count++));
    return number;
  }
}
