import type { Graph } from "./graph.ts";
import { NodeHeap } from "./node-heap.ts";

/**
 * The order that follows every edge in which, whenever there is a choice, the node of the least priority comes next, of equals
 * the lowest. The graph must have no cycle. n log n, by a heap of what may come next.
 */
export function priorityOrder({ nodes, first, to }: Graph, priority: Float64Array): Int32Array {
  const order = new Int32Array(nodes);
  const waiting = new Int32Array(nodes);
  for (const b of to) waiting[b]!++;
  const heap = new NodeHeap(priority);
  for (let a = 0; a < nodes; a++) if (waiting[a] === 0) heap.push(a);
  for (let i = 0; i < nodes; i++) {
    const a = heap.pop();
    order[i] = a;
    for (let e = first[a]!; e < first[a + 1]!; e++) if (--waiting[to[e]!]! === 0) heap.push(to[e]!);
  }
  return order;
}

/** Where each node is in an order. */
export function placesOf(order: Int32Array): Int32Array {
  const place = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) place[order[i]!] = i;
  return place;
}
