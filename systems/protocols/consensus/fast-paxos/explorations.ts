import type { Exploration, NodeId } from "../../../contracts/protocol.ts";

const propose = (
  node: NodeId,
  value: number,
): { node: NodeId; body: { type: string; key: string; value: number } } => ({
  node,
  body: { type: "propose", key: "k", value },
});

/** That rounds of these nodes begin, or go on, so many times. */
function rounds(limit: number, nodes: readonly NodeId[]): Pick<Exploration, "timers"> {
  return { timers: { limit, names: ["round"], nodes } };
}

export const fastPaxosExplorations: readonly Exploration[] = [
  {
    name: "three",
    nodes: 3,
    clients: [[propose("n2", 1)], [propose("n3", 2)]],
    states: 116_498,
  },
  {
    name: "collision",
    nodes: 4,
    clients: [[propose("n2", 1)], [propose("n1", 2)]],
    depth: 12,
    states: 77_029,
  },
  {
    name: "collision-of-five",
    nodes: 5,
    clients: [[propose("n2", 1)], [propose("n1", 2)]],
    depth: 11,
    states: 351_992,
  },
  {
    name: "coordinators",
    nodes: 4,
    clients: [[propose("n2", 1)], [propose("n3", 2)]],
    ...rounds(1, ["n3"]),
    depth: 11,
    states: 397_198,
  },
  {
    name: "restart",
    nodes: 3,
    clients: [[propose("n2", 1)], [propose("n3", 2)]],
    ...rounds(1, ["n3"]),
    crashes: { limit: 1, nodes: ["n1"] },
    depth: 10,
    states: 155_016,
  },
];
