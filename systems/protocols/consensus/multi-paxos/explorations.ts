import type { JsonObject } from "../../../../histories/json.ts";
import type { BeginningStep, Exploration, NodeId } from "../../../contracts/protocol.ts";

const ask = (node: NodeId, body: JsonObject): { node: NodeId; body: JsonObject } => ({ node, body });
const write = { type: "write", key: "x", value: 1 };
const overwrite = { type: "write", key: "x", value: 2 };
const read = { type: "read", key: "x" };

/** That nodes stand for election so often in all. */
function elections(limit: number, nodes: readonly NodeId[]): Pick<Exploration, "timers"> {
  return { timers: { limit, names: ["election"], nodes } };
}

const deliver = (from: NodeId, to: NodeId, ...types: readonly string[]): BeginningStep[] =>
  types.map((type) => ({ do: "deliver", from, to, type }));
const lose = (from: NodeId, to: NodeId, ...types: readonly string[]): BeginningStep[] =>
  types.map((type) => ({ do: "lose", from, to, type }));

/** n1 leads by the promise of n2. n3 has heard of nothing. */
const led: readonly BeginningStep[] = [
  { do: "fire", node: "n1", timer: "election" },
  ...deliver("n1", "n2", "prepare"),
  ...deliver("n2", "n1", "promised"),
  ...lose("n1", "n3", "prepare"),
];

/** n1 is asked for a read, and n2 has said that n1 still leads; n1 has not heard that. */
const confirmed: readonly BeginningStep[] = [
  ...led,
  { do: "ask", node: "n1" },
  ...deliver("n1", "n2", "accept"),
  ...lose("n1", "n3", "accept"),
];

export const multiPaxosExplorations: readonly Exploration[] = [
  {
    name: "write",
    nodes: 3,
    states: 46_960,
    clients: [[ask("n2", write)]],
    timers: { limit: 3, names: ["election", "heartbeat"], nodes: ["n1"] },
  },
  {
    name: "two-leaders",
    nodes: 3,
    states: 22_299,
    clients: [[ask("n1", write)]],
    ...elections(2, ["n1", "n3"]),
  },
  {
    name: "restart",
    nodes: 3,
    states: 12_167,
    clients: [[ask("n1", write)]],
    ...elections(2, ["n1", "n3"]),
    crashes: { limit: 1, nodes: ["n2"] },
    depth: 11,
  },
  {
    name: "reads",
    nodes: 3,
    states: 30_527,
    clients: [[ask("n3", overwrite)], [ask("n1", read)]],
    ...elections(2, ["n1", "n3"]),
    check: { checker: "linearizable", model: "cas-register" },
    depth: 12,
  },
  // Whoever hears from a leader keeps to it, so it is a voter itself that leads next.
  {
    name: "voter-leads",
    nodes: 3,
    states: 54_898,
    beginning: led,
    clients: [[ask("n1", write)], [ask("n1", overwrite)], [ask("n2", read)]],
    ...elections(2, ["n1", "n2"]),
    check: { checker: "linearizable", model: "cas-register" },
    depth: led.length + 10,
  },
  {
    name: "reads-of-old-leader",
    nodes: 3,
    states: 20_916,
    beginning: confirmed,
    clients: [[ask("n1", read)], [ask("n1", read)], [ask("n2", overwrite)]],
    ...elections(2, ["n1", "n2"]),
    check: { checker: "linearizable", model: "cas-register" },
    depth: confirmed.length + 10,
  },
];
