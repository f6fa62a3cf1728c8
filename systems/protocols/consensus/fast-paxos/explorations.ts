import type { BeginningStep, Exploration, NodeId } from "../../../contracts/protocol.ts";

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

const deliver = (from: NodeId, to: NodeId, type: string): BeginningStep => ({
  do: "deliver",
  from,
  to,
  type,
});

/** n3 has promises for a round of its own, in which it is free to pick; then n2's client proposes. */
const promised: readonly BeginningStep[] = [
  { do: "ask", node: "n3" },
  { do: "fire", node: "n3", timer: "round/k" },
  ...["n1", "n4"].flatMap((node) => [deliver("n3", node, "prepare"), deliver(node, "n3", "promised")]),
  { do: "ask", node: "n2" },
];

/** Two have voted for values of their own. n2 has a promise for a round of its own, above which is that of n3. */
const split: readonly BeginningStep[] = [
  { do: "ask", node: "n2" },
  { do: "ask", node: "n3" },
  { do: "fire", node: "n2", timer: "round/k" },
  deliver("n2", "n1", "prepare"),
  deliver("n1", "n2", "promised"),
];

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
    name: "promised",
    nodes: 4,
    beginning: promised,
    clients: [[propose("n2", 1)], [propose("n3", 2)]],
    ...rounds(1, ["n3"]),
    depth: promised.length + 8,
    states: 73_406,
  },
  {
    name: "two-rounds",
    nodes: 3,
    beginning: split,
    clients: [[propose("n2", 1)], [propose("n3", 2)]],
    ...rounds(2, ["n2", "n3"]),
    depth: split.length + 8,
    states: 143_597,
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
