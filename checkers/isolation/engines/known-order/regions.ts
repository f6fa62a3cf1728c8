import type { Components } from "../../../graph/components.ts";

/** Where cycles are: groups of nodes, and the groups that each node is of, at most two. */
export interface Regions {
  /** The smallest first, and of the same size that with the lowest node; nodes of each ascending. */
  readonly groups: readonly { readonly number: number; readonly members: Int32Array }[];
  readonly groupOf: Int32Array;
  readonly otherGroupOf: Int32Array;
}

/** The components of more than one node. Nodes of the graph from `nodes` on are no transactions. */
export function regionsOf(components: Components, nodes: number): Regions {
  const own = components.of.subarray(0, nodes);
  return gathered(components, own, own);
}

/** The same for two nodes a transaction: 2a is the snapshot of a and 2a + 1 its commit. */
export function regionsOfSnapshots(components: Components, nodes: number): Regions {
  const snapshot = new Int32Array(nodes);
  const commit = new Int32Array(nodes);
  for (let a = 0; a < nodes; a++) {
    snapshot[a] = components.of[2 * a]!;
    commit[a] = components.of[2 * a + 1]!;
  }
  return gathered(components, snapshot, commit);
}

function gathered({ size }: Components, groupOf: Int32Array, otherGroupOf: Int32Array): Regions {
  const members = new Map<number, number[]>();
  const gather = (group: number, node: number): void => {
    if (size[group]! < 2) return;
    const known = members.get(group);
    if (known === undefined) members.set(group, [node]);
    else known.push(node);
  };
  for (let a = 0; a < groupOf.length; a++) {
    gather(groupOf[a]!, a);
    if (otherGroupOf[a] !== groupOf[a]) gather(otherGroupOf[a]!, a);
  }
  const groups = Array.from(members, ([number, nodesOf]) => ({ number, members: Int32Array.from(nodesOf) }));
  groups.sort((a, b) => a.members.length - b.members.length || a.members[0]! - b.members[0]!);
  return { groups, groupOf, otherGroupOf };
}
