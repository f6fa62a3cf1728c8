import type { Edge } from "../decision.ts";

/** A graph of edges with their reasons. */
export class EdgeGraph {
  readonly nodes: number;
  readonly #from: Edge[][];

  constructor(nodes: number) {
    this.nodes = nodes;
    this.#from = Array.from({ length: nodes }, () => []);
  }

  add(edge: Edge): void {
    this.#from[edge.from]!.push(edge);
  }

  /** A cycle, shortest through one of its nodes; `undefined` if there is none. */
  cycle(): readonly Edge[] | undefined {
    const order = this.topologicalOrder();
    if (order.length === this.nodes) return undefined;
    const placed = new Uint8Array(this.nodes);
    for (const node of order) placed[node] = 1;
    let shortest: readonly Edge[] | undefined;
    for (let node = 0; node < this.nodes; node++) {
      if (placed[node] === 1) continue;
      const found = this.path(node, node);
      if (found !== undefined && (shortest === undefined || found.length < shortest.length)) shortest = found;
      if (shortest?.length === 2) break;
    }
    return shortest;
  }

  /** Nodes in an order that all edges go along with; those of cycles and behind them are missing. */
  topologicalOrder(): number[] {
    const waiting = new Int32Array(this.nodes);
    for (const edges of this.#from) for (const { to } of edges) waiting[to]!++;
    const order: number[] = [];
    for (let node = 0; node < this.nodes; node++) if (waiting[node] === 0) order.push(node);
    // The order is its own queue.
    for (const node of order)
      for (const { to } of this.#from[node]!) if (--waiting[to]! === 0) order.push(to);
    return order;
  }

  edgesFrom(node: number): readonly Edge[] {
    return this.#from[node]!;
  }

  /** A shortest path of at least one edge. */
  path(from: number, to: number): readonly Edge[] | undefined {
    const by: (Edge | undefined)[] = Array.from({ length: this.nodes });
    const queue = [from];
    for (const node of queue)
      for (const edge of this.#from[node]!) {
        if (by[edge.to] !== undefined) continue;
        by[edge.to] = edge;
        if (edge.to === to) {
          const path: Edge[] = [];
          for (
            let at: Edge | undefined = edge;
            at !== undefined;
            at = at.from === from ? undefined : by[at.from]
          )
            path.unshift(at);
          return path;
        }
        queue.push(edge.to);
      }
    return undefined;
  }
}
