import type { Relation } from "./relation.ts";

/**
 * The nodes of two relations together, each after all that precede it; `undefined` if there is a cycle. By depth-first search against
 * the edges in the order of numbers: nodes that were numbered by time stay close to it.
 */
export function topologicalOrder(a: Relation, b: Relation): Int32Array | undefined {
  const { nodes } = a;
  const order = new Int32Array(nodes);
  let placed = 0;
  // 0: not seen, 1: on the stack, 2: placed.
  const state = new Uint8Array(nodes);
  const cursor = new Int32Array(nodes);
  const stack = new Int32Array(nodes);
  const { first: firstA, from: fromA } = a;
  const { first: firstB, from: fromB } = b;
  for (let root = 0; root < nodes; root++) {
    if (state[root] !== 0) continue;
    let depth = 0;
    stack[depth++] = root;
    state[root] = 1;
    while (depth > 0) {
      const node = stack[depth - 1]!;
      const startA = firstA[node]!;
      const inA = firstA[node + 1]! - startA;
      const shiftB = firstB[node]! - inA;
      const all = inA + firstB[node + 1]! - firstB[node]!;
      let at = cursor[node]!;
      let before = -1;
      for (; at < all; at++) {
        const from = at < inA ? fromA[startA + at]! : fromB[shiftB + at]!;
        const seen = state[from]!;
        if (seen === 2) continue;
        if (seen === 1) return undefined;
        before = from;
        break;
      }
      if (before >= 0) {
        cursor[node] = at + 1;
        state[before] = 1;
        stack[depth++] = before;
      } else {
        state[node] = 2;
        order[placed++] = node;
        depth--;
      }
    }
  }
  return order;
}

/** Component of each node under two relations together, by Tarjan's algorithm without recursion, and the sizes of the components. */
export function components(a: Relation, b: Relation): { component: Int32Array; sizes: number[] } {
  const { nodes } = a;
  const component = new Int32Array(nodes).fill(-1);
  const sizes: number[] = [];
  const index = new Int32Array(nodes);
  const low = new Int32Array(nodes);
  const cursor = new Int32Array(nodes);
  const stack = new Int32Array(nodes);
  const open = new Int32Array(nodes);
  let opened = 0;
  let counter = 0;
  for (let root = 0; root < nodes; root++) {
    if (index[root] !== 0) continue;
    let depth = 0;
    stack[depth++] = root;
    index[root] = low[root] = ++counter;
    open[opened++] = root;
    while (depth > 0) {
      const node = stack[depth - 1]!;
      const inA = a.first[node + 1]! - a.first[node]!;
      const all = inA + b.first[node + 1]! - b.first[node]!;
      let entered = false;
      while (cursor[node]! < all) {
        const at = cursor[node]!++;
        const from = at < inA ? a.from[a.first[node]! + at]! : b.from[b.first[node]! + at - inA]!;
        if (index[from] === 0) {
          index[from] = low[from] = ++counter;
          open[opened++] = from;
          stack[depth++] = from;
          entered = true;
          break;
        }
        if (component[from]! < 0 && index[from]! < low[node]!) low[node] = index[from]!;
      }
      if (entered) continue;
      depth--;
      if (depth > 0) {
        const above = stack[depth - 1]!;
        if (low[node]! < low[above]!) low[above] = low[node]!;
      }
      if (low[node] !== index[node]) continue;
      let size = 0;
      for (;;) {
        const member = open[--opened]!;
        component[member] = sizes.length;
        size++;
        if (member === node) break;
      }
      sizes.push(size);
    }
  }
  return { component, sizes };
}

/**
 * One edge of a cycle or path: its ends, and why it is there. It is inferred if it is of the second relation and because of a read:
 * not an order of versions that was told.
 */
export interface Step {
  readonly from: number;
  readonly to: number;
  readonly why: number;
  readonly inferred: boolean;
}

/** How many edges are looked at for a shorter cycle. */
const CycleEffort = 4_000_000;

/**
 * A cycle of two relations together: of a smallest component, with as few inferred edges as can be, and then short, unless
 * that would be too much effort.
 */
export function shortCycle(a: Relation, b: Relation): Step[] | undefined {
  const { component, sizes } = components(a, b);
  let smallest = -1;
  for (const [c, size] of sizes.entries())
    if (size > 1 && (smallest < 0 || size < sizes[smallest]!)) smallest = c;
  if (smallest < 0) return undefined;
  let best: Step[] | undefined;
  const effort = { left: CycleEffort };
  for (let node = 0; node < a.nodes; node++) {
    if (component[node] !== smallest) continue;
    const cycle = shortPath(a, b, node, node, effort, component);
    if (cycle !== undefined && (best === undefined || costOf(cycle) < costOf(best))) best = cycle;
    if (effort.left < 0) break;
  }
  return best;
}

function costOf(steps: readonly Step[]): number {
  return steps.length + steps.filter(({ inferred }) => inferred).length * 1e6;
}

/**
 * A path along two relations together, of at least one edge, with as few inferred edges as can be and then short; inside
 * one component if components are given. Breadth first against the edges, once for each number of inferred edges.
 */
export function shortPath(
  a: Relation,
  b: Relation | undefined,
  from: number,
  to: number,
  effort: { left: number } = { left: Infinity },
  component?: Int32Array,
): Step[] | undefined {
  const reached = new Map<number, Step>();
  const meet = (relation: Relation, inferred: boolean, node: number, found: number[]): boolean => {
    for (let e = relation.first[node]!; e < relation.first[node + 1]!; e++) {
      if ((relation === b && relation.why[e]! >= 0) !== inferred) continue;
      const before = relation.from[e]!;
      effort.left--;
      if (component !== undefined && component[before] !== component[to]) continue;
      if (reached.has(before)) continue;
      reached.set(before, { from: before, to: node, why: relation.why[e]!, inferred });
      if (before === from) return true;
      found.push(before);
    }
    return false;
  };
  for (let layer = [to]; layer.length > 0;) {
    // The list grows while it is gone through.
    for (const node of layer)
      if (meet(a, false, node, layer) || (b !== undefined && meet(b, false, node, layer)))
        return pathFrom(reached, from, to);
    const next: number[] = [];
    if (b !== undefined)
      for (const node of layer) if (meet(b, true, node, next)) return pathFrom(reached, from, to);
    layer = next;
  }
  return undefined;
}

function pathFrom(reached: ReadonlyMap<number, Step>, from: number, to: number): Step[] {
  const path: Step[] = [];
  let node = from;
  do {
    const step = reached.get(node)!;
    path.push(step);
    node = step.to;
  } while (node !== to);
  return path;
}
