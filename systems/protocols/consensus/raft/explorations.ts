import type { JsonObject } from "../../../../histories/json.ts";
import type { Exploration, NodeId } from "../../../contracts/protocol.ts";

const ask = (node: NodeId, body: JsonObject): { node: NodeId; body: JsonObject } => ({ node, body });
const write = { type: "write", key: "x", value: 1 };
const read = { type: "read", key: "x" };

/** That so many elections begin, of these servers. */
function elections(limit: number, nodes: readonly NodeId[]): Pick<Exploration, "timers"> {
  return { timers: { limit, names: ["election"], nodes } };
}

export const raftExplorations: readonly Exploration[] = [
  {
    name: "elections",
    nodes: 3,
    clients: [],
    ...elections(2, ["n1", "n3"]),
    states: 841_893,
  },
  {
    name: "restart",
    nodes: 3,
    clients: [],
    ...elections(2, ["n1", "n3"]),
    crashes: { limit: 1, nodes: ["n2"] },
    depth: 10,
    states: 36_430,
  },
  {
    name: "three-elections",
    nodes: 3,
    clients: [],
    ...elections(3, ["n1", "n3"]),
    depth: 12,
    states: 302_743,
  },
  {
    name: "duplicates",
    nodes: 3,
    clients: [[ask("n1", write)]],
    ...elections(2, ["n1", "n2"]),
    duplicates: 1,
    depth: 12,
    states: 825_450,
  },
  {
    name: "reads",
    nodes: 3,
    clients: [[ask("n3", write)], [ask("n1", read)]],
    ...elections(2, ["n1", "n3"]),
    check: { checker: "linearizable", model: "cas-register" },
    depth: 12,
    states: 184_227,
  },
  {
    name: "read-of-old-leader",
    nodes: 3,
    clients: [[ask("n1", read)]],
    ...elections(2, ["n1", "n2"]),
    depth: 12,
    states: 111_393,
  },
  {
    name: "membership",
    nodes: 3,
    clients: [[ask("n1", { type: "reconfigure", members: ["n1"] })]],
    ...elections(2, ["n1", "n2"]),
    depth: 14,
    states: 257_604,
  },
  {
    name: "write",
    nodes: 3,
    clients: [[ask("n2", write)]],
    ...elections(1, ["n1"]),
    states: 5_280,
  },
];
