import { UsedSets } from "../search/used-sets.ts";
import { None, type InFlight } from "./in-flight.ts";
import { Columns, LastWrite, Settled, State, Used } from "./rows.ts";

/**
 * Which of two configurations after the same event covers the other: whatever the other can go on to do, it can.
 */
export class Covering {
  readonly #flight: InFlight;
  readonly #usedSets: UsedSets;
  /** Whether unknown calls can be used any number of times. */
  relaxed: boolean;
  /** The event at hand, and the slot of the call that returns at it: it is over. */
  #event = -1;
  #returning = None;

  // The marks and uses of the first, with the writes that it would place to be like the second.
  readonly #marks: Int32Array;
  #used = 0;
  #settled = 0;
  #lastWrite = -1;
  /** The values of reads that these writes serve. */
  readonly #served: number[] = [];
  #servedCount = 0;
  readonly #balance = new Map<number, number>();

  constructor(flight: InFlight, usedSets: UsedSets, relaxed: boolean) {
    this.#flight = flight;
    this.#usedSets = usedSets;
    this.relaxed = relaxed;
    this.#marks = new Int32Array(flight.words);
  }

  /** Goes on to an event, at which the call in a slot returns. */
  at(event: number, returning: number): void {
    this.#event = event;
    this.#returning = returning;
  }

  /** Whether a row covers another, be it by a plain write placed now. */
  covers(a: Int32Array, at: number, b: Int32Array, bt: number): boolean {
    if (!this.#sameCases(a, at, b, bt) || !this.#usedSets.isPart(a[at + Used]!, b[bt + Used]!)) return false;
    return this.#standing(a, at, b, bt) || this.#afterWriting(a, at, b, bt);
  }

  /** Whether a row covers another as they stand. */
  asItStands(a: Int32Array, at: number, b: Int32Array, bt: number): boolean {
    return (
      a[at + State] === b[bt + State] &&
      this.#sameCases(a, at, b, bt) &&
      this.#usedSets.isPart(a[at + Used]!, b[bt + Used]!) &&
      this.#standing(a, at, b, bt)
    );
  }

  #standing(a: Int32Array, at: number, b: Int32Array, bt: number): boolean {
    const { words } = this.#flight;
    if (a[at + State] !== b[bt + State]) return false;
    const owed = Columns + words;
    for (let word = 0; word < words; word++)
      if ((a[at + owed + word]! & ~b[bt + owed + word]!) !== 0) return false;
    const [last, others] = [a[at + LastWrite]!, b[bt + LastWrite]!];
    if (last < others && this.#flight.hasBegun(last, others, this.#returning)) return false;
    this.#begin(a, at, a[at + Settled]!, a[at + LastWrite]!);
    return this.#hasSeen(a, at, b, bt, NoValue) && this.#hasLeft(b, bt);
  }

  /** Whether it covers the other once it placed a plain write of the state of the other at this event. */
  #afterWriting(a: Int32Array, at: number, b: Int32Array, bt: number): boolean {
    const value = b[bt + State]!;
    const change = this.#flight.writeChange(value);
    if (change === None) return false;
    this.#begin(a, at, a[at + Used]!, this.#event);
    return this.#write(change) && this.#hasSeen(a, at, b, bt, value) && this.#hasLeft(b, bt);
  }

  #begin(a: Int32Array, at: number, settled: number, lastWrite: number): void {
    const { words } = this.#flight;
    for (let word = 0; word < words; word++) this.#marks[word] = a[at + Columns + word]!;
    this.#used = a[at + Used]!;
    this.#settled = settled;
    this.#lastWrite = lastWrite;
    this.#servedCount = 0;
  }

  #sameCases(a: Int32Array, at: number, b: Int32Array, bt: number): boolean {
    const { words, cases } = this.#flight;
    for (let word = 0; word < words; word++)
      if (((a[at + Columns + word]! ^ b[bt + Columns + word]!) & cases[word]!) !== 0) return false;
    return true;
  }

  /**
   * Whether the first has done the reads of the second, if need be by writes that it can still place before
   * its last plain write. `value`: its state now, whose reads are done.
   */
  #hasSeen(a: Int32Array, at: number, b: Int32Array, bt: number, value: number): boolean {
    const flight = this.#flight;
    for (let word = 0; word < flight.words; word++) {
      let missing = b[bt + Columns + word]! & ~a[at + Columns + word]!;
      if (missing === 0) continue;
      if (value !== NoValue) {
        missing &= ~flight.readsOf(value, word);
        if (a[at + State] === value) {
          if ((missing & flight.differsFrom(value, word)) !== 0) return false;
        }
        missing &= ~flight.differs[word]!;
      } else if ((missing & flight.differs[word]!) !== 0) return false;
      for (missing &= flight.reads[word]!; missing !== 0; missing &= missing - 1) {
        const slot = 32 * word + 31 - Math.clz32(missing & -missing);
        if (flight.begin[slot]! >= this.#lastWrite) return false;
        const seen = flight.seen[slot]!;
        // One write serves all reads of its value.
        if (this.#isServed(seen)) continue;
        const change = flight.writeChange(seen);
        if (change === None || !this.#write(change)) return false;
        this.#served[this.#servedCount++] = seen;
      }
    }
    return true;
  }

  #isServed(value: number): boolean {
    for (let i = 0; i < this.#servedCount; i++) if (this.#served[i] === value) return true;
    return false;
  }

  /** Marks a write of a class as used before the last plain write; false when there is none. */
  #write(change: number): boolean {
    const flight = this.#flight;
    for (let slot = flight.newest(change); slot !== None; slot = flight.older(slot)) {
      if (slot === this.#returning || flight.begin[slot]! >= this.#lastWrite) continue;
      const bit = 1 << (slot & 31);
      if ((this.#marks[slot >>> 5]! & bit) !== 0) continue;
      this.#marks[slot >>> 5]! |= bit;
      return true;
    }
    const begun = flight.unknownBefore(change, this.#lastWrite);
    if (begun === 0) return false;
    if (this.relaxed) return true;
    if (this.#usedSets.count(this.#settled, change) >= begun) return false;
    this.#used = this.#usedSets.with(this.#used, change);
    this.#settled = this.#usedSets.with(this.#settled, change);
    return true;
  }

  /** Whether of every class of writes, the first has used as few of the oldest ones, however many those are. */
  #hasLeft(b: Int32Array, bt: number): boolean {
    const flight = this.#flight;
    if (!this.#usedSets.isPart(this.#used, b[bt + Used]!)) return false;
    if (!this.#usedSets.isPart(this.#settled, b[bt + Settled]!)) return false;
    let more = 0;
    for (let word = 0; word < flight.words; word++)
      more |= this.#marks[word]! & ~b[bt + Columns + word]! & flight.writes[word]!;
    if (more === 0) return true;
    const balance = this.#balance;
    balance.clear();
    for (let i = 0; i < flight.count; i++) {
      const slot = flight.open[i]!;
      const bit = 1 << (slot & 31);
      const word = slot >>> 5;
      if ((flight.writes[word]! & bit) === 0) continue;
      const its = (this.#marks[word]! & bit) !== 0 ? 1 : 0;
      const others = (b[bt + Columns + word]! & bit) !== 0 ? 1 : 0;
      if (its === others) continue;
      const change = flight.change[slot]!;
      const left = (balance.get(change) ?? 0) + others - its;
      if (left < 0) return false;
      balance.set(change, left);
    }
    return true;
  }
}

const NoValue = -2;
