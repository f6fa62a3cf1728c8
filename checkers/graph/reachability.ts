import type { Edges, Graph } from "./graph.ts";

/** A graph without cycles, to be asked what reaches what. */
export interface Dag {
  /** Predecessors. */
  readonly reversed: Graph;
  /** Nodes in an order that every edge follows, and the place of each in it. */
  readonly order: Int32Array;
  readonly place: Int32Array;
}

export interface Reached {
  /** Whether `from` of each question reaches its `to`. */
  readonly reached: Uint8Array;
  /** The first question whose answer is yes; −1 if none. */
  readonly first: number;
}

/** Answers one by one give up after so many steps for each node and edge, and all are found together. */
const StepsEach = 24;
/** Numbers in the table of one pass. */
const TableSize = 1 << 25;

/**
 * For each pair of nodes whether the first reaches the second. Pairs come grouped by their second node. With `one`, it is enough to find one that does.
 *
 * First each group is searched backwards, no further than the place of its farthest first node: where the order
 * of places is close to how things happened, little lies between. If that takes too long, the graph is covered by chains, and each node is given
 * the latest node of each chain that reaches it: nodes and edges times chains, whatever is asked. `undefined`: that would take more than `steps`.
 */
export function reaches(dag: Dag, pairs: Edges, one: boolean, steps = 4e10): Reached | undefined {
  const { reversed } = dag;
  return (
    byWindows(dag, pairs, one, StepsEach * (reversed.nodes + reversed.to.length)) ??
    byChains(dag, pairs, one, steps)
  );
}

/** Backwards from each second node. `undefined` after so many steps. */
export function byWindows(
  { reversed, place }: Dag,
  { from, to, count }: Edges,
  one: boolean,
  steps: number,
): Reached | undefined {
  const { first, to: before } = reversed;
  const reached = new Uint8Array(count);
  const seen = new Int32Array(reversed.nodes).fill(-1);
  const open = new Int32Array(reversed.nodes);
  let left = steps;
  let found = -1;
  for (let group = 0, end = 0; group < count; group = end) {
    const target = to[group]!;
    let lowest = place[target]!;
    for (end = group; end < count && to[end] === target; end++)
      if (place[from[end]!]! < lowest) lowest = place[from[end]!]!;
    if (lowest === place[target]) continue;
    let opened = 1;
    open[0] = target;
    seen[target] = group;
    while (opened > 0) {
      const a = open[--opened]!;
      left -= 1 + first[a + 1]! - first[a]!;
      if (left < 0) return undefined;
      for (let e = first[a]!; e < first[a + 1]!; e++) {
        const b = before[e]!;
        if (seen[b] === group || place[b]! < lowest) continue;
        seen[b] = group;
        open[opened++] = b;
      }
    }
    for (let p = group; p < end; p++) {
      if (from[p] === target || seen[from[p]!] !== group) continue;
      reached[p] = 1;
      if (found < 0) found = p;
    }
    if (one && found >= 0) break;
  }
  return { reached, first: found };
}

/** By the latest of each chain. `undefined` if it would take more than so many steps. */
export function byChains(
  { reversed, order, place }: Dag,
  { from, to, count }: Edges,
  one: boolean,
  steps: number,
): Reached | undefined {
  const { nodes, first, to: before } = reversed;
  // Only nodes between the ends of some question matter: of chains and of rows.
  let lowest = nodes;
  let highest = -1;
  for (let p = 0; p < count; p++) {
    if (place[from[p]!]! >= place[to[p]!]!) continue;
    lowest = Math.min(lowest, place[from[p]!]!);
    highest = Math.max(highest, place[to[p]!]!);
  }
  const span = Math.max(0, highest - lowest + 1);
  const chain = new Int32Array(nodes);
  const link = new Int32Array(nodes);
  const last: number[] = [];
  let edges = 0;
  for (let i = lowest; i <= highest; i++) {
    const a = order[i]!;
    chain[a] = -1;
    for (let e = first[a]!; e < first[a + 1]!; e++) {
      const b = before[e]!;
      if (place[b]! < lowest) continue;
      edges++;
      if (chain[a] !== -1 || last[chain[b]!] !== b) continue;
      chain[a] = chain[b]!;
      link[a] = link[b]! + 1;
      last[chain[a]] = a;
    }
    if (chain[a] !== -1) continue;
    chain[a] = last.length;
    link[a] = 1;
    last.push(a);
  }
  if ((span + edges) * last.length > steps) return undefined;
  const width = Math.max(1, Math.min(last.length, Math.floor(TableSize / Math.max(1, span))));
  const latest = new Int32Array(span * width);
  const reached = new Uint8Array(count);
  let found = -1;
  for (let low = 0; low < last.length; low += width) {
    latest.fill(0);
    for (let i = 0; i < span; i++) {
      const a = order[lowest + i]!;
      const row = i * width;
      for (let e = first[a]!; e < first[a + 1]!; e++) {
        const earlier = place[before[e]!]! - lowest;
        if (earlier < 0) continue;
        const other = earlier * width;
        for (let c = 0; c < width; c++)
          if (latest[other + c]! > latest[row + c]!) latest[row + c] = latest[other + c]!;
      }
      const own = chain[a]! - low;
      if (own >= 0 && own < width) latest[row + own] = link[a]!;
    }
    for (let p = 0; p < count; p++) {
      const a = from[p]!;
      if (place[a]! >= place[to[p]!]!) continue;
      const c = chain[a]! - low;
      if (c < 0 || c >= width) continue;
      if (latest[(place[to[p]!]! - lowest) * width + c]! < link[a]!) continue;
      reached[p] = 1;
      if (found < 0 || p < found) found = p;
    }
    if (one && found >= 0) break;
  }
  return { reached, first: found };
}
