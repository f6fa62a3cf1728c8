import type { Graph } from "./graph.ts";

/**
 * The nodes in an order that every edge follows; `undefined` if there is a cycle. A depth-first search from the
 * last node back, so that the order departs from that of the numbers only where edges do. Linear.
 */
export function topologicalOrder({ nodes, first, to }: Graph): Int32Array | undefined {
  const order = new Int32Array(nodes);
  let left = nodes;
  const stack = new Int32Array(nodes);
  // The next edge to follow; `Unseen` before the search came by, `Done` once all that follows a node is in the order.
  const next = new Int32Array(nodes).fill(Unseen);
  for (let root = nodes - 1; root >= 0; root--) {
    if (next[root] !== Unseen) continue;
    let depth = 0;
    stack[0] = root;
    next[root] = first[root]!;
    while (depth >= 0) {
      const a = stack[depth]!;
      const e = next[a]!;
      if (e === first[a + 1]!) {
        next[a] = Done;
        order[--left] = a;
        depth--;
        continue;
      }
      next[a] = e + 1;
      const b = to[e]!;
      const state = next[b]!;
      if (state === Unseen) {
        stack[++depth] = b;
        next[b] = first[b]!;
      } else if (state !== Done) return undefined;
    }
  }
  return order;
}

const Unseen = -1;
const Done = -2;
