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

/** What an edge is on a path: inside a transaction, of data, or a step of an order, whose runs are one edge in the end. */
export type StepKind = "inner" | "data" | "session" | "real-time";
export type KindOfStep = (why: number) => StepKind;

/** How many edges are looked at for a shorter cycle. */
const CycleEffort = 4_000_000;
/** An inferred edge counts as many others: what is known says more. */
const Inferred = 1000;

/**
 * A cycle of two relations together: of a smallest component, with as few inferred edges as can be, and then short, unless that would be
 * too much effort.
 */
export function shortCycle(a: Relation, b: Relation, kindOf: KindOfStep): Step[] | undefined {
  const { component, sizes } = components(a, b);
  let smallest = -1;
  for (const [c, size] of sizes.entries())
    if (size > 1 && (smallest < 0 || size < sizes[smallest]!)) smallest = c;
  if (smallest < 0) return undefined;
  let best: Path | undefined;
  const effort = { left: CycleEffort };
  for (let node = 0; node < a.nodes; node++) {
    if (component[node] !== smallest) continue;
    const path = shortPath(a, b, node, node, kindOf, { effort, component, limit: best?.cost ?? Infinity });
    if (path !== undefined) best = path;
    if (effort.left < 0 && best !== undefined) break;
  }
  return best?.steps;
}

export interface Path {
  readonly steps: Step[];
  readonly cost: number;
}

export interface PathOptions {
  readonly effort?: { left: number };
  /** Keeps the path inside one component. */
  readonly component?: Int32Array;
  /** The path must cost less than this. */
  readonly limit?: number;
}

const runs: Readonly<Record<StepKind, number>> = { inner: -1, data: 0, session: 1, "real-time": 2 };

/**
 * A path along two relations together, of at least one edge, with as few inferred edges as can be, and then of as few edges as can be, where a
 * run of one order counts as one. Against the edges, in layers of equal cost.
 */
export function shortPath(
  a: Relation,
  b: Relation | undefined,
  from: number,
  to: number,
  kindOf: KindOfStep,
  { effort = { left: Infinity }, component, limit = Infinity }: PathOptions = {},
): Path | undefined {
  // A state is a node and the run that goes on there: three times the node, and the run.
  const reached = new Map<number, { readonly step: Step; readonly after: number; readonly cost: number }>();
  const settled = new Set<number>();
  const layers: (number[] | undefined)[] = [[to * 3]];
  const offer = (relation: Relation, e: number, state: number, cost: number): void => {
    const before = relation.from[e]!;
    effort.left--;
    if (component !== undefined && component[before] !== component[to]) return;
    const why = relation.why[e]!;
    const inferred = relation === b && why >= 0;
    const kind = inferred ? 0 : runs[kindOf(why)];
    const run = state % 3;
    const step = inferred ? Inferred : kind < 0 || (kind > 0 && kind === run) ? 0 : 1;
    const next = before * 3 + (kind < 0 ? run : kind);
    const total = cost + step;
    const known = reached.get(next);
    if (total >= limit || (known !== undefined && known.cost <= total)) return;
    const node = (state - run) / 3;
    reached.set(next, { step: { from: before, to: node, why, inferred }, after: state, cost: total });
    (layers[total] ??= []).push(next);
  };
  for (let cost = 0; cost < layers.length; cost++) {
    const layer = layers[cost];
    if (layer === undefined) continue;
    // The list grows while it is gone through.
    for (const state of layer) {
      const start = cost === 0 && state === to * 3 && settled.size === 0;
      const node = Math.floor(state / 3);
      if (settled.has(state) || (!start && reached.get(state)!.cost !== cost)) continue;
      if (!start && node === from) return { steps: stepsFrom(reached, state, to), cost };
      if (!start || to !== from) settled.add(state);
      else settled.add(-1);
      for (let e = a.first[node]!; e < a.first[node + 1]!; e++) offer(a, e, state, cost);
      if (b !== undefined) for (let e = b.first[node]!; e < b.first[node + 1]!; e++) offer(b, e, state, cost);
    }
    layers[cost] = undefined;
  }
  return undefined;
}

function stepsFrom(
  reached: ReadonlyMap<number, { readonly step: Step; readonly after: number }>,
  start: number,
  to: number,
): Step[] {
  const steps: Step[] = [];
  let state = start;
  do {
    const { step, after } = reached.get(state)!;
    steps.push(step);
    state = after;
  } while (Math.floor(state / 3) !== to || steps.at(-1)!.to !== to);
  return steps;
}
