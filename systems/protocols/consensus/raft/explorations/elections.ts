import type { BeginningStep, Exploration } from "../../../../contracts/protocol.ts";
import { deliver, elect, elections, lose } from "./steps.ts";

/**
 * Figure 8 of the paper with three servers, up to the third election: n1 and then n3 came to lead, and told nobody of
 * the entries with which their terms began.
 */
const figure8: readonly BeginningStep[] = [
  ...elect("n1", "n3"),
  ...lose("n1", "n3", "append"),
  ...lose("n1", "n2", "pre-vote", "request-vote", "append"),
  ...elect("n3", "n2"),
  ...deliver("n3", "n1", "request-vote"),
  ...lose("n3", "n2", "append"),
  ...lose("n3", "n1", "pre-vote", "append"),
];

/** n2 was asked for its vote in term 1, and its answer is on the way. */
const firstVote: readonly BeginningStep[] = [
  { do: "fire", node: "n1", timer: "election" },
  ...deliver("n1", "n2", "pre-vote"),
  ...deliver("n2", "n1", "pre-voted"),
  ...lose("n1", "n3", "pre-vote"),
  ...deliver("n1", "n2", "request-vote"),
];

/**
 * n1 stood in term 1, got the vote of n3, which is on the way, and asks whether it could win term 2: n2 thinks so, and has
 * voted in term 1 for n4, which leads.
 */
const asksAnew: readonly BeginningStep[] = [
  { do: "fire", node: "n1", timer: "election" },
  ...["n2", "n3"].flatMap((voter) => deliver("n1", voter, "pre-vote")),
  ...["n2", "n3"].flatMap((voter) => deliver(voter, "n1", "pre-voted")),
  ...["n4", "n5"].flatMap((other) => lose("n1", other, "pre-vote", "request-vote")),
  ...lose("n1", "n2", "request-vote"),
  ...deliver("n1", "n3", "request-vote"),
  ...elect("n4", "n2", "n5"),
  ...["n1", "n3"].flatMap((other) => lose("n4", other, "pre-vote", "request-vote", "append")),
  ...["n2", "n5"].flatMap((other) => lose("n4", other, "append")),
  { do: "fire", node: "n1", timer: "election" },
  ...["n3", "n4", "n5"].flatMap((other) => lose("n1", other, "pre-vote")),
  ...deliver("n1", "n2", "pre-vote"),
];

/** Who leads, and what of the terms before. */
export const electionExplorations: readonly Exploration[] = [
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
    name: "late-vote",
    nodes: 3,
    beginning: firstVote,
    clients: [],
    ...elections(3, ["n1", "n3"]),
    depth: firstVote.length + 11,
    states: 107_800,
  },
  {
    name: "late-vote-of-five",
    nodes: 5,
    beginning: asksAnew,
    clients: [],
    ...elections(4, ["n1", "n4"]),
    depth: asksAnew.length + 6,
    states: 291,
  },
  {
    name: "restart-of-voters",
    nodes: 3,
    beginning: firstVote,
    clients: [],
    ...elections(2, ["n1", "n3"]),
    crashes: { limit: 1, nodes: ["n1", "n2"] },
    depth: firstVote.length + 9,
    states: 15_965,
  },
  {
    name: "figure-8",
    nodes: 3,
    beginning: figure8,
    clients: [],
    ...elections(5, ["n1", "n2", "n3"]),
    depth: figure8.length + 15,
    states: 312_032,
  },
];
