import { componentsOf } from "../../graph/components.ts";
import { EdgeList, graphOf } from "../../graph/graph.ts";
import type { Edge } from "../decision.ts";

/** Nodes through which the shortest cycle is looked for. */
const startsTried = 32;

/** A graph of edges with their reasons. */
export class EdgeGraph {
  readonly #from: Edge[][];

  constructor(nodes: number) {
    this.#from = Array.from({ length: nodes }, () => []);
  }

  get nodes(): number {
    return this.#from.length;
  }

  /** A node more, which is no transaction. */
  addNode(): number {
    return this.#from.push([]) - 1;
  }

  add(edge: Edge): void {
    this.#from[edge.from]!.push(edge);
  }

  /**
   * A short cycle; `undefined` if there is none. It lies in the smallest set of nodes that all lead to one another, and is the
   * shortest through one of so many of them.
   */
  cycle(): readonly Edge[] | undefined {
    const own = this.#from.find((edges, node) => edges.some(({ to }) => to === node));
    if (own !== undefined) return [own.find(({ from, to }) => from === to)!];
    const { component, members } = this.#components();
    let shortest: readonly Edge[] | undefined;
    for (const node of members.slice(0, startsTried)) {
      const found = this.path(node, node, ({ to }) => component[to] === component[node]);
      if (found !== undefined && (shortest === undefined || found.length < shortest.length)) shortest = found;
      if (shortest?.length === 2) break;
    }
    return shortest;
  }

  /** The component of each node, and the nodes of the smallest one that has several. */
  #components(): { readonly component: Int32Array; readonly members: readonly number[] } {
    const edges = new EdgeList();
    for (const from of this.#from) for (const edge of from) edges.add(edge.from, edge.to);
    const { of: component, count, size } = componentsOf(graphOf(this.nodes, edges));
    let smallest = -1;
    for (let one = 0; one < count; one++)
      if (size[one]! > 1 && (smallest < 0 || size[one]! < size[smallest]!)) smallest = one;
    const members: number[] = [];
    for (let node = 0; node < this.nodes; node++) if (component[node] === smallest) members.push(node);
    return { component, members };
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

  /** A shortest path of at least one edge, of those that are allowed. */
  path(
    from: number,
    to: number,
    isAllowed: (edge: Edge) => boolean = () => true,
  ): readonly Edge[] | undefined {
    const by = new Map<number, Edge>();
    const queue = [from];
    for (const node of queue)
      for (const edge of this.#from[node]!) {
        if (by.has(edge.to) || !isAllowed(edge)) continue;
        by.set(edge.to, edge);
        if (edge.to === to) {
          const path: Edge[] = [];
          for (
            let at: Edge | undefined = edge;
            at !== undefined;
            at = at.from === from ? undefined : by.get(at.from)
          )
            path.push(at);
          return path.toReversed();
        }
        queue.push(edge.to);
      }
    return undefined;
  }
}
