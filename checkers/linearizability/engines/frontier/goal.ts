import { Cas, Differ, Write } from "../register-calls.ts";
import type { Configuration } from "./configuration.ts";
import { None, type InFlight } from "./in-flight.ts";

/** The call that returns at the event at hand, and what it takes to place it. */
export class Goal {
  readonly #flight: InFlight;
  slot = None;
  kind = 0;
  /** What it changes; `None` for a read. */
  change = None;
  /** The values from which compare-and-sets might lead to what it needs, once asked for. */
  readonly #starts: number[] = [];
  #startsKnown = false;

  constructor(flight: InFlight) {
    this.#flight = flight;
  }

  set(slot: number): void {
    this.slot = slot;
    this.kind = this.#flight.kind[slot]!;
    this.change = this.#flight.change[slot]!;
    this.#startsKnown = false;
  }

  /** Whether it is placed in a configuration whose last change was this one. */
  isPlacedBy(configuration: Configuration, change: number): boolean {
    return this.change === None ? configuration.isSet(this.slot) : change === this.change;
  }

  /** Whether compare-and-sets might lead from a value to what it needs. */
  canComeFrom(value: number): boolean {
    return this.kind === Differ || this.starts().includes(value);
  }

  /** The values that the register may hold before compare-and-sets that lead to what the call needs. */
  starts(): readonly number[] {
    if (!this.#startsKnown) {
      this.#startsKnown = true;
      this.#starts.length = 0;
      if (this.kind === Differ) this.#findWritten();
      else this.#findLeading(this.#flight.seen[this.slot]!);
    }
    return this.#starts;
  }

  /** Any value that can be written may serve. */
  #findWritten(): void {
    const flight = this.#flight;
    for (let i = 0; i < flight.count; i++) {
      const slot = flight.open[i]!;
      if (flight.kind[slot] === Write) this.#addStart(flight.written[slot]!);
    }
    for (const change of flight.unknownWrites) this.#addStart(flight.changeWritten(change));
  }

  #findLeading(needed: number): void {
    const flight = this.#flight;
    const starts = this.#starts;
    starts.push(needed);
    for (let i = 0; i < starts.length; i++) {
      const value = starts[i]!;
      for (let j = 0; j < flight.count; j++) {
        const slot = flight.open[j]!;
        if (flight.kind[slot] === Cas && flight.written[slot] === value) this.#addStart(flight.seen[slot]!);
      }
      for (let change = flight.firstTo(value); change !== None; change = flight.nextTo(change))
        this.#addStart(flight.changeSeen(change));
    }
  }

  #addStart(value: number): void {
    if (!this.#starts.includes(value)) this.#starts.push(value);
  }
}
