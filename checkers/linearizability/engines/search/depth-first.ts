import type { Limits } from "../engine.ts";
import { RowSet, UsedSets } from "./row-set.ts";
import { NoState, type StateTable } from "../../states.ts";
import { NoCut, type Timeline } from "./timeline.ts";

export type SearchEnd = "linearizable" | "nonlinearizable" | "steps" | "seconds" | "memory";

/** Where a partial linearization got stuck. */
export interface DeadEnd {
  /** Positions of the calls placed last, in order; the earlier ones are left out. */
  readonly order: readonly number[];
  /** How many calls were placed before those of `order`. */
  readonly before: number;
  /** Numbers of the states after each call of `order`. */
  readonly states: readonly number[];
  /** Number of the state reached. */
  readonly state: number;
  /** Positions of the calls that real time allowed next. */
  readonly candidates: readonly number[];
}

export interface SearchResult {
  readonly end: SearchEnd;
  readonly steps: number;
  readonly configurations: number;
  /** Positions of all calls placed, in order, when linearizable. */
  readonly order: Int32Array;
  /** How many known calls returned before the one that no order got past. */
  readonly returned: number;
  /** Position of the first call, by its return, that no order got past; −1 when linearizable. */
  readonly blocked: number;
  /** Every state in which that call was tried, when the search was exhaustive. */
  readonly blockedStates: ReadonlySet<number>;
  readonly deadEnds: readonly DeadEnd[];
  /** Event → the only state that any order has at this point of rest; negative otherwise. */
  readonly forced: Int32Array;
}

/** 32-bit words of tables after which a search gives up: 256 MiB, to which the process adds its own. */
const MostWords = 0x4000000;
const MostDeadEnds = 8;
const LongestTail = 64;

const NotReached = -1;
const Several = -3;

/**
 * Decides whether the calls of a timeline have a linearization: the depth-first search of Wing & Gong (1993)
 * with the memory of Lowe (2017).
 *
 * A configuration is: the first return whose call is not placed yet, which of the calls in flight there are
 * placed (a bit each, by slot), how many unknown calls of each class have been used, and the state. It
 * says everything about what is left to do: calls that returned earlier are all placed, calls that begin
 * later are not. So its size is that of the concurrency, not of the history, and no configuration is
 * explored twice.
 *
 * Two prunings keep it exact. A call in flight that reads only, and that the current state admits, goes
 * first, without an alternative: moving it forward in an order that works changes nothing for the others.
 * (Not so a write of the value that is there already: another may come before it in every order that
 * works.) An unknown call that would leave the state as it is, or whose value nothing that could come next
 * takes where it must, is not placed there.
 */
export function search(timeline: Timeline, states: StateTable, limits: Limits): SearchResult {
  return new Search(timeline, states, limits).run();
}

class Search {
  readonly #timeline: Timeline;
  readonly #states: StateTable;
  readonly #limits: Limits;
  readonly #end: number;

  // The calls in flight that are not placed, a list in order of return; `#end` closes the ring.
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #placed: Int32Array;
  readonly #usedOfClass: Int32Array;
  readonly #usedSets = new UsedSets();
  #at = 0;
  #state: number;
  #used = 0;

  // The order so far: what was placed and what the configuration was before.
  #depth = 0;
  readonly #choice: Int32Array;
  readonly #branchBefore: Int32Array;
  readonly #stateBefore: Int32Array;
  readonly #atBefore: Int32Array;
  readonly #usedBefore: Int32Array;

  readonly #seen: RowSet;
  readonly #row: Int32Array;
  #steps = 0;
  #deepest = -1;
  #deadEnds: DeadEnd[] = [];
  readonly #blockedStates = new Set<number>();
  readonly #forced: Int32Array;

  constructor(timeline: Timeline, states: StateTable, limits: Limits) {
    const { length } = timeline.calls;
    const words = (timeline.slots + 31) >>> 5;
    this.#timeline = timeline;
    this.#states = states;
    this.#limits = limits;
    this.#state = states.initial;
    this.#end = length;
    this.#next = new Int32Array(length + 1).fill(length);
    this.#previous = new Int32Array(length + 1).fill(length);
    this.#placed = new Int32Array(words);
    this.#usedOfClass = new Int32Array(timeline.classes.length);
    this.#choice = new Int32Array(length);
    this.#branchBefore = new Int32Array(length);
    this.#stateBefore = new Int32Array(length);
    this.#atBefore = new Int32Array(length);
    this.#usedBefore = new Int32Array(length);
    this.#seen = new RowSet(3 + words);
    this.#row = new Int32Array(3 + words);
    this.#forced = timeline.cuts.map((cut) => (cut === NoCut ? NoCut : NotReached));
  }

  run(): SearchResult {
    this.#advance();
    const { events } = this.#timeline;
    for (;;) {
      if (this.#at === events.length) return this.#result("linearizable");
      const exhausted = this.#exhausted();
      if (exhausted !== undefined) return this.#result(exhausted);
      if (this.#placeRead()) continue;
      let cursor = this.#enter() ? this.#next[this.#end]! : -1;
      let branch = 0;
      while (cursor < 0 || !this.#tryFrom(cursor, branch)) {
        if (cursor >= 0) this.#noteDeadEnd();
        // Takes back choices up to the last one with an alternative, and goes on behind it.
        do {
          if (this.#depth === 0) return this.#result("nonlinearizable");
          branch = this.#takeBack();
        } while (branch < 0);
        const choice = this.#choice[this.#depth]!;
        cursor = choice >= 0 ? choice : this.#end + 1 + ~choice;
      }
    }
  }

  #exhausted(): SearchEnd | undefined {
    if (this.#steps > this.#limits.steps) return "steps";
    if (this.#seen.words + this.#states.words > MostWords) return "memory";
    if ((this.#steps++ & 4095) === 0 && this.#limits.expired?.() === true) return "seconds";
    return undefined;
  }

  /** Places a call that only reads and can go now, if there is one. */
  #placeRead(): boolean {
    const { action, alphabet } = this.#timeline.calls;
    for (let call = this.#next[this.#end]!; call !== this.#end; call = this.#next[call]!) {
      if (alphabet.changes(action[call]!)) continue;
      if (this.#states.next(this.#state, action[call]!) !== this.#state) continue;
      this.#place(call, this.#state, -1);
      return true;
    }
    return false;
  }

  /** Whether this configuration is new. */
  #enter(): boolean {
    const row = this.#row;
    row[0] = this.#at;
    row[1] = this.#state;
    row[2] = this.#used;
    row.set(this.#placed, 3);
    if (this.#seen.add(row) >= 0) return false;
    if (this.#at > this.#deepest) {
      this.#deepest = this.#at;
      this.#deadEnds = [];
      this.#blockedStates.clear();
    }
    if (this.#at === this.#deepest) this.#blockedStates.add(this.#state);
    return true;
  }

  /**
   * Tries the candidates from `cursor` on: calls in flight by position, then classes of unknown calls
   * behind `#end`. Places the first that the model admits.
   */
  #tryFrom(cursor: number, branch: number): boolean {
    const { calls, classes } = this.#timeline;
    while (cursor < this.#end) {
      this.#steps++;
      const next = this.#states.next(this.#state, calls.action[cursor]!);
      if (next !== NoState && branch < this.#states.branches(next)) {
        this.#place(cursor, this.#states.branch(next, branch), branch);
        return true;
      }
      branch = 0;
      cursor = this.#next[cursor]!;
    }
    const deadline = this.#deadline();
    for (let number = Math.max(0, cursor - this.#end - 1); number < classes.length; number++) {
      const { action, members, mustBeTaken } = classes[number]!;
      if (calls.begin[members[0]!]! > deadline) break;
      const candidate = members[this.#usedOfClass[number]!];
      const begun = candidate !== undefined && calls.begin[candidate]! < deadline;
      if (begun && (mustBeTaken < 0 || this.#canTake(mustBeTaken, deadline))) {
        this.#steps++;
        const next = this.#states.next(this.#state, action);
        const branches = this.#states.branches(next);
        while (branch < branches && this.#states.branch(next, branch) === this.#state) branch++;
        if (branch < branches) {
          this.#place(~number, this.#states.branch(next, branch), branch);
          return true;
        }
      }
      branch = 0;
    }
    return false;
  }

  /** Whether a call that can go next takes this token. */
  #canTake(token: number, deadline: number): boolean {
    const { calls, classes } = this.#timeline;
    const { alphabet } = calls;
    for (let call = this.#next[this.#end]!; call !== this.#end; call = this.#next[call]!)
      if (alphabet.ties(calls.action[call]!).takes.includes(token)) return true;
    return classes.some(({ action, members }, number) => {
      const candidate = members[this.#usedOfClass[number]!];
      return (
        candidate !== undefined &&
        calls.begin[candidate]! < deadline &&
        alphabet.ties(action).takes.includes(token)
      );
    });
  }

  /** When the first call that is not placed returns: what begins later cannot go before it. */
  #deadline(): number {
    return this.#timeline.calls.end[~this.#timeline.events[this.#at]!]!;
  }

  /** Places a call, or for ~class the next unknown call of the class; `branch` −1 has no alternative. */
  #place(choice: number, state: number, branch: number): void {
    const depth = this.#depth++;
    this.#choice[depth] = choice;
    this.#branchBefore[depth] = branch;
    this.#stateBefore[depth] = this.#state;
    this.#atBefore[depth] = this.#at;
    this.#usedBefore[depth] = this.#used;
    this.#state = state;
    if (choice < 0) {
      this.#usedOfClass[~choice]!++;
      this.#used = this.#usedSets.with(this.#used, ~choice);
      return;
    }
    this.#unlink(choice);
    this.#flip(choice);
    this.#advance();
  }

  /** Undoes the last choice. Returns the branch to go on with, or −1 when it had no alternative. */
  #takeBack(): number {
    const depth = --this.#depth;
    const choice = this.#choice[depth]!;
    if (choice < 0) this.#usedOfClass[~choice]!--;
    else {
      this.#retreat(this.#atBefore[depth]!);
      this.#flip(choice);
      this.#next[this.#previous[choice]!] = choice;
      this.#previous[this.#next[choice]!] = choice;
    }
    this.#state = this.#stateBefore[depth]!;
    this.#used = this.#usedBefore[depth]!;
    const branch = this.#branchBefore[depth]!;
    return branch < 0 ? -1 : branch + 1;
  }

  /** Moves past begins, and past returns of placed calls, up to the next return that is in the way. */
  #advance(): void {
    const { events } = this.#timeline;
    for (; this.#at < events.length; this.#at++) {
      const event = events[this.#at]!;
      if (event < 0) {
        if (!this.#isPlaced(~event)) return;
        this.#flip(~event);
        continue;
      }
      this.#noteRest();
      this.#link(event);
    }
  }

  /** Puts a call that begins into the list, which is in order of return: what must go soon is tried first. */
  #link(call: number): void {
    const { end } = this.#timeline.calls;
    let before = this.#previous[this.#end]!;
    while (before !== this.#end && end[before]! > end[call]!) before = this.#previous[before]!;
    const after = this.#next[before]!;
    this.#next[before] = call;
    this.#previous[call] = before;
    this.#next[call] = after;
    this.#previous[after] = call;
  }

  #unlink(call: number): void {
    this.#next[this.#previous[call]!] = this.#next[call]!;
    this.#previous[this.#next[call]!] = this.#previous[call]!;
  }

  #retreat(to: number): void {
    const { events } = this.#timeline;
    while (this.#at > to) {
      const event = events[--this.#at]!;
      if (event < 0) this.#flip(~event);
      else this.#unlink(event);
    }
  }

  #isPlaced(call: number): boolean {
    const slot = this.#timeline.slot[call]!;
    return (this.#placed[slot >>> 5]! & (1 << (slot & 31))) !== 0;
  }

  #flip(call: number): void {
    const slot = this.#timeline.slot[call]!;
    this.#placed[slot >>> 5]! ^= 1 << (slot & 31);
  }

  #noteRest(): void {
    const forced = this.#forced[this.#at]!;
    if (forced === NotReached) this.#forced[this.#at] = this.#state;
    else if (forced >= 0 && forced !== this.#state) this.#forced[this.#at] = Several;
  }

  #noteDeadEnd(): void {
    if (this.#at !== this.#deepest || this.#deadEnds.length >= MostDeadEnds) return;
    if (this.#deadEnds.some(({ state }) => state === this.#state)) return;
    const order = this.#order();
    const candidates: number[] = [];
    for (let call = this.#next[this.#end]!; call !== this.#end; call = this.#next[call]!)
      candidates.push(call);
    const deadline = this.#deadline();
    this.#timeline.classes.forEach(({ members }, number) => {
      const candidate = members[this.#usedOfClass[number]!];
      if (candidate !== undefined && this.#timeline.calls.begin[candidate]! < deadline)
        candidates.push(candidate);
    });
    const before = Math.max(0, order.length - LongestTail);
    const states = [...this.#stateBefore.subarray(before + 1, this.#depth), this.#state];
    if (order.length === 0) states.length = 0;
    this.#deadEnds.push({
      order: [...order.subarray(before)],
      before,
      states,
      state: this.#state,
      candidates,
    });
  }

  /** The positions placed so far: of a class its members in order. */
  #order(): Int32Array {
    const used = new Int32Array(this.#usedOfClass.length);
    return this.#choice.slice(0, this.#depth).map((choice) => {
      if (choice >= 0) return choice;
      return this.#timeline.classes[~choice]!.members[used[~choice]!++]!;
    });
  }

  #result(end: SearchEnd): SearchResult {
    const { events } = this.#timeline;
    const linearizable = end === "linearizable";
    let returned = 0;
    const reached = linearizable ? events.length : Math.max(0, this.#deepest);
    for (let at = 0; at < reached; at++) if (events[at]! < 0) returned++;
    return {
      end,
      steps: this.#steps,
      configurations: this.#seen.size,
      order: linearizable ? this.#order() : new Int32Array(0),
      returned,
      blocked: linearizable || this.#deepest < 0 ? -1 : ~events[this.#deepest]!,
      blockedStates: this.#blockedStates,
      deadEnds: this.#deadEnds,
      forced: this.#forced,
    };
  }
}
