import type { Graph } from "./graph.ts";

/**
 * The order that follows every edge in which, whenever there is a choice, the node of the least priority comes next, of equals
 * the lowest. The graph must have no cycle. n log n, by a heap of what may come next.
 */
export function priorityOrder({ nodes, first, to }: Graph, priority: Float64Array): Int32Array {
  const order = new Int32Array(nodes);
  const waiting = new Int32Array(nodes);
  for (const b of to) waiting[b]!++;
  const heap = new Int32Array(nodes);
  let size = 0;
  const isBefore = (a: number, b: number): boolean =>
    priority[a]! < priority[b]! || (priority[a] === priority[b] && a < b);
  const push = (a: number): void => {
    let at = size++;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!isBefore(a, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = a;
  };
  const pop = (): number => {
    const top = heap[0]!;
    const last = heap[--size]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  };
  for (let a = 0; a < nodes; a++) if (waiting[a] === 0) push(a);
  for (let i = 0; i < nodes; i++) {
    const a = pop();
    order[i] = a;
    for (let e = first[a]!; e < first[a + 1]!; e++) if (--waiting[to[e]!]! === 0) push(to[e]!);
  }
  return order;
}

/** Where each node is in an order. */
export function placesOf(order: Int32Array): Int32Array {
  const place = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) place[order[i]!] = i;
  return place;
}
