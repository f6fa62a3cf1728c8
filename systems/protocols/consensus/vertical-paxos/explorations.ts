import type { JsonObject } from "../../../../histories/json.ts";
import type { Exploration, NodeId } from "../../../contracts/protocol.ts";

const ask = (node: NodeId, body: JsonObject): { node: NodeId; body: JsonObject } => ({ node, body });
const write = { type: "write", key: "x", value: 1 };

export const verticalPaxosExplorations: readonly Exploration[] = [
  {
    name: "one-ballot",
    nodes: 2,
    clients: [[ask("n1", write)]],
    timers: { limit: 1, names: ["election"], nodes: ["n1"] },
  },
];
