import type { JsonObject } from "../../../../histories/json.ts";
import type { Exploration, NodeId } from "../../../contracts/protocol.ts";
import { ask } from "../../exploration-steps.ts";
import { inCircle } from "../epaxos/beginnings.ts";
import {
  covered,
  foundSince,
  givenUpSince,
  othersKnow,
  raisedSince,
  triedByTwo,
  twoAnswers,
} from "./beginnings.ts";

const write = (node: NodeId, value: number, key = "x"): { node: NodeId; body: JsonObject } =>
  ask(node, { type: "write", key, value });

/** On x and y. */
const writeBoth = (node: NodeId, value: number): { node: NodeId; body: JsonObject } => {
  const txn = ["x", "y"].map((key) => ["w", key, value]);
  return ask(node, { type: "txn", txn });
};

/** That instances of these nodes' are asked for again, or taken over, so many times. */
function recoveries(limit: number, nodes: readonly NodeId[]): Pick<Exploration, "timers"> {
  return { timers: { limit, names: ["recover"], nodes } };
}

export const epaxosPublishedExplorations: readonly Exploration[] = [
  { name: "two-writes", states: 1606, nodes: 3, clients: [[write("n1", 1)], [write("n2", 2)]], depth: 8 },
  {
    name: "recovery",
    states: 11809,
    nodes: 3,
    clients: [[write("n1", 1)]],
    ...recoveries(2, ["n2", "n3"]),
    depth: 10,
  },
  {
    name: "restart",
    states: 1552,
    nodes: 3,
    clients: [[write("n1", 1)]],
    ...recoveries(1, ["n3"]),
    crashes: { limit: 1, nodes: ["n2"] },
    depth: 9,
  },
  {
    name: "duplicates",
    states: 227,
    nodes: 3,
    clients: [[write("n1", 1)]],
    duplicates: 1,
    symmetric: [["n2", "n3"]],
  },
  {
    name: "two-answers",
    states: 52,
    nodes: 3,
    beginning: twoAnswers,
    clients: [[write("n1", 1)], [write("n2", 2)]],
    ...recoveries(1, ["n3"]),
    depth: twoAnswers.length + 6,
  },
  {
    name: "tried-by-two",
    states: 1793,
    nodes: 5,
    beginning: triedByTwo,
    clients: [[write("n4", 1)], [write("n1", 2)]],
    ...recoveries(1, ["n2"]),
    depth: triedByTwo.length + 9,
  },
  {
    name: "found-since",
    states: 693,
    nodes: 5,
    beginning: foundSince,
    clients: [[write("n2", 1, "y")], [writeBoth("n1", 2)], [write("n4", 3)]],
    ...recoveries(3, ["n1", "n3", "n5"]),
    depth: foundSince.length + 6,
  },
  {
    name: "covered",
    states: 2253,
    nodes: 5,
    beginning: covered,
    clients: [[write("n1", 1), write("n1", 2), write("n1", 3)]],
    ...recoveries(1, ["n3"]),
    depth: covered.length + 9,
  },
  {
    name: "raised-since",
    states: 273,
    nodes: 5,
    beginning: raisedSince,
    clients: [[write("n5", 1)], [write("n4", 2)], [write("n1", 3)]],
    ...recoveries(1, ["n2"]),
    depth: raisedSince.length + 5,
  },
  {
    name: "given-up-since",
    states: 291,
    nodes: 5,
    beginning: givenUpSince,
    clients: [[writeBoth("n4", 1)], [write("n5", 2, "y")], [write("n1", 3)]],
    ...recoveries(2, ["n2"]),
    crashes: { limit: 1, nodes: ["n4"] },
    depth: givenUpSince.length + 5,
  },
  {
    name: "others-know",
    states: 132,
    nodes: 5,
    beginning: othersKnow,
    clients: [[write("n2", 1)], [write("n5", 2)], [write("n1", 3)]],
    ...recoveries(1, ["n2"]),
    depth: othersKnow.length + 6,
  },
  {
    name: "in-circle",
    states: 433,
    nodes: 3,
    beginning: inCircle,
    clients: [
      [write("n2", 1), ask("n2", { type: "read", key: "x" })],
      [write("n3", 2), write("n1", 3)],
    ],
    check: { checker: "linearizable", model: "register" },
    depth: inCircle.length + 3,
  },
];
