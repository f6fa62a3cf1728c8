import { Never } from "../../calls.ts";
import { Differ, Read, Write } from "../register-calls.ts";
import { None } from "./in-flight.ts";
import type { Schedule } from "./schedule.ts";

/**
 * The order of calls that a trail of uses stands for. A trail names only the changes that can be seen, by
 * their class. Between two of them the register holds one value; there go the reads of it, the writes of
 * it that change nothing, and, just before a plain write, writes that nobody saw.
 */
export function orderOf(
  schedule: Schedule,
  trail: { readonly choices: Int32Array; readonly events: Int32Array },
): Int32Array {
  const uses = new Uses(schedule, trail.choices, trail.events);
  uses.assign(schedule);
  return uses.withOthers(schedule);
}

class Uses {
  /** Class and event of each use, in order. */
  readonly #change: Int32Array;
  readonly #event: Int32Array;
  readonly #call: Int32Array;
  readonly #isWrite: Uint8Array;
  readonly #value: Int32Array;
  readonly #assigned: Uint8Array;

  constructor(schedule: Schedule, choices: Int32Array, events: Int32Array) {
    const { length } = choices;
    this.#change = new Int32Array(length);
    this.#event = new Int32Array(length);
    this.#call = new Int32Array(length).fill(None);
    this.#isWrite = new Uint8Array(schedule.changeCount);
    this.#value = new Int32Array(schedule.changeCount);
    this.#assigned = new Uint8Array(schedule.change.length);
    schedule.change.forEach((change, i) => {
      if (change === None) return;
      this.#isWrite[change] = schedule.kind[i] === Write ? 1 : 0;
      this.#value[change] = schedule.register.written[i]!;
    });
    let lastWrite = None;
    for (let use = 0; use < length; use++) {
      const change = choices[use]! >> 1;
      let place = use;
      let event = events[use]!;
      if ((choices[use]! & 1) === 1) {
        event = this.#event[lastWrite]!;
        for (; place > lastWrite; place--) {
          this.#change[place] = this.#change[place - 1]!;
          this.#event[place] = this.#event[place - 1]!;
        }
        lastWrite++;
      } else if (this.#isWrite[change] === 1) lastWrite = use;
      this.#change[place] = change;
      this.#event[place] = event;
    }
  }

  /** Gives each use, in order of time, to the call of its class in flight that returns first. */
  assign({ register: { calls }, change: changeOf, events, changeCount }: Schedule): void {
    const { begin, end } = calls;
    const known: number[][] = Array.from({ length: changeCount }, () => []);
    const unknown: number[][] = Array.from({ length: changeCount }, () => []);
    let at = 0;
    for (let use = 0; use < this.#change.length; use++) {
      const event = this.#event[use]!;
      for (; at < events.length; at++) {
        const call = events[at]!;
        if (call < 0) continue;
        if (begin[call]! >= event) break;
        const change = changeOf[call]!;
        if (change !== None) (end[call] === Never ? unknown : known)[change]!.push(call);
      }
      const change = this.#change[use]!;
      const open = known[change]!.filter((call) => end[call]! >= event);
      let first = open[0];
      for (const call of open) if (end[call]! < end[first!]!) first = call;
      known[change] = open.filter((call) => call !== first);
      first ??= unknown[change]!.shift();
      if (first === undefined) throw new Error("a change that no call can have made");
      this.#call[use] = first;
      this.#assigned[first] = 1;
    }
  }

  /** The order of the uses with all other calls in between. */
  withOthers({ register, kind }: Schedule): Int32Array {
    const { calls, seen, written } = register;
    const { begin, end, length } = calls;
    const count = this.#change.length;
    // Gaps are before the first use, between uses, and after the last. In each come first those that want
    // its value, then writes that the next use hides.
    const gapOf = new Int32Array(length).fill(None);
    const sizes = new Int32Array(2 * count + 3);
    let first = 0;
    let others = 0;
    for (let i = 0; i < length; i++) {
      if (end[i] === Never || this.#assigned[i] === 1) continue;
      while (first < count && this.#event[first]! <= begin[i]!) first++;
      let place = None;
      for (let gap = first; place === None; gap++) {
        if (gap > 0 && this.#event[gap - 1]! > end[i]!) throw new Error("a call without a place");
        const value = gap === 0 ? 0 : this.#value[this.#change[gap - 1]!]!;
        const fits =
          kind[i] === Read
            ? value === seen[i]
            : kind[i] === Differ
              ? value !== seen[i]
              : kind[i] !== Write || value === written[i];
        if (fits) place = 2 * gap;
        else if (gap === count) throw new Error("a call without a place");
        else if (kind[i] === Write && this.#event[gap]! <= end[i]! && this.#isWrite[this.#change[gap]!] === 1)
          place = 2 * gap + 1;
      }
      gapOf[i] = place;
      sizes[place + 1]!++;
      others++;
    }
    // The place where each gap starts, with the uses in between.
    for (let gap = 1; gap < sizes.length; gap++) sizes[gap]! += sizes[gap - 1]!;
    const order = new Int32Array(count + others);
    for (let i = 0; i < length; i++) {
      const gap = gapOf[i]!;
      if (gap !== None) order[sizes[gap]!++ + (gap >> 1)] = i;
    }
    for (let use = 0; use < count; use++) order[sizes[2 * use + 1]! + use] = this.#call[use]!;
    return order;
  }
}
