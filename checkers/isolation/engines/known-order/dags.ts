import { componentsOf, type Components } from "../../../graph/components.ts";
import { graphOf, reversedGraphOf, type Edges, type Graph } from "../../../graph/graph.ts";
import type { Dag } from "../../../graph/reachability.ts";
import { priorityOrder } from "../../../graph/priority-order.ts";
import { topologicalOrder } from "../../../graph/topological-order.ts";

/** A graph without cycles in an order that heeds as much as it can of further edges. */
export interface ComponentDag extends Dag {
  /** With the further edges. */
  readonly components: Components;
  /** The graph of some of the edges, in the same order. */
  along(...edges: readonly Edges[]): Dag;
  /** The nodes by component as in `order`, but inside of each by priority, as far as the edges allow. */
  orderBy(priority: Float64Array): Int32Array;
}

/**
 * The graph of some edges, in an order that follows further edges too wherever these close no cycle: by the components that they make,
 * and inside of each by the edges alone. So whatever a further edge leads back to lies within one component, and a path
 * back along the edges does not leave it. `undefined` if the edges alone make a cycle.
 */
export function dagOf(
  nodes: number,
  edges: readonly Edges[],
  further: readonly Edges[],
): ComponentDag | undefined {
  const alone = topologicalOrder(graphOf(nodes, ...edges));
  if (alone === undefined) return undefined;
  const components = componentsOf(graphOf(nodes, ...edges, ...further));
  const { count, of, size } = components;
  const next = new Int32Array(count);
  for (let c = count - 1, at = 0; c >= 0; c--) {
    next[c] = at;
    at += size[c]!;
  }
  const order = new Int32Array(nodes);
  const place = new Int32Array(nodes);
  for (const a of alone) {
    const at = next[of[a]!]!++;
    order[at] = a;
    place[a] = at;
  }
  let reversed: Graph | undefined;
  return {
    order,
    place,
    components,
    orderBy: (priority) => {
      const greatest = priority.reduce((a, b) => Math.max(a, b), 0) + 2;
      const byComponent = priority.map((own, a) => (count - of[a]!) * greatest + own);
      return priorityOrder(graphOf(nodes, ...edges), byComponent);
    },
    along: (...some) => ({ order, place, reversed: reversedGraphOf(nodes, ...some) }),
    /** Made when it is first asked for: where everything is forward, nobody does. */
    get reversed(): Graph {
      return (reversed ??= reversedGraphOf(nodes, ...edges));
    },
  };
}
