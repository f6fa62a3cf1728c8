import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { Random } from "../../workloads/random.ts";

/** Who sends: a node, or the clients, who count as one place. */
export type Source = NodeId | "clients";

/** One direction between two places: what `from` sends to `to`. */
export interface Link {
  readonly from: Source;
  readonly to: Source;
}

/**
 * A grudge: the links on which nothing gets through. Directed, so that one-way cuts are grudges too.
 * The same shapes serve real networks and simulated ones.
 */
export type Grudge = readonly Link[];

export const partitionShapes = [
  "isolate-one",
  "halves",
  "majority-minority",
  "bridge",
  "majorities-ring",
  "one-way",
  "random",
] as const;
export type PartitionShape = (typeof partitionShapes)[number];

/** Both directions between every node of `left` and every node of `right`. */
export function between(left: readonly Source[], right: readonly Source[]): Grudge {
  return left.flatMap((a) =>
    right.flatMap((b) => [
      { from: a, to: b },
      { from: b, to: a },
    ]),
  );
}

/** Cuts every link between different groups. */
export function components(groups: readonly (readonly NodeId[])[]): Grudge {
  return groups.flatMap((group, i) => groups.slice(i + 1).flatMap((other) => between(group, other)));
}

/** One node against all others. */
export function isolate(node: NodeId, nodes: readonly NodeId[]): Grudge {
  return components([[node], nodes.filter((other) => other !== node)]);
}

/** Two halves that know each other only through one node in the middle, which sees everybody. */
export function bridge(nodes: readonly NodeId[]): Grudge {
  const middle = Math.floor(nodes.length / 2);
  return components([nodes.slice(0, middle), nodes.slice(middle + 1)]);
}

/**
 * A ring in which every node sees a majority, but no two nodes the same one (from five nodes on; with
 * fewer a ring of majorities is the whole network or a line). Node i keeps its ⌊n/2⌋ nearest neighbours.
 */
export function majoritiesRing(nodes: readonly NodeId[]): Grudge {
  const n = nodes.length;
  // A majority counts the node itself; each neighbour kept on one side is kept on the other as well.
  const reach = Math.ceil(Math.floor(n / 2) / 2);
  return nodes.flatMap((from, i) =>
    nodes
      .filter((_, j) => {
        const distance = Math.min((i - j + n) % n, (j - i + n) % n);
        return distance > reach;
      })
      .map((to) => ({ from, to })),
  );
}

/** The grudge of a shape over nodes in random order. */
export function grudgeFor(shape: PartitionShape, nodes: readonly NodeId[], random: Random): Grudge {
  const order = random.shuffle(nodes);
  const minority = Math.max(1, Math.floor((nodes.length - 1) / 2));
  switch (shape) {
    case "isolate-one":
      return isolate(first(order), nodes);
    case "halves":
      return components([
        order.slice(0, Math.floor(order.length / 2)),
        order.slice(Math.floor(order.length / 2)),
      ]);
    case "majority-minority":
      return components([order.slice(0, minority), order.slice(minority)]);
    case "bridge":
      return bridge(order);
    case "majorities-ring":
      return majoritiesRing(order);
    case "one-way": {
      const deaf = order.slice(0, minority);
      const others = order.slice(minority);
      // Either the minority does not hear the others, or the others do not hear it.
      return random.int(2) === 0
        ? others.flatMap((from) => deaf.map((to) => ({ from, to })))
        : deaf.flatMap((from) => others.map((to) => ({ from, to })));
    }
    case "random":
      return order.flatMap((from) =>
        order.filter((to) => to !== from && random.int(3) === 0).map((to) => ({ from, to })),
      );
  }
}

function first(nodes: readonly NodeId[]): NodeId {
  const [node] = nodes;
  if (node === undefined) throw new Error("a grudge needs nodes");
  return node;
}
