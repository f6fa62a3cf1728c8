import type { JsonObject } from "../../../../histories/json.ts";
import type { Exploration, NodeId } from "../../../contracts/protocol.ts";

const write = (node: NodeId, value: number): { node: NodeId; body: JsonObject } => ({
  node,
  body: { type: "write", key: "x", value },
});

/** That instances of these nodes' are asked for again, or taken over, so many times. */
function recoveries(limit: number, nodes: readonly NodeId[]): Pick<Exploration, "timers"> {
  return { timers: { limit, names: ["recover"], nodes } };
}

export const epaxosExplorations: readonly Exploration[] = [
  { name: "two-writes", states: 234_745, nodes: 3, clients: [[write("n1", 1)], [write("n2", 2)]] },
  {
    name: "recovery",
    states: 70_308,
    nodes: 3,
    clients: [[write("n1", 1)]],
    ...recoveries(2, ["n2", "n3"]),
    depth: 12,
  },
  {
    name: "recovery-of-two",
    states: 76_228,
    nodes: 3,
    clients: [[write("n1", 1)], [write("n3", 2)]],
    ...recoveries(1, ["n2"]),
    depth: 11,
  },
  {
    name: "restart",
    states: 16_664,
    nodes: 3,
    clients: [[write("n1", 1)], [write("n2", 2)]],
    crashes: { limit: 1, nodes: ["n3"] },
    depth: 10,
  },
  { name: "duplicates", states: 197, nodes: 3, clients: [[write("n1", 1)]], duplicates: 1 },
];
