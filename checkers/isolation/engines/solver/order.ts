import { NodeHeap } from "../../../graph/node-heap.ts";
import type { FixedEdges } from "./graph.ts";

/** What a search may still spend: visits of nodes and edges. */
export interface Effort {
  left: number;
  /** Bytes of tables, if they count as well; an estimate. */
  room?: number;
  /** Asked now and then, if time counts as well. */
  readonly isOver?: () => boolean;
}

/** Takes bytes of an effort; false if there is no room for them. */
export function takeRoom(effort: Effort, bytes: number): boolean {
  if (effort.room === undefined) return true;
  effort.room -= bytes;
  return effort.room >= 0;
}

/**
 * An acyclic graph of fixed edges and of edges that come and go, last in first out, with a topological order that is kept (Pearce &
 * Kelly, "A Dynamic Topological Sort Algorithm", 2006). Taking edges back leaves the order as it is: it stays right.
 *
 * Each edge that comes has the literal that brought it, so that a cycle can say whom to blame.
 */
export class OrderedGraph {
  readonly fixed: FixedEdges;
  /** Place of each node in the order. */
  readonly at: Int32Array;
  readonly #effort: Effort;

  // Edges that come and go: lists by start and by end.
  #outHead: Int32Array;
  #inHead: Int32Array;
  #from = new Int32Array(64);
  #to = new Int32Array(64);
  #label = new Int32Array(64);
  #literal = new Int32Array(64);
  #outNext = new Int32Array(64);
  #inNext = new Int32Array(64);
  size = 0;

  // Marks of the search at hand.
  #mark: Int32Array;
  #round = 0;
  /** The edge by which each node was reached; a fixed one as −1−e. */
  #by: Int32Array;
  #parent: Int32Array;
  #forward: Int32Array;
  #backward: Int32Array;
  #slots: Int32Array;
  /** Nodes that changed their place since they were last asked for. */
  readonly moved: number[] = [];
  #isMoved: Uint8Array;

  constructor(fixed: FixedEdges, order: Int32Array, effort: Effort) {
    const { nodes } = fixed;
    this.fixed = fixed;
    this.#effort = effort;
    this.at = new Int32Array(nodes);
    for (let i = 0; i < nodes; i++) this.at[order[i]!] = i;
    this.#outHead = new Int32Array(nodes).fill(-1);
    this.#inHead = new Int32Array(nodes).fill(-1);
    this.#mark = new Int32Array(nodes);
    this.#by = new Int32Array(nodes);
    this.#parent = new Int32Array(nodes);
    this.#forward = new Int32Array(nodes);
    this.#backward = new Int32Array(nodes);
    this.#slots = new Int32Array(nodes);
    this.#isMoved = new Uint8Array(nodes);
  }

  /**
   * Adds an edge. If it closes a cycle it is not added, and the cycle is left in `cycle`: edges of the path from `to` to
   * `from`, fixed ones as −1−e.
   */
  add(from: number, to: number, label: number, literal: number): boolean {
    if (this.at[from]! >= this.at[to]!) {
      if (!this.#reorder(from, to)) return false;
    }
    const e = this.size++;
    if (e === this.#from.length) this.#grow();
    this.#from[e] = from;
    this.#to[e] = to;
    this.#label[e] = label;
    this.#literal[e] = literal;
    this.#outNext[e] = this.#outHead[from]!;
    this.#outHead[from] = e;
    this.#inNext[e] = this.#inHead[to]!;
    this.#inHead[to] = e;
    return true;
  }

  /** Takes back the edges that came after the first `size` of them. */
  shrink(size: number): void {
    while (this.size > size) {
      const e = --this.size;
      this.#outHead[this.#from[e]!] = this.#outNext[e]!;
      this.#inHead[this.#to[e]!] = this.#inNext[e]!;
    }
  }

  /** The path that the last edge refused would have closed. */
  cycle: number[] = [];

  literalOf(edge: number): number {
    return edge < 0 ? -1 : this.#literal[edge]!;
  }
  labelOf(edge: number): number {
    return edge < 0 ? this.fixed.outLabel[-1 - edge]! : this.#label[edge]!;
  }
  toOf(edge: number): number {
    return edge < 0 ? this.fixed.outTo[-1 - edge]! : this.#to[edge]!;
  }

  #reorder(from: number, to: number): boolean {
    const { fixed, at } = this;
    const { outFirst, outTo, inFirst, inFrom } = fixed;
    const high = at[from]!;
    const low = at[to]!;
    const mark = this.#mark;
    const forward = this.#forward;
    const by = this.#by;
    const parent = this.#parent;
    const round = ++this.#round;
    let count = 0;
    forward[count++] = to;
    mark[to] = round;
    if (to === from) {
      this.cycle = [];
      return false;
    }
    let work = 0;
    for (let i = 0; i < count; i++) {
      const node = forward[i]!;
      for (let e = outFirst[node]!; e < outFirst[node + 1]!; e++) {
        work++;
        const next = outTo[e]!;
        if (mark[next] === round || at[next]! > high) continue;
        mark[next] = round;
        by[next] = -1 - e;
        parent[next] = node;
        if (next === from) return this.#close(to, from, work);
        forward[count++] = next;
      }
      for (let e = this.#outHead[node]!; e >= 0; e = this.#outNext[e]!) {
        work++;
        const next = this.#to[e]!;
        if (mark[next] === round || at[next]! > high) continue;
        mark[next] = round;
        by[next] = e;
        parent[next] = node;
        if (next === from) return this.#close(to, from, work);
        forward[count++] = next;
      }
    }
    const back = ++this.#round;
    const backward = this.#backward;
    let behind = 0;
    backward[behind++] = from;
    mark[from] = back;
    for (let i = 0; i < behind; i++) {
      const node = backward[i]!;
      for (let e = inFirst[node]!; e < inFirst[node + 1]!; e++) {
        work++;
        const before = inFrom[e]!;
        if (mark[before] === back || at[before]! < low) continue;
        mark[before] = back;
        backward[behind++] = before;
      }
      for (let e = this.#inHead[node]!; e >= 0; e = this.#inNext[e]!) {
        work++;
        const before = this.#from[e]!;
        if (mark[before] === back || at[before]! < low) continue;
        mark[before] = back;
        backward[behind++] = before;
      }
    }
    this.#effort.left -= work;
    // All that comes before `from` keeps its order and goes before all that comes after `to`, in the places they had.
    const byPlace = (a: number, b: number): number => at[a]! - at[b]!;
    const earlier = backward.subarray(0, behind).toSorted(byPlace);
    const later = forward.subarray(0, count).toSorted(byPlace);
    const slots = this.#slots.subarray(0, behind + count);
    for (let i = 0; i < behind; i++) slots[i] = at[earlier[i]!]!;
    for (let i = 0; i < count; i++) slots[behind + i] = at[later[i]!]!;
    slots.sort();
    for (let i = 0; i < behind; i++) this.#move(earlier[i]!, slots[i]!);
    for (let i = 0; i < count; i++) this.#move(later[i]!, slots[behind + i]!);
    return true;
  }

  /** Puts all nodes in the order of their times, as far as the edges that there are allow. */
  rearrange(time: Float64Array): void {
    const { nodes, count, inFirst, outFirst, outTo } = this.fixed;
    this.#effort.left -= nodes + count;
    const waiting = this.#slots;
    for (let n = 0; n < nodes; n++) {
      let before = inFirst[n + 1]! - inFirst[n]!;
      for (let e = this.#inHead[n]!; e >= 0; e = this.#inNext[e]!) before++;
      waiting[n] = before;
    }
    const heap = new NodeHeap(time);
    for (let n = 0; n < nodes; n++) if (waiting[n] === 0) heap.push(n);
    for (let place = 0; place < nodes; place++) {
      const node = heap.pop();
      if (this.at[node] !== place) this.#move(node, place);
      for (let e = outFirst[node]!; e < outFirst[node + 1]!; e++)
        if (--waiting[outTo[e]!]! === 0) heap.push(outTo[e]!);
      for (let e = this.#outHead[node]!; e >= 0; e = this.#outNext[e]!)
        if (--waiting[this.#to[e]!]! === 0) heap.push(this.#to[e]!);
    }
  }

  #move(node: number, place: number): void {
    this.at[node] = place;
    if (this.#isMoved[node] === 1) return;
    this.#isMoved[node] = 1;
    this.moved.push(node);
  }

  /** Those that moved since the last call. */
  takeMoved(): number[] {
    const nodes = this.moved.splice(0);
    for (const node of nodes) this.#isMoved[node] = 0;
    return nodes;
  }

  #close(to: number, from: number, work: number): false {
    this.#effort.left -= work;
    this.cycle = [];
    for (let node = from; node !== to; node = this.#parent[node]!) this.cycle.push(this.#by[node]!);
    this.cycle.reverse();
    return false;
  }

  /**
   * Calls `visit` with the edges out of a node that came, and those that are fixed.
   */
  eachOut(node: number, visit: (to: number, edge: number) => void): void {
    const { outFirst, outTo } = this.fixed;
    for (let e = outFirst[node]!; e < outFirst[node + 1]!; e++) visit(outTo[e]!, -1 - e);
    for (let e = this.#outHead[node]!; e >= 0; e = this.#outNext[e]!) visit(this.#to[e]!, e);
  }

  #grow(): void {
    const size = this.#from.length * 2;
    const grown = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const array = new Int32Array(size);
      array.set(old);
      return array;
    };
    this.#from = grown(this.#from);
    this.#to = grown(this.#to);
    this.#label = grown(this.#label);
    this.#literal = grown(this.#literal);
    this.#outNext = grown(this.#outNext);
    this.#inNext = grown(this.#inNext);
  }
}
