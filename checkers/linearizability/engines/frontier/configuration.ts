import type { Trails } from "../search/trails.ts";
import type { UsedSets } from "../search/used-sets.ts";
import { None, type InFlight } from "./in-flight.ts";
import { Block, Columns, LastWrite, Settled, State, Trail, Used } from "./rows.ts";

/**
 * One configuration, as a row of its own, with what calls do to it. A call is placed *now*, after all that was
 * placed before, or *inside*: just before the last plain write.
 */
export class Configuration {
  readonly row: Int32Array;
  readonly #flight: InFlight;
  readonly #usedSets: UsedSets;
  /** Whether unknown calls can be used any number of times. */
  relaxed: boolean;
  readonly #trails: Trails | undefined;
  readonly #words: number;
  /** Where the "owed" bits are. */
  readonly #owed: number;
  /** The bits of the calls that began before an event. */
  readonly #old: Int32Array;
  #oldOf = None;
  /** The event at hand: now. */
  event = -1;

  /** What `findSteps` found: changes, and the slot of the call that would make each; `None`: an unknown one. */
  readonly stepChanges: number[] = [];
  readonly stepSlots: number[] = [];

  /** `trails`: where to remember what was placed. */
  constructor(flight: InFlight, usedSets: UsedSets, relaxed: boolean, trails?: Trails) {
    this.#trails = trails;
    this.#flight = flight;
    this.#usedSets = usedSets;
    this.relaxed = relaxed;
    this.#words = flight.words;
    this.#owed = Columns + flight.words;
    this.row = new Int32Array(Columns + 2 * flight.words);
    this.#old = new Int32Array(flight.words);
  }

  /** Equal for configurations that have placed the same compare-and-sets. */
  hash(): number {
    let hash = 0;
    for (let word = 0; word < this.#words; word++)
      hash = Math.imul(hash ^ (this.row[Columns + word]! & this.#flight.cases[word]!), 0x2c1b3c6d);
    return hash ^ (hash >>> 15);
  }

  /** Remembers the last change that was placed, if trails are kept. */
  log(choice: number): void {
    if (choice !== None && this.#trails !== undefined)
      this.row[Trail] = this.#trails.add(this.row[Trail]!, choice, this.event);
  }

  /** Goes on to an event, before which calls may have begun or returned. */
  at(event: number): void {
    this.event = event;
    this.#oldOf = None;
  }

  isSet(slot: number): boolean {
    return (this.row[Columns + (slot >>> 5)]! & (1 << (slot & 31))) !== 0;
  }

  /** Whether a plain write began since the last one was placed, and the register has not held its value since. */
  isOwed(slot: number): boolean {
    return (this.row[this.#owed + (slot >>> 5)]! & (1 << (slot & 31))) !== 0;
  }

  set(slot: number): void {
    this.row[Columns + (slot >>> 5)]! |= 1 << (slot & 31);
  }

  /**
   * The mark that a call takes when it returns: the oldest one of a call that does the same and began no sooner;
   * `None` when it has not been placed.
   */
  markFor(slot: number): number {
    const flight = this.#flight;
    if (flight.change[slot] === None) return this.isSet(slot) ? slot : None;
    let mark = slot;
    while (mark !== None && !this.isSet(mark)) mark = flight.newer(mark);
    return mark;
  }

  /** A call returns, which takes a mark. */
  release(slot: number, mark: number): void {
    if (mark !== None) this.row[Columns + (mark >>> 5)]! &= ~(1 << (mark & 31));
    this.row[this.#owed + (slot >>> 5)]! &= ~(1 << (slot & 31));
  }

  /**
   * Finds the changes that a compare-and-set can make where the register holds a value, with the call that
   * would: the newest one, or else an unknown one. Only calls that began before an event.
   */
  findSteps(value: number, before: number, used: number): number {
    const flight = this.#flight;
    const changes = this.stepChanges;
    const slots = this.stepSlots;
    let found = 0;
    for (let word = 0; word < this.#words; word++) {
      for (let rest = flight.cases[word]! & ~this.row[Columns + word]!; rest !== 0; rest &= rest - 1) {
        const slot = 32 * word + 31 - Math.clz32(rest & -rest);
        if (flight.seen[slot] !== value) continue;
        const change = flight.change[slot]!;
        if (includes(changes, found, change)) continue;
        const newest = this.#newestFree(change, before);
        if (newest === None) continue;
        changes[found] = change;
        slots[found++] = newest;
      }
    }
    for (let change = flight.firstFrom(value); change !== None; change = flight.nextFrom(change)) {
      if (includes(changes, found, change)) continue;
      const begun = flight.unknownBefore(change, before);
      if (begun === 0 || (!this.relaxed && this.#usedSets.count(used, change) >= begun)) continue;
      changes[found] = change;
      slots[found++] = None;
    }
    return found;
  }

  /** Places the compare-and-set of a step, now. */
  takeStep(step: number): void {
    const change = this.stepChanges[step]!;
    const slot = this.stepSlots[step]!;
    if (slot !== None) this.set(slot);
    else if (!this.relaxed) this.#useUnknown(change);
    this.#arrive(this.#flight.changeWritten(change));
  }

  takeStepInside(step: number): void {
    const change = this.stepChanges[step]!;
    const slot = this.stepSlots[step]!;
    if (slot !== None) this.set(slot);
    else if (!this.relaxed) this.#useUnknownInside(change);
    this.arriveInside(this.#flight.changeWritten(change));
  }

  /** Places a plain write, now; false when none is left. */
  write(change: number): boolean {
    const { row } = this;
    const slot = this.#newestFree(change, this.event);
    if (slot !== None) this.set(slot);
    else {
      const begun = this.#flight.unknownBefore(change, this.event);
      if (begun === 0) return false;
      if (!this.relaxed) {
        if (this.#usedSets.count(row[Used]!, change) >= begun) return false;
        row[Used] = this.#usedSets.with(row[Used]!, change);
      }
    }
    row[Settled] = row[Used]!;
    row[LastWrite] = this.event;
    for (let word = 0; word < this.#words; word++) row[this.#owed + word] = 0;
    this.#arrive(this.#flight.changeWritten(change));
    return true;
  }

  writeInside(change: number): boolean {
    const { row } = this;
    const slot = this.#newestFree(change, row[LastWrite]!);
    if (slot !== None) this.set(slot);
    else {
      const begun = this.#flight.unknownBefore(change, row[LastWrite]!);
      if (begun === 0) return false;
      if (!this.relaxed) {
        if (this.#usedSets.count(row[Settled]!, change) >= begun) return false;
        this.#useUnknownInside(change);
      }
    }
    this.arriveInside(this.#flight.changeWritten(change));
    return true;
  }

  /** The register holds a value now: all reads of it in flight are done, and its writes owe nothing. */
  #arrive(value: number): void {
    const flight = this.#flight;
    const { row } = this;
    row[State] = value;
    for (let word = 0; word < this.#words; word++) {
      row[Columns + word]! |= flight.satisfied(value, word);
      row[this.#owed + word]! &= ~flight.writesOf(value, word);
    }
  }

  /** The register held a value just before the last plain write: reads of it that had begun by then are done. */
  arriveInside(value: number): void {
    const { row } = this;
    row[Block] = value;
    this.#findOld(row[LastWrite]!);
    for (let word = 0; word < this.#words; word++)
      row[Columns + word]! |= this.#old[word]! & this.#flight.satisfied(value, word);
  }

  /** The newest call that makes a change, was not placed, and began before an event. */
  #newestFree(change: number, before: number): number {
    const flight = this.#flight;
    let slot = flight.newest(change);
    while (slot !== None && (flight.begin[slot]! >= before || this.isSet(slot))) slot = flight.older(slot);
    return slot;
  }

  #useUnknownInside(change: number): void {
    this.row[Used] = this.#usedSets.with(this.row[Used]!, change);
    this.row[Settled] = this.#usedSets.with(this.row[Settled]!, change);
  }

  /**
   * Uses an unknown compare-and-set, now. Later uses inside must leave enough for this one: as many
   * count as used by the last plain write as leave no more than are left now.
   */
  #useUnknown(change: number): void {
    const { row } = this;
    const usedSets = this.#usedSets;
    const flight = this.#flight;
    row[Used] = usedSets.with(row[Used]!, change);
    const left = flight.unknownBefore(change, this.event) - usedSets.count(row[Used], change);
    const then = flight.unknownBefore(change, row[LastWrite]!) - usedSets.count(row[Settled]!, change);
    for (let more = then - left; more > 0; more--) row[Settled] = usedSets.with(row[Settled]!, change);
  }

  #findOld(event: number): void {
    if (event === this.#oldOf) return;
    this.#oldOf = event;
    const { open, count, begin } = this.#flight;
    this.#old.fill(0);
    for (let i = 0; i < count && begin[open[i]!]! < event; i++)
      this.#old[open[i]! >>> 5]! |= 1 << (open[i]! & 31);
  }
}

function includes(numbers: readonly number[], count: number, number: number): boolean {
  for (let i = 0; i < count; i++) if (numbers[i] === number) return true;
  return false;
}
