import type { Graph } from "./graph.ts";

/**
 * Strongly connected components. Those that others lead to have the lower numbers: an edge from component c to another, d,
 * has c > d.
 */
export interface Components {
  readonly count: number;
  /** Component of each node. */
  readonly of: Int32Array;
  /** Number of nodes of each component. */
  readonly size: Int32Array;
}

/** Tarjan's algorithm (1972), without recursion. Linear. */
export function componentsOf({ nodes, first, to }: Graph): Components {
  const of = new Int32Array(nodes).fill(None);
  // Place of each node in the search, and the lowest place on the stack that is known to be reached from it.
  const place = new Int32Array(nodes).fill(None);
  const low = new Int32Array(nodes);
  const next = new Int32Array(nodes);
  const path = new Int32Array(nodes);
  const open = new Int32Array(nodes);
  const sizes: number[] = [];
  let opened = 0;
  let places = 0;
  for (let root = nodes - 1; root >= 0; root--) {
    if (place[root] !== None) continue;
    let depth = 0;
    path[0] = root;
    place[root] = low[root] = places++;
    next[root] = first[root]!;
    open[opened++] = root;
    while (depth >= 0) {
      const a = path[depth]!;
      const e = next[a]!;
      if (e < first[a + 1]!) {
        next[a] = e + 1;
        const b = to[e]!;
        if (place[b] === None) {
          path[++depth] = b;
          place[b] = low[b] = places++;
          next[b] = first[b]!;
          open[opened++] = b;
        } else if (of[b] === None && place[b]! < low[a]!) low[a] = place[b]!;
        continue;
      }
      if (low[a] === place[a]) {
        let size = 0;
        let b: number;
        do {
          b = open[--opened]!;
          of[b] = sizes.length;
          size++;
        } while (b !== a);
        sizes.push(size);
      }
      depth--;
      if (depth >= 0) {
        const parent = path[depth]!;
        if (low[a]! < low[parent]!) low[parent] = low[a]!;
      }
    }
  }
  return { count: sizes.length, of, size: Int32Array.from(sizes) };
}

const None = -1;
