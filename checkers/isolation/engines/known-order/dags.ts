import type { Components } from "../../../graph/components.ts";
import { graphOf, reversedGraphOf, type Edges, type Graph } from "../../../graph/graph.ts";
import type { Dag } from "../../../graph/reachability.ts";
import { priorityOrder } from "../../../graph/priority-order.ts";

/** A graph without cycles in an order that heeds as much as it can of further edges. */
export interface ComponentDag extends Dag {
  /** The graph of some of the edges, in the same order. */
  along(...edges: readonly Edges[]): Dag;
  /** The nodes by component as in `order`, but inside of each by priority, as far as the edges allow. */
  orderBy(priority: Float64Array): Int32Array;
}

/**
 * The graph of some edges, in an order that follows further edges too wherever these close no cycle: by the `components` that they make,
 * and inside of each as `alone`, an order that follows the edges. So whatever a further edge leads back to lies within one component,
 * and a path back along the edges does not leave it.
 */
export function dagOf(edges: readonly Edges[], alone: Int32Array, components: Components): ComponentDag {
  const nodes = alone.length;
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
