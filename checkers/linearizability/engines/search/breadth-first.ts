import { NoState, type StateTable } from "../../states.ts";
import { Configurations } from "./configurations.ts";
import {
  LongestTail,
  MostDeadEnds,
  type DeadEnd,
  type Outcome,
  type Searcher,
  type Standing,
} from "./result.ts";
import { NoCut, positionsOf, type Timeline } from "./timeline.ts";
import { Trails } from "./trails.ts";
import { NoneUsed, UsedSets } from "./used-sets.ts";

const NotReached = -1;
const Several = -3;
/** Configurations of one event after which relaxing is no relief: for objects that grow with each use. */
const MostRelaxed = 1 << 12;

/**
 * Just-in-time linearization (Lowe 2017, after Knossos's `linear`), breadth first: goes through the events
 * once, with all configurations in which the object can be; when none is left, there is no linearization,
 * and every prefix up to the return before could be linearized. So it refutes soon where the depth-first
 * search wanders, and holds only the configurations of one event. At a point of rest these differ in
 * nothing but the state and the unknown calls used: there the history falls into parts by itself.
 *
 * At the return of a call, each configuration that has not placed it places others and then it, at
 * once or in all ways there are: nothing needs to be placed before a return calls for it. What `DepthFirst`
 * does not try is not tried here either, for the same reasons. Configurations are gone through by the number
 * of unknown calls used, so that none is kept which a later one covers.
 *
 * Relaxed, it forgets at each return which unknown calls were used, so that they can be used again. More orders
 * are admitted then, among them all that there are, by far fewer configurations: so when none is left,
 * there is no linearization. When some are left, nothing is proved.
 */
export class BreadthFirst implements Searcher {
  readonly #timeline: Timeline;
  readonly #states: StateTable;
  readonly relaxed: boolean;
  readonly #usedSets = new UsedSets();
  readonly #trails = new Trails();
  #at = 0;
  /** The calls in flight in order of return: `#open[0]` returns next. */
  #open: number[] = [];

  // The configurations at hand: those before the return, those that have placed its call, and their trails.
  // A row is the state, then a bit for each slot.
  readonly #words: number;
  readonly #here: Configurations;
  #hereTrails: number[] = [];
  #there: Configurations;
  #spare: Configurations;
  #thereTrails: number[] = [];
  /** What is to be expanded, by the number of unknown calls used. */
  #waiting: number[][] = [];
  #level = 0;
  #expanding = false;

  readonly #row: Int32Array;
  readonly #successor: Int32Array;
  /** Action → the last round of candidates in which a call with it was met. */
  readonly #met: Int32Array;
  #round = 0;
  /** Token → the last round in which a call in flight takes it. */
  readonly #taken = new Map<number, number>();
  readonly #forced: Int32Array;
  #leaves: number[] = [];
  #steps = 0;
  #entered = 1;

  constructor(timeline: Timeline, states: StateTable, relaxed = false) {
    this.#timeline = timeline;
    this.#states = states;
    this.relaxed = relaxed;
    this.#words = (timeline.slots + 31) >>> 5;
    this.#here = new Configurations(1 + this.#words, this.#usedSets);
    this.#there = new Configurations(1 + this.#words, this.#usedSets);
    this.#spare = new Configurations(1 + this.#words, this.#usedSets);
    this.#row = new Int32Array(1 + this.#words);
    this.#successor = new Int32Array(1 + this.#words);
    this.#met = new Int32Array(timeline.actions);
    this.#forced = timeline.cuts.map((cut) => (cut === NoCut ? NoCut : NotReached));
    this.#row[0] = states.initial;
    this.#there.add(this.#row, NoneUsed);
    this.#thereTrails.push(Trails.Start);
  }

  get steps(): number {
    return this.#steps;
  }

  get words(): number {
    return this.#here.words + this.#there.words + this.#usedSets.words + this.#trails.words;
  }

  run(steps: number): Outcome {
    const until = this.#steps + steps;
    const { events } = this.#timeline;
    while (this.#steps <= until) {
      if (!this.#expanding) {
        this.#steps++;
        if (this.#at === events.length) return this.relaxed ? "gave up" : "linearizable";
        const event = events[this.#at]!;
        if (event >= 0) {
          this.#noteRest();
          this.#link(event);
          this.#at++;
        } else this.#beginReturn();
        continue;
      }
      const one = this.#nextWaiting();
      if (this.relaxed && this.#here.size > MostRelaxed) return "gave up";
      if (one !== undefined) this.#expand(one);
      else if (this.#there.size === 0) return "nonlinearizable";
      else this.#endReturn();
    }
    return undefined;
  }

  #link(call: number): void {
    const { end } = this.#timeline.calls;
    let place = this.#open.length;
    while (place > 0 && end[this.#open[place - 1]!]! > end[call]!) place--;
    this.#open.splice(place, 0, call);
  }

  #beginReturn(): void {
    const before = this.#there;
    const trails = this.#thereTrails;
    this.#there = this.#spare;
    this.#spare = before;
    this.#thereTrails = [];
    this.#hereTrails = [];
    this.#there.clear();
    this.#here.clear();
    this.#waiting = [];
    this.#level = 0;
    this.#leaves = [];
    this.#expanding = true;
    // Those of the last event go in again, for reads that began since may go first now.
    const byTotal: number[][] = [];
    for (let one = 0; one < before.size; one++)
      (byTotal[this.#usedSets.total(before.used(one))] ??= []).push(one);
    for (const some of byTotal) {
      for (const one of some ?? []) {
        before.read(one, this.#successor);
        this.#add(this.relaxed ? NoneUsed : before.used(one), trails[one]!, this.#trails.length);
      }
    }
  }

  #endReturn(): void {
    this.#open.shift();
    this.#expanding = false;
    this.#at++;
    if (this.#trails.isCrowded) this.#thereTrails = this.#trails.compact(this.#thereTrails);
  }

  #nextWaiting(): number | undefined {
    for (; this.#level < this.#waiting.length; this.#level++) {
      const one = this.#waiting[this.#level]?.pop();
      if (one !== undefined) return one;
    }
    return undefined;
  }

  /** Adds the configuration in `#successor`, after the reads that can go in it; if none covers it, else drops the trail from `mark` on. */
  #add(used: number, trail: number, mark: number): void {
    const { action, alphabet } = this.#timeline.calls;
    const row = this.#successor;
    const state = row[0]!;
    for (const call of this.#open) {
      if (alphabet.changes(action[call]!) || this.#isPlaced(row, call)) continue;
      this.#steps++;
      if (this.#states.next(state, action[call]!) !== state) continue;
      this.#flip(row, call);
      trail = this.#trails.add(trail, call, state);
    }
    const returning = this.#open[0]!;
    if (this.#isPlaced(row, returning)) {
      this.#flip(row, returning);
      if (this.#there.add(row, used)) this.#thereTrails.push(trail);
      else this.#trails.truncate(mark);
      return;
    }
    const number = this.#here.size;
    if (!this.#here.add(row, used)) {
      this.#trails.truncate(mark);
      return;
    }
    this.#entered++;
    this.#hereTrails.push(trail);
    (this.#waiting[this.#usedSets.total(used)] ??= []).push(number);
  }

  /** Places each call that can go next. */
  #expand(one: number): void {
    const { action, alphabet } = this.#timeline.calls;
    const row = this.#row;
    this.#here.read(one, row);
    const used = this.#here.used(one);
    const trail = this.#hereTrails[one]!;
    const state = row[0]!;
    this.#round++;
    let leaf = true;
    for (const call of this.#open) {
      if (this.#isPlaced(row, call)) continue;
      const its = action[call]!;
      for (const token of alphabet.ties(its).takes) this.#taken.set(token, this.#round);
      if (this.#met[its] === this.#round) continue;
      this.#met[its] = this.#round;
      this.#steps++;
      const next = this.#states.next(state, its);
      const branches = this.#states.branches(next);
      for (let branch = 0; branch < branches; branch++) {
        leaf = false;
        this.#successor.set(row);
        this.#flip(this.#successor, call);
        const after = (this.#successor[0] = this.#states.branch(next, branch));
        const mark = this.#trails.length;
        this.#add(used, this.#trails.add(trail, call, after), mark);
      }
    }
    if (this.#expandUnknown(row, used, trail)) leaf = false;
    if (leaf) this.#leaves.push(one);
  }

  #expandUnknown(row: Int32Array, used: number, trail: number): boolean {
    const { calls, classes, takers } = this.#timeline;
    const deadline = calls.end[this.#open[0]!]!;
    const state = row[0]!;
    const isAvailable = (number: number): boolean => {
      const { members } = classes[number]!;
      const candidate = members[this.#usedSets.count(used, number)];
      return candidate !== undefined && calls.begin[candidate]! < deadline;
    };
    let found = false;
    for (let number = 0; number < classes.length; number++) {
      const { action, members, mustBeTaken } = classes[number]!;
      if (calls.begin[members[0]!]! > deadline) break;
      if (
        mustBeTaken >= 0 &&
        this.#taken.get(mustBeTaken) !== this.#round &&
        takers.get(mustBeTaken)?.some(isAvailable) !== true
      )
        continue;
      if (!isAvailable(number)) continue;
      this.#steps++;
      const next = this.#states.next(state, action);
      if (next === NoState) continue;
      const branches = this.#states.branches(next);
      for (let branch = 0; branch < branches; branch++) {
        const after = this.#states.branch(next, branch);
        if (after === state) continue;
        found = true;
        this.#successor.set(row);
        this.#successor[0] = after;
        const more = this.#usedSets.with(used, number);
        const mark = this.#trails.length;
        this.#add(more, this.#trails.add(trail, ~number, after), mark);
      }
    }
    return found;
  }

  #isPlaced(row: Int32Array, call: number): boolean {
    const slot = this.#timeline.slot[call]!;
    return (row[1 + (slot >>> 5)]! & (1 << (slot & 31))) !== 0;
  }

  #flip(row: Int32Array, call: number): void {
    const slot = this.#timeline.slot[call]!;
    row[1 + (slot >>> 5)]! ^= 1 << (slot & 31);
  }

  #noteRest(): void {
    if (this.#forced[this.#at] !== NotReached) return;
    const state = this.#there.value(0, 0);
    let forced = state;
    for (let one = 1; one < this.#there.size; one++)
      if (this.#there.value(one, 0) !== state) forced = Several;
    this.#forced[this.#at] = forced;
  }

  standing(): Standing {
    const { events } = this.#timeline;
    const complete = this.#at === events.length;
    let reached = this.#at;
    while (reached < events.length && events[reached]! >= 0) reached++;
    const blockedStates = new Set<number>();
    if (this.#expanding && !this.relaxed)
      for (let one = 0; one < this.#here.size; one++) blockedStates.add(this.#here.value(one, 0));
    return {
      reached,
      configurations: this.#entered,
      order:
        complete && !this.relaxed
          ? positionsOf(this.#trails.choices(this.#thereTrails[0]!), this.#timeline)
          : new Int32Array(0),
      blockedStates,
      deadEnds: this.relaxed ? [] : this.#deadEnds(),
      forced: this.#forced,
    };
  }

  #deadEnds(): DeadEnd[] {
    const deadEnds: DeadEnd[] = [];
    for (const one of this.#leaves) {
      const state = this.#here.value(one, 0);
      if (deadEnds.length >= MostDeadEnds || deadEnds.some((other) => other.state === state)) continue;
      const trail = this.#hereTrails[one]!;
      const order = positionsOf(this.#trails.choices(trail), this.#timeline);
      const before = Math.max(0, order.length - LongestTail);
      const states = [...this.#trails.states(trail).subarray(before)];
      deadEnds.push({
        order: [...order.subarray(before)],
        before,
        states,
        state,
        candidates: this.#candidates(one),
      });
    }
    return deadEnds;
  }

  #candidates(one: number): number[] {
    const { calls, classes } = this.#timeline;
    this.#here.read(one, this.#row);
    const candidates = this.#open.filter((call) => !this.#isPlaced(this.#row, call));
    const deadline = calls.end[this.#open[0]!]!;
    classes.forEach(({ members }, number) => {
      const candidate = members[this.#usedSets.count(this.#here.used(one), number)];
      if (candidate !== undefined && calls.begin[candidate]! < deadline) candidates.push(candidate);
    });
    return candidates;
  }
}
