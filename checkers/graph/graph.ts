/** Edges as two columns. Those from `count` on are room that was not needed. */
export interface Edges {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly count: number;
}

/** A directed graph: the successors of node a are `to[first[a]]` to `to[first[a + 1]]`, in the order in which the edges were given. */
export interface Graph {
  readonly nodes: number;
  readonly first: Int32Array;
  readonly to: Int32Array;
}

/** Edges as they are found, in columns that grow. */
export class EdgeList implements Edges {
  from: Int32Array;
  to: Int32Array;
  count = 0;

  constructor(room = 16) {
    this.from = new Int32Array(room);
    this.to = new Int32Array(room);
  }

  add(from: number, to: number): void {
    if (this.count === this.from.length) this.#grow();
    this.from[this.count] = from;
    this.to[this.count++] = to;
  }

  #grow(): void {
    const room = Math.max(16, 2 * this.count);
    const from = new Int32Array(room);
    const to = new Int32Array(room);
    from.set(this.from);
    to.set(this.to);
    this.from = from;
    this.to = to;
  }
}

/** The graph of several sets of edges together. Linear. */
export function graphOf(nodes: number, ...sets: readonly Edges[]): Graph {
  return bySource(
    nodes,
    sets.map(({ from, to, count }) => ({ from, to, count })),
  );
}

/** The same with every edge turned round: predecessors instead of successors. */
export function reversedGraphOf(nodes: number, ...sets: readonly Edges[]): Graph {
  return bySource(
    nodes,
    sets.map(({ from, to, count }) => ({ from: to, to: from, count })),
  );
}

function bySource(nodes: number, sets: readonly Edges[]): Graph {
  const first = new Int32Array(nodes + 1);
  let edges = 0;
  for (const { from, count } of sets) {
    edges += count;
    for (let e = 0; e < count; e++) first[from[e]! + 1]!++;
  }
  for (let a = 0; a < nodes; a++) first[a + 1]! += first[a]!;
  const to = new Int32Array(edges);
  const next = first.slice(0, nodes);
  for (const { from, to: target, count } of sets)
    for (let e = 0; e < count; e++) to[next[from[e]!]!++] = target[e]!;
  return { nodes, first, to };
}
