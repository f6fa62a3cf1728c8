import type { JsonObject } from "../../../../histories/json.ts";
import type { BeginningStep, Exploration, NodeId } from "../../../contracts/protocol.ts";

const write = (node: NodeId, value: number): { node: NodeId; body: JsonObject } => ({
  node,
  body: { type: "write", key: "x", value },
});

/** That instances of these nodes' are asked for again, or taken over, so many times. */
function recoveries(limit: number, nodes: readonly NodeId[]): Pick<Exploration, "timers"> {
  return { timers: { limit, names: ["recover"], nodes } };
}

const ask = (node: NodeId): BeginningStep => ({ do: "ask", node });
const deliver = (from: NodeId, to: NodeId, ...types: readonly string[]): BeginningStep[] =>
  types.map((type) => ({ do: "deliver", from, to, type }));
const recover = (node: NodeId): BeginningStep => ({ do: "fire", node, timer: "recover/n1.1" });

/**
 * n2, which does not know the command, votes to give it up. n3, which knows it, votes for it in a ballot above, which all
 * have joined.
 */
const twoBallots: readonly BeginningStep[] = [
  ask("n1"),
  ...deliver("n1", "n3", "pre-accept"),
  recover("n3"),
  ...deliver("n3", "n2", "prepare"),
  { do: "lose", from: "n3", to: "n1", type: "prepare" },
  recover("n2"),
  ...deliver("n2", "n1", "prepare"),
  ...deliver("n1", "n2", "prepared"),
  ...deliver("n2", "n3", "prepare"),
  recover("n3"),
  ...deliver("n3", "n1", "prepare"),
  ...deliver("n3", "n2", "prepare"),
  ...deliver("n1", "n3", "prepared"),
];

export const epaxosExplorations: readonly Exploration[] = [
  { name: "two-writes", states: 239_055, nodes: 3, clients: [[write("n1", 1)], [write("n2", 2)]] },
  {
    name: "recovery",
    states: 61_215,
    nodes: 3,
    clients: [[write("n1", 1)]],
    ...recoveries(2, ["n2", "n3"]),
    depth: 12,
  },
  {
    name: "recovery-of-two",
    states: 66_690,
    nodes: 3,
    clients: [[write("n1", 1)], [write("n3", 2)]],
    ...recoveries(1, ["n2"]),
    depth: 11,
  },
  {
    name: "restart",
    states: 15_542,
    nodes: 3,
    clients: [[write("n1", 1)], [write("n2", 2)]],
    crashes: { limit: 1, nodes: ["n3"] },
    depth: 10,
  },
  {
    name: "owner-restarts",
    states: 8_685,
    nodes: 3,
    clients: [[write("n1", 1)]],
    ...recoveries(1, ["n1"]),
    crashes: { limit: 1, nodes: ["n1"] },
    symmetric: [["n2", "n3"]],
  },
  {
    name: "three-recoveries",
    states: 140_091,
    nodes: 3,
    beginning: twoBallots,
    clients: [[write("n1", 1)]],
    ...recoveries(4, ["n1", "n2", "n3"]),
    depth: twoBallots.length + 8,
  },
  {
    name: "duplicates",
    states: 227,
    nodes: 3,
    clients: [[write("n1", 1)]],
    duplicates: 1,
    symmetric: [["n2", "n3"]],
  },
];
