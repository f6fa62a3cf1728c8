import type { JsonObject } from "../../../../histories/json.ts";
import type { BeginningStep, Exploration, NodeId } from "../../../contracts/protocol.ts";

const ask = (node: NodeId, body: JsonObject): { node: NodeId; body: JsonObject } => ({ node, body });
const deliver = (from: NodeId, to: NodeId, ...types: readonly string[]): BeginningStep[] =>
  types.map((type) => ({ do: "deliver", from, to, type }));
const lose = (from: NodeId, to: NodeId, ...types: readonly string[]): BeginningStep[] =>
  types.map((type) => ({ do: "lose", from, to, type }));

/** n1 leads, and holds a lease that it and n2 have granted. Time stands still, so it lasts. */
const leased: readonly BeginningStep[] = [
  { do: "fire", node: "n1", timer: "election" },
  ...deliver("n1", "n2", "prepare"),
  ...deliver("n2", "n1", "promised"),
  ...lose("n1", "n3", "prepare"),
  { do: "fire", node: "n1", timer: "heartbeat" },
  ...deliver("n1", "n2", "accept"),
  ...deliver("n2", "n1", "accepted"),
  ...lose("n1", "n3", "accept"),
];

const requests: Pick<Exploration, "nodes" | "clients" | "check"> = {
  nodes: 3,
  clients: [
    [ask("n1", { type: "read", key: "x" })],
    [ask("n2", { type: "write", key: "x", value: 1 })],
    [ask("n3", { type: "write", key: "x", value: 2 })],
  ],
  check: { checker: "linearizable", model: "cas-register" },
};

export const leasePaxosExplorations: readonly Exploration[] = [
  {
    name: "two-leaders",
    beginning: leased,
    ...requests,
    timers: { limit: 4, names: ["election", "heartbeat"], nodes: ["n1", "n2", "n3"] },
    depth: leased.length + 9,
    states: 32_286,
  },
  {
    name: "restart",
    beginning: leased,
    ...requests,
    timers: { limit: 3, names: ["election", "heartbeat"], nodes: ["n1", "n3"] },
    crashes: { limit: 1, nodes: ["n2"] },
    depth: leased.length + 10,
    states: 39_888,
  },
];
