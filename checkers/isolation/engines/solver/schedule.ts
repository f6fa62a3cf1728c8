import { Initial } from "../../reading.ts";
import { Never } from "../../transactions.ts";
import type { Polygraph } from "./polygraph.ts";

/**
 * An order of all nodes that keeps the fixed edges, and otherwise time: snapshots by invocation, commits by completion, which is an
 * excellent guess at what a healthy store did. Helping nodes come as soon as they can. Fewer nodes than there are: the fixed
 * edges have a cycle.
 */
export function scheduleByTime(polygraph: Polygraph): Int32Array {
  const { edges, owner, start, reading } = polygraph;
  const { nodes, outFirst, outTo, inFirst } = edges;
  const { begin, end } = reading;
  const isSnapshot = polygraph.rules.layout === "two";
  const time = new Float64Array(nodes);
  for (let n = 0; n < nodes; n++) {
    const of = owner[n]!;
    if (of < 0 || of === Initial) time[n] = -1;
    else if ((isSnapshot && start[of] === n) || end[of] === Never) time[n] = begin[of]!;
    else time[n] = end[of]!;
  }
  const order = new Int32Array(nodes);
  const waiting = new Int32Array(nodes);
  const heap = new Heap(time);
  for (let n = 0; n < nodes; n++) {
    waiting[n] = inFirst[n + 1]! - inFirst[n]!;
    if (waiting[n] === 0) heap.push(n);
  }
  let placed = 0;
  for (let node = heap.pop(); node >= 0; node = heap.pop()) {
    order[placed++] = node;
    for (let e = outFirst[node]!; e < outFirst[node + 1]!; e++)
      if (--waiting[outTo[e]!]! === 0) heap.push(outTo[e]!);
  }
  return order.subarray(0, placed);
}

/** Nodes by time, the earliest first, and of equal ones the lower number. */
class Heap {
  readonly #time: Float64Array;
  readonly #items: Int32Array;
  #size = 0;

  constructor(time: Float64Array) {
    this.#time = time;
    this.#items = new Int32Array(time.length);
  }

  #isBefore(a: number, b: number): boolean {
    const difference = this.#time[a]! - this.#time[b]!;
    return difference < 0 || (difference === 0 && a < b);
  }

  push(node: number): void {
    const items = this.#items;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(node, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = node;
  }

  pop(): number {
    if (this.#size === 0) return -1;
    const items = this.#items;
    const top = items[0]!;
    const last = items[--this.#size]!;
    const size = this.#size;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#isBefore(items[child + 1]!, items[child]!)) child++;
      if (!this.#isBefore(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return top;
  }
}
