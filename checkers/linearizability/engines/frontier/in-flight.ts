import { Cas, Differ, NoValue, Read, Write } from "../register-calls.ts";
import { Begins } from "./begins.ts";

/** No slot, no class. */
export const None = -1;

/**
 * The calls of one register that are in flight: the known ones in slots, each with a bit of its own, and the
 * unknown ones, which never return, counted by class. Calls of a class do the same: they write one value, or
 * change one value to another.
 */
export class InFlight {
  /** 32-bit words that hold a bit for each slot. */
  readonly words: number;

  // By slot.
  readonly kind: Uint8Array;
  readonly seen: Int32Array;
  readonly written: Int32Array;
  /** The class of a write or compare-and-set; `None` for what changes nothing. */
  readonly change: Int32Array;
  readonly begin: Int32Array;
  /** The neighbours in the same class, in order of begin. */
  readonly #older: Int32Array;
  readonly #newer: Int32Array;

  /** The slots in use, in order of begin. */
  readonly open: Int32Array;
  count = 0;

  /** Bits of all that see a value, of all that see that it is another, of all plain writes and of all compare-and-sets. */
  readonly reads: Int32Array;
  readonly differs: Int32Array;
  readonly writes: Int32Array;
  readonly cases: Int32Array;

  // By class.
  readonly #newest = new Growing(None);
  readonly #changeSeen = new Growing(None);
  readonly #changeWritten = new Growing(None);
  /** How many unknown calls there are, without those used for good. */
  unknown = 0;
  /** When those of each class began; and those of any. */
  readonly #unknown: (Begins | undefined)[] = [];
  #allUnknown = new Begins();
  /** The next class of unknown compare-and-sets that start from the same value, or lead to it. */
  readonly #nextFrom = new Growing(None);
  readonly #nextTo = new Growing(None);

  // By value.
  readonly #firstFrom = new Growing(None);
  readonly #firstTo = new Growing(None);
  readonly #writeChange = new Growing(None);
  /** Where the bits of those in flight that name a value are; 0: there are none. */
  readonly #place = new Growing(0);
  readonly #users = new Growing(0);
  readonly #bits: Int32Array;
  readonly #freePlaces: number[] = [];

  /** Classes of unknown plain writes. */
  unknownWrites: number[] = [];

  constructor(slots: number) {
    this.words = Math.max(1, (slots + 31) >>> 5);
    this.kind = new Uint8Array(slots);
    this.seen = new Int32Array(slots);
    this.written = new Int32Array(slots);
    this.change = new Int32Array(slots);
    this.begin = new Int32Array(slots);
    this.#older = new Int32Array(slots);
    this.#newer = new Int32Array(slots);
    this.open = new Int32Array(slots);
    this.reads = new Int32Array(this.words);
    this.differs = new Int32Array(this.words);
    this.writes = new Int32Array(this.words);
    this.cases = new Int32Array(this.words);
    const places = 2 * slots + 1;
    this.#bits = new Int32Array(3 * this.words * places);
    for (let place = places - 1; place > 0; place--) this.#freePlaces.push(place);
  }

  /** The same calls where there is room for more. */
  widened(slots: number): InFlight {
    const wider = new InFlight(slots);
    for (const slot of this.open.subarray(0, this.count)) {
      const change = this.change[slot]!;
      wider.add(slot, this.kind[slot]!, this.seen[slot]!, this.written[slot]!, change, this.begin[slot]!);
    }
    this.#unknown.forEach((begins, change) => {
      if (begins === undefined) return;
      const seen = this.#changeSeen.get(change);
      const kind = seen === NoValue ? Write : Cas;
      wider.#declare(change, kind, seen, this.#changeWritten.get(change));
      wider.#unknown[change] = begins;
      wider.#enter(change, kind);
    });
    wider.#allUnknown = this.#allUnknown;
    wider.unknown = this.unknown;
    return wider;
  }

  /** A known call begins in a free slot. */
  add(slot: number, kind: number, seen: number, written: number, change: number, begin: number): void {
    this.kind[slot] = kind;
    this.seen[slot] = seen;
    this.written[slot] = written;
    this.begin[slot] = begin;
    this.open[this.count++] = slot;
    this.change[slot] = change;
    const word = slot >>> 5;
    const bit = 1 << (slot & 31);
    if (kind === Read) {
      this.reads[word]! |= bit;
      this.#flip(seen, 0, word, bit, 1);
    } else if (kind === Differ) {
      this.differs[word]! |= bit;
      this.#flip(seen, 1, word, bit, 1);
    } else {
      if (kind === Write) {
        this.writes[word]! |= bit;
        this.#flip(written, 2, word, bit, 1);
      } else this.cases[word]! |= bit;
      this.#declare(change, kind, seen, written);
      const newest = this.#newest.get(change);
      this.#older[slot] = newest;
      this.#newer[slot] = None;
      if (newest !== None) this.#newer[newest] = slot;
      this.#newest.set(change, slot);
    }
  }

  /** A known call is over; its slot is free. */
  remove(slot: number): void {
    const { open } = this;
    let place = 0;
    while (open[place] !== slot) place++;
    for (this.count--; place < this.count; place++) open[place] = open[place + 1]!;
    const kind = this.kind[slot];
    const word = slot >>> 5;
    const bit = 1 << (slot & 31);
    this.reads[word]! &= ~bit;
    this.differs[word]! &= ~bit;
    this.writes[word]! &= ~bit;
    this.cases[word]! &= ~bit;
    if (kind === Read) this.#flip(this.seen[slot]!, 0, word, bit, -1);
    else if (kind === Differ) this.#flip(this.seen[slot]!, 1, word, bit, -1);
    else {
      if (kind === Write) this.#flip(this.written[slot]!, 2, word, bit, -1);
      const older = this.#older[slot]!;
      const newer = this.#newer[slot]!;
      if (older !== None) this.#newer[older] = newer;
      if (newer !== None) this.#older[newer] = older;
      else this.#newest.set(this.change[slot]!, older);
    }
  }

  /** An unknown write or compare-and-set begins. */
  addUnknown(change: number, kind: number, seen: number, written: number, begin: number): void {
    this.#declare(change, kind, seen, written);
    let begins = this.#unknown[change];
    if (begins === undefined) {
      begins = this.#unknown[change] = new Begins();
      this.#enter(change, kind);
    }
    begins.add(begin);
    this.#allUnknown.add(begin);
    this.unknown++;
  }

  /** A class of unknown calls is new. */
  #enter(change: number, kind: number): void {
    if (kind === Write) {
      this.unknownWrites.push(change);
      return;
    }
    const seen = this.#changeSeen.get(change);
    const written = this.#changeWritten.get(change);
    this.#nextFrom.set(change, this.#firstFrom.get(seen));
    this.#firstFrom.set(seen, change);
    this.#nextTo.set(change, this.#firstTo.get(written));
    this.#firstTo.set(written, change);
  }

  /** Whether any call, known and still in flight or unknown, began between two events. */
  hasBegun(from: number, to: number, except: number): boolean {
    for (let i = this.count - 1; i >= 0; i--) {
      const began = this.begin[this.open[i]!]!;
      if (began < from) break;
      if (began < to && this.open[i] !== except) return true;
    }
    return this.#allUnknown.isAnyIn(from, to);
  }

  #declare(change: number, kind: number, seen: number, written: number): void {
    this.#changeSeen.set(change, seen);
    this.#changeWritten.set(change, written);
    if (kind === Write) this.#writeChange.set(written, change);
  }

  /** The slot in the same class that began next; `None`. */
  newer(slot: number): number {
    return this.#newer[slot]!;
  }

  older(slot: number): number {
    return this.#older[slot]!;
  }

  newest(change: number): number {
    return this.#newest.get(change);
  }

  /** The class of plain writes of a value; `None` when there was none yet. */
  writeChange(value: number): number {
    return this.#writeChange.get(value);
  }

  changeSeen(change: number): number {
    return this.#changeSeen.get(change);
  }

  changeWritten(change: number): number {
    return this.#changeWritten.get(change);
  }

  /** How many unknown calls of a class began before an event, without those used for good. */
  unknownBefore(change: number, event: number): number {
    return this.#unknown[change]?.before(event) ?? 0;
  }

  /** The newest unknown call of a class is used for good, in every configuration; when it began. */
  useUp(change: number): number {
    const begins = this.#unknown[change];
    if (begins === undefined || begins.total === 0)
      throw new RangeError(`no call of class ${change} is left`);
    this.unknown--;
    return begins.takeNewest();
  }

  /** Forgets the classes whose unknown calls are all used for good, and of the others what lies between no two marks, which rise. */
  tidy(marks: readonly number[]): void {
    const events = new Set<number>();
    this.unknownWrites = [];
    this.#firstFrom.clear();
    this.#firstTo.clear();
    this.#unknown.forEach((begins, change) => {
      if (begins === undefined) return;
      if (begins.total === 0) {
        this.#unknown[change] = undefined;
        return;
      }
      begins.round(marks);
      for (const event of begins.events()) events.add(event);
      this.#enter(change, this.#changeSeen.get(change) === NoValue ? Write : Cas);
    });
    this.#allUnknown = new Begins();
    for (const event of [...events].toSorted((a, b) => a - b)) this.#allUnknown.add(event);
  }

  /** Whether no call of a class is in flight, nor unknown and left. */
  isOver(change: number): boolean {
    return this.#newest.get(change) === None && this.#unknown[change] === undefined;
  }

  /** Forgets a class that is over; its number is free. */
  forgetChange(change: number): void {
    const written = this.#changeWritten.get(change);
    if (this.#writeChange.get(written) === change) this.#writeChange.set(written, None);
  }

  /** The first class of unknown compare-and-sets from a value, and the one after another. */
  firstFrom(value: number): number {
    return this.#firstFrom.get(value);
  }

  nextFrom(change: number): number {
    return this.#nextFrom.get(change);
  }

  firstTo(value: number): number {
    return this.#firstTo.get(value);
  }

  nextTo(change: number): number {
    return this.#nextTo.get(change);
  }

  /** The bits of the reads of a value. */
  readsOf(value: number, word: number): number {
    return this.#bits[3 * this.words * this.#place.get(value) + word]!;
  }

  /** The bits of the calls that saw that the register did not hold a value. */
  differsFrom(value: number, word: number): number {
    return this.#bits[(3 * this.#place.get(value) + 1) * this.words + word]!;
  }

  /** The bits of what a register that holds a value serves. */
  satisfied(value: number, word: number): number {
    const at = 3 * this.words * this.#place.get(value) + word;
    return this.#bits[at]! | (this.differs[word]! & ~this.#bits[at + this.words]!);
  }

  /** The bits of the plain writes of a value. */
  writesOf(value: number, word: number): number {
    return this.#bits[(3 * this.#place.get(value) + 2) * this.words + word]!;
  }

  #flip(value: number, plane: number, word: number, bit: number, users: number): void {
    let place = this.#place.get(value);
    if (place === 0) this.#place.set(value, (place = this.#freePlaces.pop()!));
    this.#bits[(3 * place + plane) * this.words + word]! ^= bit;
    const left = this.#users.get(value) + users;
    this.#users.set(value, left);
    if (left > 0) return;
    this.#place.set(value, 0);
    this.#freePlaces.push(place);
  }
}

/** A column that grows to whatever place is set; others hold `rest`. */
class Growing {
  #values: Int32Array;
  readonly #rest: number;

  constructor(rest: number) {
    this.#rest = rest;
    this.#values = new Int32Array(16).fill(rest);
  }

  clear(): void {
    this.#values.fill(this.#rest);
  }

  get(at: number): number {
    return at < this.#values.length ? this.#values[at]! : this.#rest;
  }

  set(at: number, value: number): void {
    if (at >= this.#values.length) {
      const values = new Int32Array(Math.max(at + 1, 2 * this.#values.length)).fill(this.#rest);
      values.set(this.#values);
      this.#values = values;
    }
    this.#values[at] = value;
  }
}
