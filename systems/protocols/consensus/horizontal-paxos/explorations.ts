import type { JsonObject } from "../../../../histories/json.ts";
import type { Exploration, NodeId } from "../../../contracts/protocol.ts";

const ask = (node: NodeId, body: JsonObject): { node: NodeId; body: JsonObject } => ({ node, body });
const write = (value: number): JsonObject => ({ type: "write", key: "x", value });
const reconfigure = (...members: NodeId[]): JsonObject => ({ type: "reconfigure", members });

export const horizontalPaxosExplorations: readonly Exploration[] = [
  {
    name: "to-one",
    nodes: 3,
    clients: [[ask("n1", reconfigure("n1")), ask("n1", write(1))]],
    timers: { limit: 2, names: ["election"], nodes: ["n1", "n2"] },
    depth: 10,
  },
  {
    name: "to-another",
    nodes: 3,
    clients: [[ask("n1", reconfigure("n3"))], [ask("n1", write(1))], [ask("n3", write(2))]],
    timers: { limit: 3, names: ["election", "heartbeat"], nodes: ["n1", "n3"] },
    depth: 8,
  },
];
