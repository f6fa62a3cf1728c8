import type { JsonObject } from "../../../../histories/json.ts";
import type { Exploration, NodeId } from "../../../contracts/protocol.ts";

const ask = (node: NodeId, body: JsonObject): { node: NodeId; body: JsonObject } => ({ node, body });
const write = (value: number): JsonObject => ({ type: "write", key: "x", value });

/** That so often the patience of one of these servers is over. */
function searches(limit: number, nodes: readonly NodeId[]): Pick<Exploration, "timers"> {
  return { timers: { limit, names: ["patience"], nodes } };
}

export const zabExplorations: readonly Exploration[] = [
  {
    name: "restart",
    nodes: 3,
    clients: [],
    ...searches(1, ["n3"]),
    crashes: { limit: 1, nodes: ["n2"] },
    states: 2_821,
  },
  {
    name: "joiner",
    nodes: 3,
    clients: [[ask("n3", write(1))], [ask("n3", write(2))]],
    ...searches(1, ["n3"]),
    states: 12_380,
  },
  {
    name: "read",
    nodes: 3,
    clients: [[ask("n3", write(1))], [ask("n1", { type: "read", key: "x" })]],
    ...searches(1, ["n3"]),
    check: { checker: "linearizable", model: "cas-register" },
    states: 9_694,
  },
  {
    name: "two-leaders",
    nodes: 3,
    clients: [],
    ...searches(2, ["n1", "n3"]),
    states: 123_860,
  },
  {
    name: "two-leaders-and-restart",
    nodes: 3,
    clients: [],
    ...searches(2, ["n1", "n3"]),
    crashes: { limit: 1, nodes: ["n2"] },
    depth: 16,
    states: 484_913,
  },
  {
    name: "three-leaders",
    nodes: 3,
    clients: [],
    ...searches(3, ["n1", "n2", "n3"]),
    depth: 19,
    states: 2_408_015,
  },
];
