import type { JsonObject } from "../../../../histories/json.ts";
import type { Exploration } from "../../../contracts/protocol.ts";
import { ask } from "../../exploration-steps.ts";

const propose = (value: number): JsonObject => ({ type: "propose", key: "x", value });

const write = (value: number): JsonObject => ({ type: "write", key: "x", value });
const read: JsonObject = { type: "read", key: "x" };

/** Each proposal takes one ballot, unless the timer of a lost one begins the next. */
export const paxosExplorations: readonly Exploration[] = [
  {
    name: "two-ballots",
    nodes: 3,
    clients: [[ask("n1", propose(1))], [ask("n3", propose(2))]],
    states: 43_312,
  },
  {
    name: "three-ballots",
    nodes: 3,
    clients: [[ask("n1", propose(1))], [ask("n3", propose(2))]],
    timers: { limit: 1, names: ["round"], nodes: ["n1"] },
    depth: 14,
    states: 449_778,
  },
  {
    name: "restart",
    nodes: 3,
    clients: [[ask("n1", propose(1))], [ask("n3", propose(2))]],
    crashes: { limit: 1, nodes: ["n2"] },
    states: 155_693,
  },
  {
    name: "read",
    nodes: 3,
    clients: [[ask("n1", write(1)), ask("n3", read)]],
    check: { checker: "linearizable", model: "register" },
    states: 4_588,
  },
  // Two quorums of four must share a node, too.
  {
    name: "four",
    nodes: 4,
    clients: [[ask("n1", propose(1))], [ask("n4", propose(2))]],
    depth: 8,
    states: 2_060,
  },
  {
    name: "one-proposer",
    nodes: 3,
    clients: [[ask("n1", propose(1))]],
    timers: { limit: 2, names: ["round"], nodes: ["n1"] },
    crashes: { limit: 1, nodes: ["n2", "n3"] },
    symmetric: [["n2", "n3"]],
    states: 29_320,
  },
];
