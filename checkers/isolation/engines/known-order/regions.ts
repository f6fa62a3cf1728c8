import { componentsOf } from "../../../graph/components.ts";
import type { Graph } from "../../../graph/graph.ts";

/** Where cycles are: groups of nodes, and the groups that each node is of, at most two. */
export interface Regions {
  /** The smallest first, and of the same size that with the lowest node; nodes of each ascending. */
  readonly groups: readonly { readonly number: number; readonly members: Int32Array }[];
  readonly groupOf: Int32Array;
  readonly otherGroupOf: Int32Array;
}

/** The components of more than one node. Nodes of the graph from `nodes` on are no transactions. */
export function regionsOf(graph: Graph, nodes: number): Regions {
  const { of } = componentsOf(graph);
  const own = of.slice(0, nodes);
  return gathered(nodes, own, own);
}

/** The same for two nodes a transaction: 2a is the snapshot of a and 2a + 1 its commit. */
export function regionsOfSnapshots(graph: Graph, nodes: number): Regions {
  const { of } = componentsOf(graph);
  const snapshot = new Int32Array(nodes);
  const commit = new Int32Array(nodes);
  for (let a = 0; a < nodes; a++) {
    snapshot[a] = of[2 * a]!;
    commit[a] = of[2 * a + 1]!;
  }
  return gathered(nodes, snapshot, commit);
}

function gathered(nodes: number, groupOf: Int32Array, otherGroupOf: Int32Array): Regions {
  const count = new Map<number, number>();
  const eachGroup = (visit: (group: number, node: number) => void): void => {
    for (let a = 0; a < nodes; a++) {
      visit(groupOf[a]!, a);
      if (otherGroupOf[a] !== groupOf[a]) visit(otherGroupOf[a]!, a);
    }
  };
  eachGroup((group) => count.set(group, (count.get(group) ?? 0) + 1));
  const members = new Map<number, number[]>();
  eachGroup((group, node) => {
    if (count.get(group)! < 2) return;
    const known = members.get(group);
    if (known === undefined) members.set(group, [node]);
    else known.push(node);
  });
  const groups = Array.from(members, ([number, nodesOf]) => ({ number, members: Int32Array.from(nodesOf) }));
  groups.sort((a, b) => a.members.length - b.members.length || a.members[0]! - b.members[0]!);
  return { groups, groupOf, otherGroupOf };
}
