import { componentsOf } from "../../checkers/graph/components.ts";
import { enlarged } from "./visited.ts";

/**
 * The graph of the states seen, and which of them are good: tells from which states no good one can be
 * reached. Steps are told state by state, in the order of their numbers.
 */
export class Reachability {
  /** Where the steps of each state begin in `#targets`. */
  #begins = new Uint32Array(1 << 11);
  #targets = new Uint32Array(1 << 13);
  #good = new Uint8Array(1 << 11);
  #states = 0;
  #steps = 0;

  get bytes(): number {
    return 4 * (this.#begins.length + this.#targets.length) + this.#good.length;
  }

  /** Says that a state is good, or must be taken for one since what follows it is not looked at. */
  good(state: number): void {
    while (state >= this.#good.length) {
      const longer = new Uint8Array(this.#good.length * 2);
      longer.set(this.#good);
      this.#good = longer;
    }
    this.#good[state] = 1;
  }

  /** The steps told from now on start from this state. */
  from(state: number): void {
    if (state >= this.#begins.length) this.#begins = enlarged(this.#begins);
    this.#begins[state] = this.#steps;
    this.#states = state + 1;
  }

  to(state: number): void {
    if (this.#steps === this.#targets.length) this.#targets = enlarged(this.#targets);
    this.#targets[this.#steps++] = state;
  }

  /** The first state from which no good state can be reached; of those with the fewest steps before them. */
  firstHopeless(): number | undefined {
    const states = this.#states;
    const sources = this.#stepsBackwards();
    const hopeful = new Uint8Array(states);
    const queue = new Uint32Array(states);
    let taken = 0;
    let queued = 0;
    for (let state = 0; state < states; state++) {
      if (this.#good[state] !== 1) continue;
      hopeful[state] = 1;
      queue[queued++] = state;
    }
    for (; taken < queued; taken++) {
      const state = queue[taken]!;
      for (let i = sources.begins[state]!; i < sources.begins[state + 1]!; i++) {
        const source = sources.of[i]!;
        if (hopeful[source] === 1) continue;
        hopeful[source] = 1;
        queue[queued++] = source;
      }
    }
    const first = hopeful.indexOf(0);
    return first === -1 ? undefined : first;
  }

  /**
   * A way round: states each of which is a step from the one before, and the first from the last; a shortest
   * one through the first state that is on any. Undefined if every run ends.
   */
  firstCycle(): readonly number[] | undefined {
    const states = this.#states;
    const first = new Int32Array(states + 1);
    first.set(this.#begins.subarray(0, states));
    first[states] = this.#steps;
    const to = new Int32Array(this.#targets.buffer, 0, this.#steps);
    const { of, size } = componentsOf({ nodes: states, first, to });
    const turns = (state: number): boolean =>
      size[of[state]!]! > 1 || to.subarray(first[state], first[state + 1]).includes(state);
    let begin = 0;
    while (begin < states && !turns(begin)) begin++;
    if (begin === states) return undefined;
    // Breadth first from there until it is met again.
    const before = new Map<number, number>();
    const queue = [begin];
    for (const state of queue) {
      for (let i = first[state]!; i < first[state + 1]!; i++) {
        const next = to[i]!;
        if (next === begin) return wayTo(state, before);
        if (before.has(next) || of[next] !== of[begin]) continue;
        before.set(next, state);
        queue.push(next);
      }
    }
    throw new Error("a component has no way round");
  }

  /** By state, the states from which a step leads there. */
  #stepsBackwards(): { begins: Uint32Array; of: Uint32Array } {
    const states = this.#states;
    const begins = new Uint32Array(states + 1);
    for (let i = 0; i < this.#steps; i++) begins[this.#targets[i]! + 1]!++;
    for (let state = 0; state < states; state++) begins[state + 1]! += begins[state]!;
    const next = begins.slice();
    const of = new Uint32Array(this.#steps);
    for (let state = 0; state < states; state++) {
      const end = state + 1 < states ? this.#begins[state + 1]! : this.#steps;
      for (let i = this.#begins[state]!; i < end; i++) of[next[this.#targets[i]!]!++] = state;
    }
    return { begins, of };
  }
}

function wayTo(state: number, before: ReadonlyMap<number, number>): number[] {
  const way = [state];
  for (let at = before.get(state); at !== undefined; at = before.get(at)) way.push(at);
  return way.toReversed();
}
