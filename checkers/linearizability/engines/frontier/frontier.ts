/**
 * All that one register may have gone through, event by event: just-in-time linearization (Lowe 2017),
 * breadth first, with reductions that keep the frontier small where values repeat. A call is placed only when
 * some return needs it: for every linearization there is one in which each run of calls placed between two
 * events ends with the call whose return comes next.
 *
 * A configuration holds the state, the event of the last plain write, which calls in flight are placed, which
 * writes are owed, and which unknown calls are used. Why nothing is lost:
 *
 * - *Eager reads.* A read of the state is placed at once: that changes nothing, and nothing forbids it. The same
 *   goes for having seen that the state is another, and for a compare-and-set that changes nothing.
 *
 * - *Absorption.* A plain write that returns unplaced goes just before the last plain write if it began earlier, or
 *   to where the state was its value; either way nobody notices. Else it is *owed*: it must be placed at its return.
 *   Placing a plain write pays all that is owed, and so is every write of a value when the state comes to be it.
 *
 * - *Blocks inside.* Between two plain writes the state depends on the first of them only. So of a run of calls
 *   placed at one event, all but the last plain write and what follows it form blocks, each a plain write with
 *   compare-and-sets and reads, of which each can be forgotten, and be put in just before the last plain write
 *   when the first of its calls returns: all of them were in flight at that write, and still are. If
 *   another plain write has been placed since, they go before that. Compare-and-sets that follow a block
 *   must be chosen then, since it is not remembered. What follows the previous plain write is no such block, so before a
 *   plain write compare-and-sets are placed in every useful way.
 *
 * - *Marks instead of deadlines.* Calls that make the same change are interchangeable: only how many are used is
 *   told, and for each use how late a call may have begun. Uses are marks on the newest unmarked call that had
 *   begun. Since "had begun by then" are nested sets, calls s₁ < s₂ < … in order of begin can have been the ones used
 *   exactly if sᵢ is no newer than the i-th mark (Gale order). Whoever returns takes the oldest mark that is
 *   no older than it: of equal calls the one that returns first is best used up, and the later marks are the
 *   more lenient ones. If a linearization places it elsewhere, the two calls can be exchanged: one that was hidden
 *   or placed later can be hidden at the use, or placed later, by the other. So the time of a return need not be
 *   known, and the same frontier serves while a history is being recorded. A call of unknown outcome never returns, so it is used only
 *   where no known one is left; those are counted.
 *
 * - *Covering.* Of two configurations after one event that have placed the same compare-and-sets, one
 *   covers the other if it holds the same state, its last plain write is as late as far as calls in flight can
 *   tell, it owes no other writes, has done the same reads, and has used no more and no older writes and no other unknown calls. It
 *   may also first place blocks before its last plain write, or a plain write now, to come to be like the other: what it can become it covers.
 *
 * An empty frontier proves that the events so far have no linearization, unless some configurations were dropped for
 * want of room; any configuration left after the last event is a linearization.
 */
import { Cas, Read, Write } from "../register-calls.ts";
import { Trails } from "../search/trails.ts";
import { NoneUsed, UsedSets } from "../search/used-sets.ts";
import { Configuration } from "./configuration.ts";
import { Covering } from "./covering.ts";
import { Effort, type EffortLimits } from "./effort.ts";
import { Expansion } from "./expansion.ts";
import { None, type InFlight } from "./in-flight.ts";
import { shared, without } from "./multisets.ts";
import { Columns, LastWrite, Rows, Settled, State, Trail, Used } from "./rows.ts";

/** Number of the initial value. */
export const Initial = 0;
/** Multisets of unknown calls that are not worth tidying. */
const FewUsedSets = 1 << 12;

export interface FrontierOptions extends EffortLimits {
  /** Whether unknown calls can be used any number of times: then only an empty frontier proves something. */
  readonly relaxed?: boolean;
  /** How many configurations are kept after an event; unlimited unless given. */
  readonly width?: number;
  /** How many that hold the same value are expanded at one event; an eighth of the width unless given. */
  readonly mostAlike?: number;
  /** Whether to remember how each configuration was reached; yes unless given. */
  readonly trails?: boolean;
  /**
   * Whether unknown calls can be used any number of times from when on there would be too many configurations: only
   * when there still are, some are dropped.
   */
  readonly relaxing?: boolean;
  /** How many multisets of unknown calls are not worth tidying; some thousand unless given. */
  readonly fewUsedSets?: number;
}

/** The changes that led to a configuration: twice the number of each, plus one if placed inside; and at which events. */
export interface TrailOfChanges {
  readonly choices: Int32Array;
  readonly events: Int32Array;
}

export class Frontier {
  readonly #flight: InFlight;
  readonly #options: FrontierOptions;
  readonly #width: number;
  readonly #trails: Trails | undefined;
  readonly #usedSets: UsedSets;
  readonly #covering: Covering;
  readonly #words: number;

  /** The configurations after the last event, and those after the one at hand. */
  #now: Rows;
  #next: Rows;
  /** The configuration at hand, and its row. */
  readonly #one: Configuration;
  readonly #row: Int32Array;
  readonly #expansion: Expansion;
  readonly #effort: Effort;

  /** Multisets of unknown calls from which on it pays to look for what all have used. */
  #mostUsedSets: number;
  #most = 1;

  /** `from`: the frontier to go on with, whose calls are in `flight`, where there is room for more. */
  constructor(flight: InFlight, options: FrontierOptions = {}, from?: Frontier) {
    const { relaxed = false, width = Infinity, trails = true } = options;
    const { words } = flight;
    this.#flight = flight;
    this.#options = options;
    this.#usedSets = from === undefined ? new UsedSets() : from.#usedSets;
    this.#width = width;
    this.#mostUsedSets = options.fewUsedSets ?? FewUsedSets;
    this.#trails = trails ? new Trails() : undefined;
    this.#covering = new Covering(flight, this.#usedSets, relaxed);
    this.#words = words;
    this.#now = new Rows(words);
    this.#next = new Rows(words);
    this.#one = new Configuration(flight, this.#usedSets, relaxed, this.#trails);
    this.#effort = new Effort(options, () => this.words);
    this.#expansion = new Expansion(flight, this.#one, this.#covering, this.#effort, {
      mostAlike: options.mostAlike ?? Math.max(2, width / 8),
      keep: (choice) => this.#keep(choice),
    });
    const row = (this.#row = this.#one.row);
    if (from !== undefined) {
      this.#goOnFrom(from);
      return;
    }
    row[State] = Initial;
    row[LastWrite] = -1;
    row[Used] = row[Settled] = NoneUsed;
    row[Trail] = Trails.Start;
    this.#now.add(row, 0);
  }

  /** Takes over what was reached with fewer slots. */
  #goOnFrom(from: Frontier): void {
    const { data, stride, size } = from.#now;
    const row = this.#row;
    const owed = Columns + from.#words;
    for (let at = 0; at < size * stride; at += stride) {
      row.fill(0);
      row.set(data.subarray(at, at + owed));
      row.set(data.subarray(at + owed, at + stride), Columns + this.#words);
      this.#now.add(row, 0);
    }
    this.#one.relaxed = this.#covering.relaxed = from.#one.relaxed;
    this.#effort.truncated = from.truncated;
  }

  get steps(): number {
    return this.#effort.steps;
  }

  /** How many configurations there are. */
  get size(): number {
    return this.#now.size;
  }

  /** The most configurations that there were after an event. */
  get most(): number {
    return this.#most;
  }

  /** Whether configurations were dropped for want of room: being empty then proves nothing. */
  get truncated(): boolean {
    return this.#effort.truncated;
  }

  /** Which budget ended, if one did: the frontier is of no more use then. */
  get stopped(): "steps" | "seconds" | "bytes" | undefined {
    return this.#effort.stopped;
  }

  /** 32-bit words held. */
  get words(): number {
    return (
      this.#now.words +
      this.#next.words +
      this.#expansion.words +
      this.#usedSets.words +
      (this.#trails?.words ?? 0)
    );
  }

  /** The value that the register holds in a configuration. */
  state(number: number): number {
    return this.#now.data[number * this.#now.stride + State]!;
  }

  /** How a configuration was reached. */
  trail(number: number): TrailOfChanges {
    const trail = this.#now.data[number * this.#now.stride + Trail]!;
    if (this.#trails === undefined) throw new Error("trails were not asked for");
    return { choices: this.#trails.choices(trail), events: this.#trails.states(trail) };
  }

  /** A known call begins, in a free slot. */
  begin(slot: number, kind: number, seen: number, written: number, change: number, event: number): void {
    this.#flight.add(slot, kind, seen, written, change, event);
    if (kind === Cas) return;
    const { data, stride, size } = this.#now;
    const bit = 1 << (slot & 31);
    const placed = Columns + (slot >>> 5);
    const owed = placed + this.#words;
    this.#effort.steps += size;
    for (let row = 0, at = 0; row < size; row++, at += stride) {
      const state = data[at + State]!;
      if (kind === Write) {
        if (state !== written) data[at + owed]! |= bit;
      } else if ((state === seen) === (kind === Read)) data[at + placed]! |= bit;
    }
  }

  /** An unknown call begins. */
  beginUnknown(kind: number, seen: number, written: number, change: number, event: number): void {
    this.#flight.addUnknown(change, kind, seen, written, event);
  }

  /** A known call returns: whether a configuration is left, and no budget ended. */
  end(slot: number, event: number): boolean {
    const now = this.#now;
    this.#one.at(event);
    this.#covering.at(event, slot);
    this.#next.clear();
    if (now.size === 1 && this.#endOne(slot)) return !this.#effort.isSpent();
    const next = this.#next;
    const { truncated } = this.#effort;
    this.#expansion.run(now, slot);
    const { relaxing = false } = this.#options;
    if (relaxing && !this.#one.relaxed && (next.live > this.#width || this.#effort.truncated)) {
      this.#relax();
      this.#effort.truncated = truncated;
      next.clear();
      this.#expansion.run(now, slot);
    }
    this.#flight.remove(slot);
    if (next.live > this.#width) this.#truncate();
    next.compact();
    this.#next = now;
    this.#now = next;
    if (next.size > this.#most) this.#most = next.size;
    this.#collectTrails();
    if (this.#usedSets.size > this.#mostUsedSets) this.tidy();
    return next.size > 0 && this.#effort.stopped === undefined;
  }

  /** From now on unknown calls can be used any number of times. */
  #relax(): void {
    this.#one.relaxed = this.#covering.relaxed = true;
    const { data, stride, size } = this.#now;
    for (let at = 0; at < size * stride; at += stride) data[at + Used] = data[at + Settled] = NoneUsed;
  }

  /** Lets a call return in the only configuration there is, if that has placed it. */
  #endOne(slot: number): boolean {
    this.#effort.steps++;
    this.#now.read(0, this.#row);
    const mark = this.#one.markFor(slot);
    if (mark === None) return false;
    this.#one.release(slot, mark);
    this.#now.write(0, this.#row);
    this.#flight.remove(slot);
    return true;
  }

  /** Keeps the configuration at hand for the next event, unless another covers it. */
  #keep(choice: number): void {
    const next = this.#next;
    const row = this.#row;
    const key = this.#one.hash();
    const covering = this.#covering;
    for (let other = next.first(key); other >= 0; other = next.next(other)) {
      if (next.isGone(other)) continue;
      this.#effort.steps++;
      const at = other * next.stride;
      if (covering.covers(next.data, at, row, 0)) return;
      if (covering.covers(row, 0, next.data, at)) next.take(other);
    }
    this.#one.log(choice);
    next.add(row, key);
  }

  /** Keeps the configurations that have the most left to choose from. */
  #truncate(): void {
    this.#effort.truncated = true;
    const next = this.#next;
    const scores: number[] = [];
    const rows: number[] = [];
    for (let row = 0; row < next.size; row++) {
      if (next.isGone(row)) continue;
      rows.push(row);
      scores[row] = this.#spent(next.data, row * next.stride);
    }
    rows.sort((a, b) => scores[a]! - scores[b]! || a - b);
    for (let i = this.#width; i < rows.length; i++) next.take(rows[i]!);
  }

  /** How much a configuration has used up, and still owes, by rule of thumb. */
  #spent(data: Int32Array, at: number): number {
    const { writes } = this.#flight;
    let spent = 4 * this.#usedSets.total(data[at + Used]!);
    for (let word = 0; word < this.#words; word++) {
      const placed = data[at + Columns + word]!;
      const owed = data[at + Columns + this.#words + word]!;
      spent += 2 * bits(placed & writes[word]!) + bits(owed) - bits(placed & ~writes[word]!);
    }
    return spent;
  }

  /**
   * Counts out the unknown calls that every configuration has used, and no longer tells apart when two began between
   * which no last plain write lies.
   *
   * Of a class used everywhere the newest call goes. What can be used now stays the same, one less of one less. So does
   * what can be used inside, if the call began before the last plain write and counts as used by then, or if it did
   * neither. It never began before and does not count: never are more left inside than now (`Settled`
   * sees to that), so if none counts as used by then though one is used now, some call of the class, and so the newest, began later.
   */
  tidy(): void {
    const { data, stride, size } = this.#now;
    if (size === 0) return;
    const usedSets = this.#usedSets;
    let common = usedSets.members(data[Used]!);
    const marks = new Set<number>();
    const used: number[][] = [];
    const settled: number[][] = [];
    for (let row = 0, at = 0; row < size; row++, at += stride) {
      used.push(usedSets.members(data[at + Used]!));
      settled.push(usedSets.members(data[at + Settled]!));
      common = shared(common, used[row]!);
      marks.add(data[at + LastWrite]!);
    }
    const begins = common.map((change) => this.#flight.useUp(change));
    usedSets.clear();
    const again = (members: readonly number[], part: readonly number[]): number =>
      without(members, part).reduce((set, change) => usedSets.with(set, change), NoneUsed);
    for (let row = 0, at = 0; row < size; row++, at += stride) {
      const lastWrite = data[at + LastWrite]!;
      data[at + Used] = again(used[row]!, common);
      data[at + Settled] = again(
        settled[row]!,
        common.filter((_, i) => begins[i]! < lastWrite),
      );
    }
    this.#flight.tidy([...marks].toSorted((a, b) => a - b));
    this.#mostUsedSets = Math.max(this.#options.fewUsedSets ?? FewUsedSets, 4 * usedSets.size);
  }

  #collectTrails(): void {
    const trails = this.#trails;
    if (trails === undefined || !trails.isCrowded) return;
    const { data, stride, size } = this.#now;
    const needed = Array.from({ length: size }, (_, row) => data[row * stride + Trail]!);
    trails.compact(needed).forEach((trail, row) => (data[row * stride + Trail] = trail));
  }
}

/** How many bits are set. */
function bits(word: number): number {
  let count = word - ((word >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
