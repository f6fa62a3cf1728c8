import { NodeHeap } from "../../../graph/node-heap.ts";
import { Initial } from "../../reading.ts";
import { Never } from "../../transactions.ts";
import type { Polygraph } from "./polygraph.ts";

/** When each node may have happened: snapshots when they were invoked, commits when they were complete; helping nodes as soon as they can. */
export function timesOf({ edges, owner, start, reading, rules }: Polygraph): Float64Array {
  const { begin, end } = reading;
  const isSnapshot = rules.layout === "two";
  const time = new Float64Array(edges.nodes);
  for (let n = 0; n < edges.nodes; n++) {
    const of = owner[n]!;
    if (of < 0 || of === Initial) time[n] = -1;
    else if ((isSnapshot && start[of] === n) || end[of] === Never) time[n] = begin[of]!;
    else time[n] = end[of]!;
  }
  return time;
}

/**
 * An order of all nodes that keeps the fixed edges, and otherwise time, which is an excellent guess at what a healthy store did.
 * Fewer nodes than there are: the fixed edges have a cycle.
 */
export function scheduleByTime({ edges }: Polygraph, time: Float64Array): Int32Array {
  const { nodes, outFirst, outTo, inFirst } = edges;
  const order = new Int32Array(nodes);
  const waiting = new Int32Array(nodes);
  const heap = new NodeHeap(time);
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
