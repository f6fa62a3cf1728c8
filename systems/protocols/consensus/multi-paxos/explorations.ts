import type { JsonObject } from "../../../../histories/json.ts";
import type { Exploration, NodeId } from "../../../contracts/protocol.ts";

const ask = (node: NodeId, body: JsonObject): { node: NodeId; body: JsonObject } => ({ node, body });
const write = { type: "write", key: "x", value: 1 };
const overwrite = { type: "write", key: "x", value: 2 };
const read = { type: "read", key: "x" };

/** That nodes stand for election so often in all. */
function elections(limit: number, nodes: readonly NodeId[]): Pick<Exploration, "timers"> {
  return { timers: { limit, names: ["election"], nodes } };
}

export const multiPaxosExplorations: readonly Exploration[] = [
  {
    name: "write",
    nodes: 3,
    clients: [[ask("n2", write)]],
    ...elections(1, ["n1"]),
  },
  {
    name: "two-leaders",
    nodes: 3,
    clients: [[ask("n1", write)]],
    ...elections(2, ["n1", "n3"]),
  },
  {
    name: "restart",
    nodes: 3,
    clients: [[ask("n1", write)]],
    ...elections(2, ["n1", "n3"]),
    crashes: { limit: 1, nodes: ["n2"] },
    depth: 11,
  },
  {
    name: "reads",
    nodes: 3,
    clients: [[ask("n3", overwrite)], [ask("n1", read)]],
    ...elections(2, ["n1", "n3"]),
    check: { checker: "linearizable", model: "cas-register" },
    depth: 12,
  },
];
