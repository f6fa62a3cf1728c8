import type { Edges, Graph } from "../../../graph/graph.ts";
import type { Execution } from "../../decision.ts";
import type { Level } from "../../levels.ts";
import { Initial, type Reading } from "../../reading.ts";
import type { Dependencies, Orders } from "./relations.ts";

/** Sides of a transaction: its snapshot and its commit. */
const Snapshot = 0;
const Commit = 1;

/**
 * Two nodes a transaction a, its snapshot 2a and its commit 2a + 1. What was seen committed before the snapshot of who saw it, what was
 * missed after; two writers of a key do not overlap under snapshot isolation, and under prefix consistency they only commit in order. A
 * barrier of real time comes before snapshots, or for ANSI snapshot isolation, before commits.
 */
export function snapshotGraph(
  orders: Orders,
  { ww, wr, rw }: Dependencies,
  { name, strength }: Level,
): Graph {
  const { nodes } = orders;
  const ansi = name === "ansi-snapshot-isolation" && strength !== "strong";
  const realTime = orders.realTime();
  const size = nodes + (ansi ? realTime.nodes : orders.nodesWith(strength));
  return graphOfSides(size, nodes, [
    { edges: wr, from: Commit, to: Snapshot },
    { edges: rw, from: Snapshot, to: Commit },
    { edges: ww, from: Commit, to: name === "prefix-consistency" ? Commit : Snapshot },
    ...orders.heeded(strength).map((edges) => ({ edges, from: Commit, to: Snapshot })),
    ...(ansi ? [{ edges: realTime.edges, from: Commit, to: Commit }] : []),
  ]);
}

/** Edges of transactions, from one side to another. */
interface Sided {
  readonly edges: Edges;
  readonly from: number;
  readonly to: number;
}

/** The graph of both sides of `nodes` transactions, each snapshot before its commit; numbers from `nodes` on are barriers, which have no sides. */
function graphOfSides(size: number, nodes: number, sets: readonly Sided[]): Graph {
  const first = new Int32Array(size + 1);
  for (let a = 1; a < nodes; a++) first[2 * a + Snapshot + 1] = 1;
  let count = nodes - 1;
  for (const { edges, from: side } of sets) {
    const { from } = edges;
    count += edges.count;
    for (let e = 0; e < edges.count; e++) {
      const a = from[e]!;
      first[(a < nodes ? 2 * a + side : a + nodes) + 1]!++;
    }
  }
  for (let a = 0; a < size; a++) first[a + 1]! += first[a]!;
  const next = first.slice(0, size);
  const into = new Int32Array(count);
  for (let a = 1; a < nodes; a++) into[next[2 * a + Snapshot]!++] = 2 * a + Commit;
  for (const { edges, from: side, to: otherSide } of sets) {
    const { from, to } = edges;
    for (let e = 0; e < edges.count; e++) {
      const a = from[e]!;
      const b = to[e]!;
      into[next[a < nodes ? 2 * a + side : a + nodes]!++] = b < nodes ? 2 * b + otherSide : b + nodes;
    }
  }
  return { nodes: size, first, to: into };
}

/** The transactions in the order of these nodes, some of which are none. */
export function commitsOf(order: Int32Array, nodes: number): Int32Array {
  const commits = new Int32Array(nodes - 1);
  let at = 0;
  for (const a of order) if (a !== Initial && a < nodes) commits[at++] = a;
  return commits;
}

/** Commits in the order of these nodes, each of the state that the one before left. */
export function serialExecution(order: Int32Array, nodes: number): Execution {
  return { commits: commitsOf(order, nodes), snapshots: Int32Array.from({ length: nodes - 1 }, (_, i) => i) };
}

/** Commits and what each one's snapshot holds, from an order of the two sides of each. */
export function executionOfSnapshots(order: Int32Array, nodes: number): Execution {
  const commits = new Int32Array(nodes - 1);
  const snapshots = new Int32Array(nodes - 1);
  const snapshot = new Int32Array(nodes);
  let at = 0;
  for (const side of order) {
    const a = side >>> 1;
    if (side >= 2 * nodes || a === Initial) continue;
    if (side % 2 === Snapshot) snapshot[a] = at;
    else {
      snapshots[at] = snapshot[a]!;
      commits[at++] = a;
    }
  }
  return { commits, snapshots };
}

/** Where each transaction's commit is in an order of both sides. */
export function placesOfCommits(order: Int32Array, nodes: number): Int32Array {
  const place = new Int32Array(nodes);
  order.forEach((side, i) => {
    if (side < 2 * nodes && side % 2 === Commit) place[side >>> 1] = i;
  });
  return place;
}

/** By ends: most systems commit shortly before they answer. Barriers as soon as they can. */
export function priorities({ nodes, end }: Reading, size: number): Float64Array {
  const priority = new Float64Array(size).fill(-1);
  for (let a = 0; a < nodes; a++) priority[a] = end[a]!;
  return priority;
}

/** The same for both sides: snapshots as late as they can, so that writers overlap little. */
export function prioritiesOfSides({ nodes, end }: Reading, size: number): Float64Array {
  const priority = new Float64Array(size).fill(-1);
  for (let a = 0; a < nodes; a++) {
    priority[2 * a + Snapshot] = 2 * end[a]!;
    priority[2 * a + Commit] = 2 * end[a]! - 1;
  }
  return priority;
}
