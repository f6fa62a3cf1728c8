import { EdgeList, type Edges } from "./graph.ts";

export interface Barriers {
  /** Edges among the nodes and, from number `nodes` on, barriers. */
  readonly edges: Edges;
  readonly barriers: number;
}

/** An `end` of what never ended. */
const Never = 0x7fffffff;

/** The nodes that have an end, by their ends. Linear while events are not much sparser than nodes; else n log n. */
export function byEnd(end: Int32Array, from: number): Int32Array {
  let last = -1;
  let count = 0;
  for (let a = from; a < end.length; a++) {
    if (end[a] === Never) continue;
    count++;
    if (end[a]! > last) last = end[a]!;
  }
  const sorted = new Int32Array(count);
  if (last > 16 * count + 1024) {
    let i = 0;
    for (let a = from; a < end.length; a++) if (end[a] !== Never) sorted[i++] = a;
    return sorted.toSorted((a, b) => end[a]! - end[b]! || a - b);
  }
  const at = new Int32Array(last + 2);
  for (let a = from; a < end.length; a++) if (end[a] !== Never) at[end[a]! + 1]!++;
  for (let e = 0; e <= last; e++) at[e + 1]! += at[e]!;
  for (let a = from; a < end.length; a++) if (end[a] !== Never) sorted[at[end[a]!]!++] = a;
  return sorted;
}

/**
 * Real time, one node before another if it was over when the other began, as a linear number of edges: for each run of
 * ends without a begin between them one barrier, which follows those that ended and the barrier before, and which whatever begins until
 * the next barrier follows. Nodes are those from `from` on, in the order of their begins.
 */
export function barriersOf(begin: Int32Array, end: Int32Array, from: number): Barriers {
  const nodes = begin.length;
  const ended = byEnd(end, from);
  const edges = new EdgeList(3 * (nodes - from) + 1);
  let barriers = 0;
  let next = 0;
  for (let b = from; b < nodes; b++) {
    if (next < ended.length && end[ended[next]!]! < begin[b]!) {
      const barrier = nodes + barriers++;
      if (barrier > nodes) edges.add(barrier - 1, barrier);
      do edges.add(ended[next++]!, barrier);
      while (next < ended.length && end[ended[next]!]! < begin[b]!);
    }
    if (barriers > 0) edges.add(nodes + barriers - 1, b);
  }
  return { edges, barriers };
}
