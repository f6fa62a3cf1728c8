import { Cas, Differ, Read, Write } from "../register-calls.ts";
import { Trails } from "../search/trails.ts";
import { NoneUsed, UsedSets } from "../search/used-sets.ts";
import { Covering } from "./covering.ts";
import { None, type InFlight } from "./in-flight.ts";
import { Block, Columns, LastWrite, Mark, Rows, Settled, State, Trail, Used } from "./rows.ts";

/** The initial value. */
const Initial = 0;

export interface FrontierOptions {
  /** Whether unknown calls can be used without limit. */
  readonly relaxed?: boolean;
  /** How many configurations are kept after an event; unlimited unless given. */
  readonly width?: number;
  /** Whether to remember how each configuration was reached. */
  readonly trails?: boolean;
}

export class Frontier {
  readonly #flight: InFlight;
  readonly #relaxed: boolean;
  readonly #width: number;
  readonly #trails: Trails | undefined;
  readonly #usedSets = new UsedSets();
  readonly #covering: Covering;
  readonly #words: number;
  /** Where the "owed" bits are. */
  readonly #owed: number;

  #now: Rows;
  #next: Rows;
  /** What the return at hand still needs: not written yet at this event, written, placed before the last write. */
  readonly #before: Rows;
  readonly #after: Rows;
  readonly #inside: Rows;

  #steps = 0;
  #most = 1;
  /** Whether configurations were dropped for want of room: an empty frontier then proves nothing. */
  truncated = false;

  readonly #from: Int32Array;
  readonly #row: Int32Array;
  readonly #old: Int32Array;
  #oldOf = -1;
  /** Slot and class that must be placed at this return; its kind and values. */
  #call = None;
  #callClass = None;
  #callKind = 0;
  #callSeen = 0;
  #event = -1;
  /** Values from which compare-and-sets lead to what the call needs. */
  readonly #starting: number[] = [];
  #startingKnown = false;
  readonly #stepClass: number[] = [];
  readonly #stepSlot: number[] = [];

  constructor(flight: InFlight, { relaxed = false, width = Infinity, trails = true }: FrontierOptions = {}) {
    this.#flight = flight;
    this.#relaxed = relaxed;
    this.#width = width;
    this.#trails = trails ? new Trails() : undefined;
    this.#covering = new Covering(flight, this.#usedSets, relaxed);
    const words = (this.#words = flight.words);
    this.#owed = Columns + words;
    this.#now = new Rows(words);
    this.#next = new Rows(words);
    this.#before = new Rows(words);
    this.#after = new Rows(words);
    this.#inside = new Rows(words);
    this.#row = new Int32Array(this.#now.stride);
    this.#from = new Int32Array(this.#now.stride);
    this.#old = new Int32Array(words);
    this.#row[State] = Initial;
    this.#row[LastWrite] = -1;
    this.#row[Used] = this.#row[Settled] = NoneUsed;
    this.#row[Trail] = Trails.Start;
    this.#now.add(this.#row, 0);
  }

  get steps(): number {
    return this.#steps;
  }

  get size(): number {
    return this.#now.size;
  }

  /** The most configurations there were after an event. */
  get most(): number {
    return this.#most;
  }

  get words(): number {
    return (
      this.#now.words +
      this.#next.words +
      this.#before.words +
      this.#after.words +
      this.#inside.words +
      this.#usedSets.words +
      (this.#trails?.words ?? 0)
    );
  }

  /** The state of a configuration. */
  state(number: number): number {
    return this.#now.data[number * this.#now.stride + State]!;
  }

  /** The uses that led to a configuration: class and whether it stands before the last plain write; and events. */
  trail(number: number): { readonly choices: Int32Array; readonly events: Int32Array } {
    const trail = this.#now.data[number * this.#now.stride + Trail]!;
    return {
      choices: this.#trails?.choices(trail) ?? new Int32Array(0),
      events: this.#trails?.states(trail) ?? new Int32Array(0),
    };
  }

  /** A known call begins. */
  begin(slot: number, kind: number, seen: number, written: number, class_: number, event: number): void {
    this.#flight.add(slot, kind, seen, written, class_, event);
    if (kind === Cas) return;
    const { data, stride, size } = this.#now;
    const bit = 1 << (slot & 31);
    const placed = Columns + (slot >>> 5);
    const owed = this.#owed + (slot >>> 5);
    this.#steps += size;
    for (let row = 0, at = 0; row < size; row++, at += stride) {
      const state = data[at + State]!;
      if (kind === Write) {
        if (state !== written) data[at + owed]! |= bit;
      } else if ((state === seen) === (kind === Read)) data[at + placed]! |= bit;
    }
  }

  /** An unknown call begins. */
  beginUnknown(class_: number, kind: number, seen: number, written: number, event: number): void {
    this.#flight.addUnknown(class_, kind, seen, written, event);
  }

  /** A known call returns: whether a configuration is left. */
  end(slot: number, event: number): boolean {
    const flight = this.#flight;
    this.#call = slot;
    this.#callKind = flight.kind[slot]!;
    this.#callSeen = flight.seen[slot]!;
    this.#callClass = this.#callKind === Write || this.#callKind === Cas ? flight.class[slot]! : None;
    this.#event = event;
    this.#startingKnown = false;
    this.#oldOf = -1;
    this.#covering.returning = slot;
    this.#covering.event = event;
    this.#next.clear();
    this.#before.clear();
    this.#after.clear();
    this.#inside.clear();
    const now = this.#now;
    for (let row = 0; row < now.size; row++) {
      this.#steps++;
      now.read(row, this.#row);
      if (this.#isPlaced(this.#row)) this.#finish(None);
      else this.#start();
    }
    for (let row = 0; row < this.#inside.size; row++) this.#expandInside(row);
    for (let row = 0; row < this.#before.size; row++) this.#expandBefore(row);
    for (let row = 0; row < this.#after.size; row++) this.#expandAfter(row);
    flight.remove(slot);
    const next = this.#next;
    if (next.live > this.#width) this.#truncate();
    next.compact();
    this.#next = this.#now;
    this.#now = next;
    if (next.size > this.#most) this.#most = next.size;
    this.#collectTrails();
    return next.size > 0;
  }

  /** Whether a row has placed the call that returns: itself, or one of its class in whose place it can be. */
  #isPlaced(row: Int32Array): boolean {
    return this.#callClass === None ? isSet(row, Columns, this.#call) : this.#markFrom(row) !== None;
  }

  #markFrom(row: Int32Array): number {
    let slot = this.#call;
    while (slot !== None && !isSet(row, Columns, slot)) slot = this.#flight.newer(slot);
    return slot;
  }

  /** Lets the call return in `#row`, which has placed it or need not, and keeps what comes of it. */
  #finish(choice: number): void {
    const row = this.#row;
    const slot = this.#call;
    const mark = this.#callClass === None ? slot : this.#markFrom(row);
    if (mark !== None) clear(row, Columns, mark);
    clear(row, this.#owed, slot);
    row[Block] = row[Mark] = 0;
    this.#keep(choice);
  }

  /** Keeps `#row` for the next event, unless another covers it. */
  #keep(choice: number): void {
    const next = this.#next;
    const row = this.#row;
    const key = this.#casesHash(row);
    const covering = this.#covering;
    for (let other = next.first(key); other >= 0; other = next.next(other)) {
      if (next.isGone(other)) continue;
      this.#steps++;
      const at = other * next.stride;
      if (covering.plainly(next.data, at, row, 0) || covering.byWriting(next.data, at, row, 0)) return;
      if (covering.plainly(row, 0, next.data, at) || covering.byWriting(row, 0, next.data, at))
        next.take(other);
    }
    this.#log(row, choice);
    next.add(row, key);
  }

  /** Adds `#row` to those to be expanded at this event, unless one there covers it. */
  #addTo(list: Rows, choice: number): void {
    const row = this.#row;
    const key = this.#casesHash(row) + Math.imul(row[State]! + row[Block]!, 0x9e3779b1);
    for (let other = list.first(key); other >= 0; other = list.next(other)) {
      this.#steps++;
      const at = other * list.stride;
      if (list.data[at + Block] !== row[Block]) continue;
      if (list === this.#inside && list.data[at + Mark] !== row[Mark]) continue;
      if (this.#covering.plainly(list.data, at, row, 0)) return;
    }
    this.#log(row, choice);
    list.add(row, key);
  }

  #log(row: Int32Array, choice: number): void {
    if (choice !== None && this.#trails !== undefined)
      row[Trail] = this.#trails.add(row[Trail]!, choice, this.#event);
  }

  /** Begins to place the call that returns, in the configuration `#row`. */
  #start(): void {
    const row = this.#row;
    const flight = this.#flight;
    const slot = this.#call;
    row[Block] = row[Mark] = 0;
    this.#addTo(this.#before, None);
    const older = flight.begin[slot]! < row[LastWrite]!;
    if (this.#callKind === Write) {
      if (isSet(row, this.#owed, slot)) return;
      if (!older) {
        this.#finish(None);
        return;
      }
      set(row, slot);
      this.#arriveInside(flight.written[slot]!);
      row[Mark] = 1;
      this.#addTo(this.#inside, (this.#callClass << 1) | 1);
      return;
    }
    if (!older) return;
    this.#from.set(row);
    for (const value of this.#startingValues()) {
      row.set(this.#from);
      const class_ = flight.writeClass(value);
      if (class_ === None || !this.#writeInside(class_)) continue;
      this.#arriveInside(value);
      if (this.#callClass === None && isSet(row, Columns, slot)) row[Mark] = 1;
      this.#addTo(this.#inside, (class_ << 1) | 1);
    }
  }

  /** Goes on with a block placed before the last plain write. */
  #expandInside(number: number): void {
    const row = this.#row;
    this.#inside.read(number, row);
    this.#from.set(row);
    const done = row[Mark] === 1;
    if (done) {
      this.#finish(None);
      row.set(this.#from);
    }
    const { length } = this.#findSteps(row[Block]!, row[LastWrite]!, row[Settled]!);
    for (let i = 0; i < length; i++) {
      const class_ = this.#stepClass[i]!;
      const to = this.#flight.classWritten(class_);
      if (!done && class_ !== this.#callClass && !this.#leads(to)) continue;
      row.set(this.#from);
      const slot = this.#stepSlot[i]!;
      if (slot !== None) set(row, slot);
      else if (!this.#relaxed) {
        row[Used] = this.#usedSets.with(row[Used]!, class_);
        row[Settled] = this.#usedSets.with(row[Settled]!, class_);
      }
      this.#arriveInside(to);
      if (class_ === this.#callClass || (this.#callClass === None && isSet(row, Columns, this.#call)))
        row[Mark] = 1;
      this.#addTo(this.#inside, (class_ << 1) | 1);
    }
  }

  /** Goes on with a configuration that has placed no plain write at this event. */
  #expandBefore(number: number): void {
    const row = this.#row;
    this.#before.read(number, row);
    this.#from.set(row);
    const { length } = this.#findSteps(row[State]!, this.#event, row[Used]!);
    for (let i = 0; i < length; i++) {
      row.set(this.#from);
      this.#change(i);
      const choice = this.#stepClass[i]! << 1;
      if (this.#hasPlaced(this.#stepClass[i]!)) this.#finish(choice);
      else {
        // An unknown call that nobody saw was in vain if a plain write comes next.
        row[Mark] = this.#stepSlot[i] === None && this.#samePlaced(row, this.#from) ? 1 : 0;
        this.#addTo(this.#before, choice);
      }
    }
    if (this.#from[Mark] === 1) return;
    if (this.#callKind === Write) {
      row.set(this.#from);
      if (this.#write(this.#callClass)) this.#finish(this.#callClass << 1);
      return;
    }
    for (const value of this.#startingValues()) {
      const class_ = this.#flight.writeClass(value);
      if (class_ === None) continue;
      row.set(this.#from);
      if (!this.#write(class_)) continue;
      if (this.#hasPlaced(None)) this.#finish(class_ << 1);
      else this.#addTo(this.#after, class_ << 1);
    }
  }

  /** Goes on with a configuration that has placed a plain write at this event. */
  #expandAfter(number: number): void {
    const row = this.#row;
    this.#after.read(number, row);
    this.#from.set(row);
    const { length } = this.#findSteps(row[State]!, this.#event, row[Used]!);
    for (let i = 0; i < length; i++) {
      const class_ = this.#stepClass[i]!;
      if (class_ !== this.#callClass && !this.#leads(this.#flight.classWritten(class_))) continue;
      row.set(this.#from);
      this.#change(i);
      if (this.#hasPlaced(class_)) this.#finish(class_ << 1);
      else this.#addTo(this.#after, class_ << 1);
    }
  }

  #hasPlaced(class_: number): boolean {
    return this.#callClass === None ? isSet(this.#row, Columns, this.#call) : class_ === this.#callClass;
  }

  /**
   * The classes of which a compare-and-set can go next where the register holds a value, with the slot of the
   * one to be used, the newest; `None`: an unknown one. Only those that began before an event.
   */
  #findSteps(value: number, before: number, used: number): { readonly length: number } {
    const flight = this.#flight;
    const row = this.#row;
    const classes = this.#stepClass;
    const slots = this.#stepSlot;
    classes.length = 0;
    slots.length = 0;
    for (let word = 0; word < this.#words; word++) {
      for (let rest = flight.cases[word]! & ~row[Columns + word]!; rest !== 0; rest &= rest - 1) {
        const slot = 32 * word + 31 - Math.clz32(rest & -rest);
        if (flight.seen[slot] !== value) continue;
        const class_ = flight.class[slot]!;
        if (classes.includes(class_)) continue;
        const newest = this.#newestFree(class_, before);
        if (newest === None) continue;
        classes.push(class_);
        slots.push(newest);
      }
    }
    for (let class_ = flight.firstFrom(value); class_ !== None; class_ = flight.nextFrom(class_)) {
      if (classes.includes(class_)) continue;
      const begun = flight.unknownBefore(class_, before);
      if (begun === 0 || (!this.#relaxed && this.#usedSets.count(used, class_) >= begun)) continue;
      classes.push(class_);
      slots.push(None);
    }
    return classes;
  }

  #newestFree(class_: number, before: number): number {
    const flight = this.#flight;
    let slot = flight.newest(class_);
    while (slot !== None && (flight.begin[slot]! >= before || isSet(this.#row, Columns, slot)))
      slot = flight.older(slot);
    return slot;
  }

  /** Places in `#row` the compare-and-set of a step, now. */
  #change(step: number): void {
    const row = this.#row;
    const class_ = this.#stepClass[step]!;
    const slot = this.#stepSlot[step]!;
    if (slot !== None) set(row, slot);
    else if (!this.#relaxed) this.#useUnknown(class_);
    this.#arrive(this.#flight.classWritten(class_));
  }

  /**
   * Uses an unknown compare-and-set now. A later use before the last plain write must leave enough for this
   * one: as many count as used by then as leave no more than are left now.
   */
  #useUnknown(class_: number): void {
    const row = this.#row;
    row[Used] = this.#usedSets.with(row[Used]!, class_);
    const left = this.#flight.unknownBefore(class_, this.#event) - this.#usedSets.count(row[Used], class_);
    const leftThen =
      this.#flight.unknownBefore(class_, row[LastWrite]!) - this.#usedSets.count(row[Settled]!, class_);
    for (let more = leftThen - left; more > 0; more--)
      row[Settled] = this.#usedSets.with(row[Settled]!, class_);
  }

  /** Places in `#row` a plain write of a class, now; false when there is none. */
  #write(class_: number): boolean {
    const row = this.#row;
    const slot = this.#newestFree(class_, this.#event);
    if (slot !== None) set(row, slot);
    else {
      const begun = this.#flight.unknownBefore(class_, this.#event);
      if (begun === 0) return false;
      if (!this.#relaxed) {
        if (this.#usedSets.count(row[Used]!, class_) >= begun) return false;
        row[Used] = this.#usedSets.with(row[Used]!, class_);
      }
    }
    row[Settled] = row[Used]!;
    row[LastWrite] = this.#event;
    row.fill(0, this.#owed);
    this.#arrive(this.#flight.classWritten(class_));
    return true;
  }

  /** Places in `#row` a plain write of a class just before the last one; false when there is none. */
  #writeInside(class_: number): boolean {
    const row = this.#row;
    const slot = this.#newestFree(class_, row[LastWrite]!);
    if (slot !== None) {
      set(row, slot);
      return true;
    }
    const begun = this.#flight.unknownBefore(class_, row[LastWrite]!);
    if (begun === 0) return false;
    if (this.#relaxed) return true;
    if (this.#usedSets.count(row[Settled]!, class_) >= begun) return false;
    row[Used] = this.#usedSets.with(row[Used]!, class_);
    row[Settled] = this.#usedSets.with(row[Settled]!, class_);
    return true;
  }

  /** The register of `#row` holds a value now: all reads of it in flight are done, and its writes owe nothing. */
  #arrive(value: number): void {
    const flight = this.#flight;
    const row = this.#row;
    row[State] = value;
    for (let word = 0; word < this.#words; word++) {
      row[Columns + word]! |=
        flight.readsOf(value, word) | (flight.differs[word]! & ~flight.differsFrom(value, word));
      row[this.#owed + word]! &= ~flight.writesOf(value, word);
    }
  }

  /** The register held a value just before the last plain write: the same for calls that had begun by then. */
  #arriveInside(value: number): void {
    const flight = this.#flight;
    const row = this.#row;
    row[Block] = value;
    this.#findOld(row[LastWrite]!);
    for (let word = 0; word < this.#words; word++)
      row[Columns + word]! |=
        this.#old[word]! &
        (flight.readsOf(value, word) | (flight.differs[word]! & ~flight.differsFrom(value, word)));
  }

  /** Sets `#old` to the bits of the calls that began before an event. */
  #findOld(event: number): void {
    if (event === this.#oldOf) return;
    this.#oldOf = event;
    const { open, count, begin } = this.#flight;
    this.#old.fill(0);
    for (let i = 0; i < count && begin[open[i]!]! < event; i++)
      this.#old[open[i]! >>> 5]! |= 1 << (open[i]! & 31);
  }

  /** Whether compare-and-sets might lead from a value to what the call needs. */
  #leads(value: number): boolean {
    return this.#callKind === Differ || this.#startingValues().includes(value);
  }

  /** The values of which a plain write may help to place the call. */
  #startingValues(): readonly number[] {
    const values = this.#starting;
    if (this.#startingKnown) return values;
    this.#startingKnown = true;
    values.length = 0;
    const flight = this.#flight;
    if (this.#callKind === Differ) {
      for (let i = 0; i < flight.count; i++) {
        const slot = flight.open[i]!;
        if (flight.kind[slot] === Write && !values.includes(flight.written[slot]!))
          values.push(flight.written[slot]!);
      }
      for (const class_ of flight.unknownWrites)
        if (!values.includes(flight.classWritten(class_))) values.push(flight.classWritten(class_));
      return values;
    }
    values.push(this.#callSeen);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      for (let j = 0; j < flight.count; j++) {
        const slot = flight.open[j]!;
        if (flight.kind[slot] !== Cas || flight.written[slot] !== value) continue;
        if (!values.includes(flight.seen[slot]!)) values.push(flight.seen[slot]!);
      }
      for (let class_ = flight.firstTo(value); class_ !== None; class_ = flight.nextTo(class_))
        if (!values.includes(flight.classSeen(class_))) values.push(flight.classSeen(class_));
    }
    return values;
  }

  #samePlaced(a: Int32Array, b: Int32Array): boolean {
    for (let word = Columns; word < this.#owed; word++) if (a[word] !== b[word]) return false;
    return true;
  }

  #casesHash(row: Int32Array): number {
    let hash = 0;
    for (let word = 0; word < this.#words; word++)
      hash = Math.imul(hash ^ (row[Columns + word]! & this.#flight.cases[word]!), 0x2c1b3c6d);
    return hash ^ (hash >>> 15);
  }

  /** Keeps the configurations that have the most left to choose from. */
  #truncate(): void {
    this.truncated = true;
    const next = this.#next;
    const scores: number[] = [];
    const rows: number[] = [];
    for (let row = 0; row < next.size; row++) {
      if (next.isGone(row)) continue;
      rows.push(row);
      scores[row] = this.#score(next.data, row * next.stride);
    }
    rows.sort((a, b) => scores[a]! - scores[b]! || a - b);
    for (let i = this.#width; i < rows.length; i++) next.take(rows[i]!);
  }

  #score(data: Int32Array, at: number): number {
    const flight = this.#flight;
    let score = 4 * this.#usedSets.total(data[at + Used]!);
    for (let word = 0; word < this.#words; word++) {
      const placed = data[at + Columns + word]!;
      score += 2 * bits(placed & flight.writes[word]!) + bits(data[at + this.#owed + word]!);
      score -= bits(placed & ~flight.writes[word]!);
    }
    return score;
  }

  #collectTrails(): void {
    const trails = this.#trails;
    if (trails === undefined || !trails.isCrowded) return;
    const { data, stride, size } = this.#now;
    const needed: number[] = [];
    for (let row = 0; row < size; row++) needed.push(data[row * stride + Trail]!);
    trails.compact(needed).forEach((trail, row) => (data[row * stride + Trail] = trail));
  }
}

function isSet(row: Int32Array, from: number, slot: number): boolean {
  return (row[from + (slot >>> 5)]! & (1 << (slot & 31))) !== 0;
}

function set(row: Int32Array, slot: number): void {
  row[Columns + (slot >>> 5)]! |= 1 << (slot & 31);
}

function clear(row: Int32Array, from: number, slot: number): void {
  row[from + (slot >>> 5)]! &= ~(1 << (slot & 31));
}

/** How many bits are set. */
function bits(word: number): number {
  let count = word - ((word >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
