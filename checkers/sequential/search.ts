import type { Decision, Limits } from "../linearizability/engines/engine.ts";
import { RowSet } from "../linearizability/engines/search/row-set.ts";
import { NoState } from "../linearizability/states.ts";
import { Never } from "../linearizability/calls.ts";
import type { Programs } from "./programs.ts";

export interface OrderFound {
  readonly end: Decision["end"];
  readonly steps: number;
  readonly configurations: number;
  /** The operations in order, when there is one; else as many as could be put in order. */
  readonly order: Int32Array;
}

/** Tables may take 1 GiB unless the user says otherwise. */
const DefaultBytes = 0x40000000;
/** A choice without an alternative. */
const NoBranch = -1;

/**
 * Looks for an order of the programs that is legal for all objects: depth first, with a memory of what
 * failed. A configuration is how far each process has come and the state of each object.
 *
 * An operation that is the next of its process, reads only and is admitted goes at once, without an
 * alternative: moving it forward in an order that works changes nothing for the others. Of unknown
 * operations that are next and do the same only one is tried. The others are tried by their return, as they most
 * likely happened. With `clock` (see `saturate`) none is tried before what must come before it.
 */
export function findOrder(programs: Programs, limits: Limits, clock?: Int32Array): OrderFound {
  return new OrderSearch(programs, limits, clock).run();
}

class OrderSearch {
  readonly #programs: Programs;
  readonly #limits: Limits;
  readonly #clock: Int32Array | undefined;
  /** Operation → its turn among candidates. */
  readonly #turn: Int32Array;
  readonly #reads: Uint8Array;
  readonly #position: Int32Array;
  readonly #states: Int32Array;
  readonly #choice: Int32Array;
  readonly #branch: Int32Array;
  readonly #stateBefore: Int32Array;
  #depth = 0;
  #known = 0;
  readonly #failed: RowSet;
  readonly #row: Int32Array;
  #steps = 0;
  #entered = 0;
  #longest = new Int32Array(0);

  constructor(programs: Programs, limits: Limits, clock: Int32Array | undefined) {
    const { length, processes, objects, end, object, action } = programs;
    this.#programs = programs;
    this.#limits = limits;
    this.#clock = clock;
    const byReturn = Array.from({ length }, (_, i) => i).toSorted((a, b) => end[a]! - end[b]! || a - b);
    this.#turn = new Int32Array(length);
    byReturn.forEach((operation, turn) => (this.#turn[operation] = turn));
    this.#reads = Uint8Array.from(end, (_, i) => (objects[object[i]!]!.alphabet.changes(action[i]!) ? 0 : 1));
    this.#position = new Int32Array(processes.length);
    this.#states = Int32Array.from(objects, ({ initial }) => initial);
    this.#choice = new Int32Array(length);
    this.#branch = new Int32Array(length);
    this.#stateBefore = new Int32Array(length);
    this.#failed = new RowSet(processes.length + objects.length);
    this.#row = new Int32Array(processes.length + objects.length);
    for (const ending of end) if (ending !== Never) this.#known++;
  }

  run(): OrderFound {
    let cursor = -1;
    let branch = 0;
    let fresh = true;
    for (;;) {
      if (fresh) {
        while (this.#placeRead());
        if (this.#known === 0) return this.#result("linearizable");
        const exhausted = this.#exhausted();
        if (exhausted !== undefined) return this.#result(exhausted);
        if (this.#depth > this.#longest.length) this.#longest = this.#choice.slice(0, this.#depth);
        cursor = -1;
        branch = 0;
        this.#entered++;
      }
      if (!(fresh && this.#failed.find(this.#rowHere()) >= 0)) {
        if (this.#tryFrom(cursor, branch)) {
          fresh = true;
          continue;
        }
        this.#failed.add(this.#rowHere());
      }
      do {
        if (this.#depth === 0) return this.#result("nonlinearizable");
        branch = this.#takeBack();
      } while (branch === 0);
      cursor = this.#turn[this.#choice[this.#depth]!]!;
      fresh = false;
    }
  }

  #exhausted(): "steps" | "seconds" | "bytes" | undefined {
    if (this.#steps > this.#limits.steps) return "steps";
    const words = this.#programs.objects.reduce((sum, states) => sum + states.words, this.#failed.words);
    if (words > (this.#limits.bytes ?? DefaultBytes) / 4) return "bytes";
    if ((this.#entered & 1023) === 0 && this.#limits.expired?.() === true) return "seconds";
    return undefined;
  }

  #next(process: number): number {
    return this.#programs.processes[process]![this.#position[process]!] ?? -1;
  }

  #mayGo(operation: number): boolean {
    const clock = this.#clock;
    if (clock === undefined) return true;
    const width = this.#position.length;
    for (let process = 0; process < width; process++)
      if (this.#position[process]! < clock[operation * width + process]!) return false;
    return true;
  }

  #transition(operation: number): number {
    this.#steps++;
    const { object, action, objects } = this.#programs;
    const its = object[operation]!;
    return objects[its]!.next(this.#states[its]!, action[operation]!);
  }

  #placeRead(): boolean {
    for (let process = 0; process < this.#position.length; process++) {
      const operation = this.#next(process);
      if (operation < 0 || this.#reads[operation] === 0 || !this.#mayGo(operation)) continue;
      const state = this.#states[this.#programs.object[operation]!]!;
      if (this.#transition(operation) !== state) continue;
      this.#place(operation, state, NoBranch);
      return true;
    }
    return false;
  }

  /** Tries the candidates from a turn on, this one from a branch on. */
  #tryFrom(from: number, firstBranch: number): boolean {
    const { object, action, end, objects } = this.#programs;
    let turn = from;
    let branch = firstBranch;
    for (;;) {
      const operation = this.#candidate(turn);
      if (operation < 0) return false;
      turn = this.#turn[operation]!;
      if (turn !== from) branch = 0;
      const its = object[operation]!;
      const states = objects[its]!;
      const isRepeated = end[operation] === Never && this.#isTwin(operation, action, object);
      if (!isRepeated && this.#mayGo(operation)) {
        const next = this.#transition(operation);
        if (next !== NoState) {
          const branches = states.branches(next);
          if (end[operation] === Never)
            while (branch < branches && states.branch(next, branch) === this.#states[its]) branch++;
          if (branch < branches) {
            this.#place(operation, states.branch(next, branch), branch);
            return true;
          }
        }
      }
      branch = 0;
      turn++;
    }
  }

  /** The next operation of some process whose turn is first from `turn` on; −1: none. */
  #candidate(turn: number): number {
    let first = -1;
    for (let process = 0; process < this.#position.length; process++) {
      const operation = this.#next(process);
      if (operation < 0 || this.#turn[operation]! < turn) continue;
      if (first < 0 || this.#turn[operation]! < this.#turn[first]!) first = operation;
    }
    return first;
  }

  /** Whether an unknown operation that does the same has its turn before this one. */
  #isTwin(operation: number, action: Int32Array, object: Int32Array): boolean {
    for (let process = 0; process < this.#position.length; process++) {
      const other = this.#next(process);
      if (other < 0 || this.#programs.end[other] !== Never || action[other] !== action[operation]) continue;
      if (
        object[other] === object[operation] &&
        this.#turn[other]! < this.#turn[operation]! &&
        this.#mayGo(other)
      )
        return true;
    }
    return false;
  }

  #place(operation: number, state: number, branch: number): void {
    const { process, object, end } = this.#programs;
    const its = object[operation]!;
    this.#choice[this.#depth] = operation;
    this.#branch[this.#depth] = branch;
    this.#stateBefore[this.#depth] = this.#states[its]!;
    this.#depth++;
    this.#states[its] = state;
    this.#position[process[operation]!]!++;
    if (end[operation] !== Never) this.#known--;
  }

  /** Undoes the last choice. The branch to go on with, or 0 when it had no alternative. */
  #takeBack(): number {
    const { process, object, end } = this.#programs;
    const depth = --this.#depth;
    const operation = this.#choice[depth]!;
    this.#states[object[operation]!] = this.#stateBefore[depth]!;
    this.#position[process[operation]!]!--;
    if (end[operation] !== Never) this.#known++;
    return this.#branch[depth]! + 1;
  }

  #rowHere(): Int32Array {
    this.#row.set(this.#position);
    this.#row.set(this.#states, this.#position.length);
    return this.#row;
  }

  #result(end: Decision["end"]): OrderFound {
    return {
      end,
      steps: this.#steps,
      configurations: this.#entered,
      order: end === "linearizable" ? this.#choice.slice(0, this.#depth) : this.#longest,
    };
  }
}
