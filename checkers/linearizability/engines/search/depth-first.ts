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
import { NoneUsed, UsedSets } from "./used-sets.ts";

const NotReached = -1;
const Several = -3;
/** The configuration at hand was not entered yet. */
const Enter = -1;
/** A choice without an alternative. */
const NoBranch = -1;

/**
 * The depth-first search of Wing & Gong (1993) with the memory of Lowe (2017): follows one order as far as
 * it goes, and so finds one soon where there are many.
 *
 * A configuration is: the first return whose call is not placed yet, which of the calls in flight there are
 * placed (a bit each, by slot), how many unknown calls of each class have been used, and the state. It
 * says everything about what is left to do: calls that returned earlier are all placed, calls that begin
 * later are not. So its size is that of the concurrency, not of the history. It is remembered when all that
 * follows from it has failed, never before: every choice places one call more, so no configuration leads
 * back to itself. An order that is found without a detour leaves no memory behind.
 *
 * What is not tried, and why nothing is lost:
 *
 * - A call in flight that reads only, and that the current state admits, goes first, without an alternative:
 *   moving it forward in an order that works changes nothing for the others. (Not so a write of the value
 *   that is there already: another may come before it in every order that works.)
 * - Of calls in flight with the same action only the one that returns first: in an order that works in which
 *   the other comes first, the two can change places. Both have begun; the one moved forward only gains, the
 *   one moved back stands where one stood that returns before it does; and the same action does the same.
 * - A configuration like one that failed, but for more unknown calls used: what it can do, the other could.
 *   Nor one like a configuration on the way to it, for the same reason: of the orders that work from either,
 *   a shortest goes on from the first.
 * - An unknown call that would leave the state as it is, or whose value nothing that could come next takes
 *   where it must.
 */
export class DepthFirst implements Searcher {
  readonly #timeline: Timeline;
  readonly #states: StateTable;
  readonly #end: number;

  // The calls in flight that are not placed, a list in order of return; `#end` closes the ring.
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #placed: Int32Array;
  readonly #usedOfClass: Int32Array;
  readonly #usedSets = new UsedSets();
  #at = 0;
  #state: number;
  #used = NoneUsed;

  // The order so far: what was placed and what the configuration was before.
  #depth = 0;
  readonly #choice: Int32Array;
  readonly #branchBefore: Int32Array;
  readonly #stateBefore: Int32Array;
  readonly #atBefore: Int32Array;
  readonly #usedBefore: Int32Array;

  readonly #failed: Configurations;
  readonly #row: Int32Array;
  /** Action → the last round of candidates in which a call with it was met. */
  readonly #met: Int32Array;
  #round = 0;

  /** Where to go on in the configuration at hand: the candidate, and its branch; `Enter`: not tried yet. */
  #cursor = Enter;
  #branch = 0;
  #steps = 0;
  #entered = 0;
  #reached = -1;
  #deadEnds: DeadEnd[] = [];
  readonly #blockedStates = new Set<number>();
  readonly #forced: Int32Array;

  constructor(timeline: Timeline, states: StateTable) {
    const { length } = timeline.calls;
    const words = (timeline.slots + 31) >>> 5;
    this.#timeline = timeline;
    this.#states = states;
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
    this.#failed = new Configurations(2 + words, this.#usedSets);
    this.#row = new Int32Array(2 + words);
    this.#met = new Int32Array(timeline.actions);
    this.#forced = timeline.cuts.map((cut) => (cut === NoCut ? NoCut : NotReached));
    this.#advance();
  }

  get steps(): number {
    return this.#steps;
  }

  get words(): number {
    return this.#failed.words + this.#usedSets.words + 8 * this.#end;
  }

  run(steps: number): Outcome {
    const until = this.#steps + steps;
    const { events } = this.#timeline;
    while (this.#steps <= until) {
      if (this.#cursor === Enter) {
        if (this.#at === events.length) return "linearizable";
        this.#steps++;
        if (this.#placeRead()) continue;
        if (this.#enter()) this.#beginRound();
        else if (!this.#takeBack()) return "nonlinearizable";
      }
      while (this.#cursor !== Enter) {
        if (this.#tryFrom()) this.#cursor = Enter;
        else {
          this.#noteDeadEnd();
          this.#failed.add(this.#rowHere(), this.#used);
          if (!this.#takeBack()) return "nonlinearizable";
        }
      }
    }
    return undefined;
  }

  /** Places a call that only reads and can go now, if there is one. */
  #placeRead(): boolean {
    const { action, alphabet } = this.#timeline.calls;
    for (let call = this.#next[this.#end]!; call !== this.#end; call = this.#next[call]!) {
      if (alphabet.changes(action[call]!)) continue;
      if (this.#states.next(this.#state, action[call]!) !== this.#state) continue;
      this.#place(call, this.#state, NoBranch);
      return true;
    }
    return false;
  }

  /** Whether there is any hope in this configuration. */
  #enter(): boolean {
    if (this.#repeats() || this.#failed.covers(this.#rowHere(), this.#used)) return false;
    this.#entered++;
    if (this.#at > this.#reached) {
      this.#reached = this.#at;
      this.#deadEnds = [];
      this.#blockedStates.clear();
    }
    if (this.#at === this.#reached) this.#blockedStates.add(this.#state);
    return true;
  }

  /** Whether nothing but unknown calls led here from the same state. */
  #repeats(): boolean {
    for (let depth = this.#depth - 1; depth >= 0 && this.#choice[depth]! < 0; depth--)
      if (this.#stateBefore[depth] === this.#state) return true;
    return false;
  }

  #rowHere(): Int32Array {
    const row = this.#row;
    row[0] = this.#at;
    row[1] = this.#state;
    for (let i = 0; i < this.#placed.length; i++) row[2 + i] = this.#placed[i]!;
    return row;
  }

  #beginRound(): void {
    this.#cursor = this.#next[this.#end]!;
    this.#branch = 0;
    this.#round++;
  }

  /**
   * Tries the candidates from the cursor on: calls in flight by position, then classes of unknown calls
   * behind `#end`. Places the first that the model admits.
   */
  #tryFrom(): boolean {
    const { action } = this.#timeline.calls;
    let branch = this.#branch;
    let cursor = this.#cursor;
    for (; cursor < this.#end; cursor = this.#next[cursor]!) {
      const its = action[cursor]!;
      if (this.#met[its] === this.#round) continue;
      this.#met[its] = this.#round;
      this.#steps++;
      const next = this.#states.next(this.#state, its);
      if (next !== NoState && branch < this.#states.branches(next)) {
        this.#place(cursor, this.#states.branch(next, branch), branch);
        return true;
      }
      branch = 0;
    }
    return this.#tryUnknown(Math.max(0, cursor - this.#end - 1), branch);
  }

  #tryUnknown(from: number, firstBranch: number): boolean {
    const { calls, classes } = this.#timeline;
    const deadline = this.#deadline();
    let branch = firstBranch;
    for (let number = from; number < classes.length; number++) {
      const { action, members, mustBeTaken } = classes[number]!;
      if (calls.begin[members[0]!]! > deadline) break;
      if (this.#isAvailable(number, deadline) && (mustBeTaken < 0 || this.#canTake(mustBeTaken, deadline))) {
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

  /** Whether a call of the class is left that began in time. */
  #isAvailable(unknownClass: number, deadline: number): boolean {
    const { calls, classes } = this.#timeline;
    const candidate = classes[unknownClass]!.members[this.#usedOfClass[unknownClass]!];
    return candidate !== undefined && calls.begin[candidate]! < deadline;
  }

  /** Whether a call that can go next takes this token. */
  #canTake(token: number, deadline: number): boolean {
    const { calls, takers } = this.#timeline;
    for (let call = this.#next[this.#end]!; call !== this.#end; call = this.#next[call]!)
      if (calls.alphabet.ties(calls.action[call]!).takes.includes(token)) return true;
    return takers.get(token)?.some((number) => this.#isAvailable(number, deadline)) ?? false;
  }

  /** When the first call that is not placed returns: what begins later cannot go before it. */
  #deadline(): number {
    return this.#timeline.calls.end[~this.#timeline.events[this.#at]!]!;
  }

  /** Places a call, or for ~class the next unknown call of the class. */
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

  /** Takes back choices up to the last with an alternative, and sets the cursor behind it; false: none has. */
  #takeBack(): boolean {
    do {
      if (this.#depth === 0) return false;
      this.#takeBackOne();
    } while (this.#branchBefore[this.#depth] === NoBranch);
    const choice = this.#choice[this.#depth]!;
    this.#branch = this.#branchBefore[this.#depth]! + 1;
    this.#cursor = choice >= 0 ? choice : this.#end + 1 + ~choice;
    this.#round++;
    if (choice < 0) return true;
    const { action } = this.#timeline.calls;
    for (let call = this.#next[this.#end]!; call !== choice; call = this.#next[call]!)
      this.#met[action[call]!] = this.#round;
    return true;
  }

  #takeBackOne(): void {
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
    if (this.#at !== this.#reached || this.#deadEnds.length >= MostDeadEnds) return;
    if (this.#deadEnds.some(({ state }) => state === this.#state)) return;
    const order = this.#order();
    const candidates: number[] = [];
    for (let call = this.#next[this.#end]!; call !== this.#end; call = this.#next[call]!)
      candidates.push(call);
    const deadline = this.#deadline();
    this.#timeline.classes.forEach(({ members }, number) => {
      if (this.#isAvailable(number, deadline)) candidates.push(members[this.#usedOfClass[number]!]!);
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
    return positionsOf(this.#choice.subarray(0, this.#depth), this.#timeline);
  }

  standing(): Standing {
    return {
      reached: this.#at === this.#timeline.events.length ? this.#at : this.#reached,
      configurations: this.#entered,
      order: this.#at === this.#timeline.events.length ? this.#order() : new Int32Array(0),
      blockedStates: this.#blockedStates,
      deadEnds: this.#deadEnds,
      forced: this.#forced,
    };
  }
}
