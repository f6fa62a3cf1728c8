import { Write } from "../register-calls.ts";
import type { Configuration } from "./configuration.ts";
import type { Covering } from "./covering.ts";
import type { Effort } from "./effort.ts";
import { Goal } from "./goal.ts";
import { None, type InFlight } from "./in-flight.ts";
import { Block, Columns, copyRow, LastWrite, Mark, Rows, Settled, State, Used } from "./rows.ts";

/**
 * The ways to place a call that returns, in all configurations at once: after compare-and-sets from the state that there
 * is, after one plain write and compare-and-sets from its value, or in a block inside. Why these are all is
 * told in `frontier.ts`.
 */
export class Expansion {
  readonly #flight: InFlight;
  readonly #covering: Covering;
  readonly #effort: Effort;
  /** How many that hold the same value are expanded at one event. */
  readonly #mostAlike: number;
  /** Takes the configuration at hand, in which the call has returned. */
  readonly #keep: (choice: number) => void;
  // What is to be expanded: what placed no plain write at this event, what did, and blocks inside.
  readonly #before: Rows;
  readonly #after: Rows;
  readonly #inside: Rows;
  /** The configuration at hand, and its row; and that which it comes from. */
  readonly #one: Configuration;
  readonly #row: Int32Array;
  readonly #from: Int32Array;
  readonly #goal: Goal;

  constructor(
    flight: InFlight,
    one: Configuration,
    covering: Covering,
    effort: Effort,
    { mostAlike, keep }: { readonly mostAlike: number; readonly keep: (choice: number) => void },
  ) {
    this.#flight = flight;
    this.#one = one;
    this.#covering = covering;
    this.#effort = effort;
    this.#mostAlike = mostAlike;
    this.#keep = keep;
    this.#before = new Rows(flight.words);
    this.#after = new Rows(flight.words);
    this.#inside = new Rows(flight.words);
    this.#goal = new Goal(flight);
    this.#row = one.row;
    this.#from = new Int32Array(one.row.length);
  }

  /** 32-bit words held. */
  get words(): number {
    return this.#before.words + this.#after.words + this.#inside.words;
  }

  /** Lets a call return in every configuration. */
  run(now: Rows, slot: number): void {
    const effort = this.#effort;
    this.#goal.set(slot);
    this.#before.clear();
    this.#after.clear();
    this.#inside.clear();
    for (let row = 0; row < now.size && !effort.isSpent(); row++) {
      effort.steps++;
      now.read(row, this.#row);
      if (this.#one.markFor(slot) !== None) this.#finish(None);
      else this.#start();
    }
    for (let row = 0; row < this.#inside.size && !effort.isSpent(); row++) this.#expandInside(row);
    for (let row = 0; row < this.#before.size && !effort.isSpent(); row++) this.#expandBefore(row);
    for (let row = 0; row < this.#after.size && !effort.isSpent(); row++) this.#expandAfter(row);
  }

  /** Begins to place the call that returns, in the configuration at hand. */
  #start(): void {
    const one = this.#one;
    const row = this.#row;
    const { slot, kind, change } = this.#goal;
    row[Block] = row[Mark] = 0;
    this.#addTo(this.#before, None);
    const isOlder = this.#flight.begin[slot]! < row[LastWrite]!;
    if (kind === Write) {
      if (one.isOwed(slot)) return;
      if (!isOlder) {
        this.#finish(None);
        return;
      }
      one.set(slot);
      one.arriveInside(this.#flight.written[slot]!);
      row[Mark] = 1;
      this.#addTo(this.#inside, placedInside(change));
      return;
    }
    if (!isOlder) return;
    copyRow(row, this.#from);
    for (const value of this.#goal.starts()) {
      copyRow(this.#from, row);
      const write = this.#flight.writeChange(value);
      if (write === None || !one.writeInside(write)) continue;
      row[Mark] = this.#goal.isPlacedBy(one, None) ? 1 : 0;
      this.#addTo(this.#inside, placedInside(write));
    }
  }

  /** Goes on with a block inside; its mark says whether it has placed the call that returns. */
  #expandInside(number: number): void {
    const one = this.#one;
    const row = this.#row;
    this.#inside.read(number, row);
    copyRow(row, this.#from);
    const isDone = row[Mark] === 1;
    if (isDone) {
      this.#finish(None);
      copyRow(this.#from, row);
    }
    const steps = one.findSteps(row[Block]!, row[LastWrite]!, row[Settled]!);
    for (let step = 0; step < steps; step++) {
      const change = one.stepChanges[step]!;
      const to = this.#flight.changeWritten(change);
      if (!isDone && change !== this.#goal.change && !this.#goal.canComeFrom(to)) continue;
      copyRow(this.#from, row);
      one.takeStepInside(step);
      if (this.#goal.isPlacedBy(one, change)) row[Mark] = 1;
      this.#addTo(this.#inside, placedInside(change));
    }
  }

  /**
   * Goes on with a configuration that has placed no plain write at this event. Its mark says that its last steps were
   * unknown calls which nobody saw: they are in vain if a plain write comes next.
   */
  #expandBefore(number: number): void {
    const one = this.#one;
    const row = this.#row;
    this.#before.read(number, row);
    copyRow(row, this.#from);
    const steps = one.findSteps(row[State]!, one.event, row[Used]!);
    for (let step = 0; step < steps; step++) {
      const change = one.stepChanges[step]!;
      copyRow(this.#from, row);
      one.takeStep(step);
      if (this.#goal.isPlacedBy(one, change)) {
        this.#finish(placedNow(change));
        continue;
      }
      row[Mark] = one.stepSlots[step] === None && this.#hasPlacedSame() ? 1 : 0;
      this.#addTo(this.#before, placedNow(change));
    }
    if (this.#from[Mark] === 1) return;
    if (this.#goal.kind === Write) {
      copyRow(this.#from, row);
      if (one.write(this.#goal.change)) this.#finish(placedNow(this.#goal.change));
      return;
    }
    for (const value of this.#goal.starts()) {
      const write = this.#flight.writeChange(value);
      if (write === None) continue;
      copyRow(this.#from, row);
      if (!one.write(write)) continue;
      if (this.#goal.isPlacedBy(one, None)) this.#finish(placedNow(write));
      else this.#addTo(this.#after, placedNow(write));
    }
  }

  /** Goes on with a configuration that has placed a plain write at this event. */
  #expandAfter(number: number): void {
    const one = this.#one;
    const row = this.#row;
    this.#after.read(number, row);
    copyRow(row, this.#from);
    const steps = one.findSteps(row[State]!, one.event, row[Used]!);
    for (let step = 0; step < steps; step++) {
      const change = one.stepChanges[step]!;
      const to = this.#flight.changeWritten(change);
      if (change !== this.#goal.change && !this.#goal.canComeFrom(to)) continue;
      copyRow(this.#from, row);
      one.takeStep(step);
      if (this.#goal.isPlacedBy(one, change)) this.#finish(placedNow(change));
      else this.#addTo(this.#after, placedNow(change));
    }
  }

  /** Lets the call return in the configuration at hand, which has placed it or hides it, and keeps what comes of it. */
  #finish(choice: number): void {
    const row = this.#row;
    const { slot } = this.#goal;
    this.#one.release(slot, this.#one.markFor(slot));
    row[Block] = row[Mark] = 0;
    this.#keep(choice);
  }

  /** Adds the configuration at hand to those to be expanded at this event, unless one there covers it. */
  #addTo(list: Rows, choice: number): void {
    const row = this.#row;
    const key = this.#one.hash() + Math.imul(row[State]! + row[Block]!, 0x9e3779b1);
    let alike = 0;
    for (let other = list.first(key); other >= 0; other = list.next(other)) {
      this.#effort.steps++;
      if (++alike > this.#mostAlike) {
        this.#effort.truncated = true;
        return;
      }
      const at = other * list.stride;
      if (list === this.#inside) {
        if (list.data[at + Block] !== row[Block] || list.data[at + Mark] !== row[Mark]) continue;
      }
      if (this.#covering.asItStands(list.data, at, row, 0)) return;
    }
    this.#one.log(choice);
    list.add(row, key);
  }

  /** Whether the configuration at hand has placed no other calls than that which it comes from. */
  #hasPlacedSame(): boolean {
    for (let column = Columns; column < Columns + this.#flight.words; column++)
      if (this.#row[column] !== this.#from[column]) return false;
    return true;
  }
}

function placedNow(change: number): number {
  return change << 1;
}

function placedInside(change: number): number {
  return (change << 1) | 1;
}
