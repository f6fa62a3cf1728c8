import type { JsonObject } from "../../../../histories/json.ts";
import type { BeginningStep, Exploration, NodeId } from "../../../contracts/protocol.ts";
import { deliver } from "../../exploration-steps.ts";

const propose = (node: NodeId, value: number): { node: NodeId; body: JsonObject } => ({
  node,
  body: { type: "propose", key: "k", value },
});

/** A client asks, and the node has its ballot registered, after so many entries that are on record already. */
function register(leader: NodeId, helper: NodeId, entries = 0): BeginningStep[] {
  return [{ do: "ask", node: leader }, ...decide(leader, helper, entries + 1)];
}

/** The master decides on so many entries. */
function decide(leader: NodeId, helper: NodeId, entries: number): BeginningStep[] {
  const round = [...deliver(leader, helper, "master"), ...deliver(helper, leader, "master")];
  return Array.from({ length: 2 * entries }, () => round).flat();
}

/** n1 has asked the acceptors of its ballot, n1 and n2, to vote; then n3 has registered one of n3 and n1. */
const successor: readonly BeginningStep[] = [...register("n1", "n2"), ...register("n3", "n2", 1)];

/** In n1's ballot its acceptors, n1 and n2, have voted. Then n2 has registered one of n2 and n3, and n3 one of n3 and n1. */
const third: readonly BeginningStep[] = [
  ...register("n1", "n2"),
  ...deliver("n1", "n2", "accept"),
  ...register("n2", "n3", 1),
  ...register("n3", "n2", 2),
];

/** And n1 has told n2 its vote, which n3 is yet to ask for: its own ballot before it has none. */
const readTwice: readonly BeginningStep[] = [
  ...third,
  ...deliver("n2", "n1", "read"),
  ...deliver("n3", "n3", "read"),
  ...deliver("n3", "n3", "told"),
];

/** n1 has not heard that n2 voted, and leads another ballot, in which it has its own vote to go by. */
const again: readonly BeginningStep[] = [
  ...register("n1", "n2"),
  ...deliver("n1", "n2", "accept"),
  { do: "fire", node: "n1", timer: "round/k" },
  { do: "fire", node: "n1", timer: "round/k" },
  ...decide("n1", "n2", 2),
  ...deliver("n1", "n1", "read"),
  ...deliver("n1", "n1", "told"),
];

export const verticalPaxosOneExplorations: readonly Exploration[] = [
  { name: "alone", nodes: 2, clients: [[propose("n1", 1)]], states: 25 },
  {
    name: "restart",
    nodes: 2,
    clients: [[propose("n1", 1)]],
    crashes: { limit: 1, nodes: ["n2"] },
    states: 123,
  },
  {
    name: "two-leaders",
    nodes: 3,
    clients: [[propose("n1", 1)], [propose("n2", 2)]],
    depth: 11,
    states: 44_438,
  },
  {
    name: "successor",
    nodes: 3,
    beginning: successor,
    clients: [[propose("n1", 1)], [propose("n3", 2)]],
    depth: successor.length + 8,
    states: 105_576,
  },
  {
    name: "third",
    nodes: 3,
    beginning: third,
    clients: [[propose("n1", 1)], [propose("n2", 2)], [propose("n3", 3)]],
    depth: third.length + 5,
    states: 77_802,
  },
  {
    name: "read-twice",
    nodes: 3,
    beginning: readTwice,
    clients: [[propose("n1", 1)], [propose("n2", 2)], [propose("n3", 3)]],
    depth: readTwice.length + 5,
    states: 99_139,
  },
  {
    name: "again",
    nodes: 2,
    beginning: again,
    clients: [[propose("n1", 1)]],
    timers: { limit: 2, names: ["round"] },
    depth: again.length + 6,
    states: 207,
  },
];
