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
  { name: "two-writes", states: 239_055, nodes: 3, clients: [[write("n1", 1)], [write("n2", 2)]] },
  {
    name: "recovery",
    states: 69_826,
    nodes: 3,
    clients: [[write("n1", 1)]],
    ...recoveries(2, ["n2", "n3"]),
    depth: 12,
  },
  {
    name: "recovery-of-two",
    nodes: 3,
    clients: [[write("n1", 1)], [write("n3", 2)]],
    ...recoveries(1, ["n2"]),
    depth: 11,
  },
  {
    name: "restart",
    nodes: 3,
    clients: [[write("n1", 1)], [write("n2", 2)]],
    crashes: { limit: 1, nodes: ["n3"] },
    depth: 10,
  },
  { name: "duplicates", nodes: 3, clients: [[write("n1", 1)]], duplicates: 1 },
];
