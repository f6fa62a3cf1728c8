import type { JsonObject } from "../../../../histories/json.ts";
import type { BeginningStep, Exploration, NodeId } from "../../../contracts/protocol.ts";

const ask = (node: NodeId, body: JsonObject): { node: NodeId; body: JsonObject } => ({ node, body });
const write = { type: "write", key: "x", value: 1 };
const read = { type: "read", key: "x" };

/** That so many elections begin, of these servers. */
function elections(limit: number, nodes: readonly NodeId[]): Pick<Exploration, "timers"> {
  return { timers: { limit, names: ["election"], nodes } };
}

const deliver = (from: NodeId, to: NodeId, ...types: readonly string[]): BeginningStep[] =>
  types.map((type) => ({ do: "deliver", from, to, type }));
const lose = (from: NodeId, to: NodeId, ...types: readonly string[]): BeginningStep[] =>
  types.map((type) => ({ do: "lose", from, to, type }));

/** A server stands for election and gets these votes. */
function elect(candidate: NodeId, ...voters: readonly NodeId[]): BeginningStep[] {
  const round = (question: string, answer: string): BeginningStep[] => [
    ...voters.flatMap((voter) => deliver(candidate, voter, question)),
    ...voters.flatMap((voter) => deliver(voter, candidate, answer)),
  ];
  return [
    { do: "fire", node: candidate, timer: "election" },
    ...round("pre-vote", "pre-voted"),
    ...round("request-vote", "voted"),
  ];
}

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

/** n1 came to lead, and told nobody of the entry with which its term began. */
const firstOfFour: readonly BeginningStep[] = [
  ...elect("n1", "n2", "n3"),
  ...lose("n1", "n2", "append"),
  ...lose("n1", "n3", "append"),
  ...lose("n1", "n4", "pre-vote", "request-vote", "append"),
];

/** A follower takes in what its leader sent first, and says so. */
const follow = (leader: NodeId, follower: NodeId): BeginningStep[] => [
  ...deliver(leader, follower, "append"),
  ...deliver(follower, leader, "appended"),
];

/** n2 was asked for its vote in term 1, and its answer is on the way. */
const firstVote: readonly BeginningStep[] = [
  { do: "fire", node: "n1", timer: "election" },
  ...deliver("n1", "n2", "pre-vote"),
  ...deliver("n2", "n1", "pre-voted"),
  ...lose("n1", "n3", "pre-vote"),
  ...deliver("n1", "n2", "request-vote"),
];

/** n1 came to lead by the vote of n2, which has all that it has; n3 knows of nothing. */
const settled: readonly BeginningStep[] = [
  ...elect("n1", "n2"),
  ...follow("n1", "n2"),
  ...lose("n1", "n3", "pre-vote", "request-vote", "append"),
];

/** And then n2 by that of n3, which n1 does not know. */
const succeeded: readonly BeginningStep[] = [
  ...settled,
  ...elect("n2", "n3"),
  ...follow("n2", "n3"),
  ...lose("n2", "n1", "pre-vote", "request-vote", "append"),
];

/** n1 and then n3 came to lead by the vote of n2; what they began their terms with, nobody else has. */
const twoBeginnings: readonly BeginningStep[] = [
  ...elect("n1", "n2"),
  ...lose("n1", "n2", "append"),
  ...deliver("n1", "n3", "request-vote"),
  ...lose("n1", "n3", "pre-vote", "append"),
  ...lose("n3", "n1", "voted"),
  ...elect("n3", "n2"),
  ...lose("n3", "n2", "append"),
  ...lose("n3", "n1", "pre-vote", "request-vote", "append"),
];

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
    states: 257_633,
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
  {
    name: "two-changes",
    nodes: 4,
    beginning: firstOfFour,
    clients: [
      [ask("n1", { type: "reconfigure", members: ["n1", "n2", "n3"] })],
      [ask("n2", { type: "reconfigure", members: ["n2", "n3", "n4"] })],
    ],
    ...elections(3, ["n1", "n2"]),
    depth: firstOfFour.length + 19,
    states: 122_252,
  },
  {
    name: "write",
    nodes: 3,
    clients: [[ask("n2", write)]],
    ...elections(1, ["n1"]),
    states: 5_280,
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
    name: "restart-of-voters",
    nodes: 3,
    beginning: firstVote,
    clients: [],
    ...elections(2, ["n1", "n3"]),
    crashes: { limit: 1, nodes: ["n1", "n2"] },
    depth: firstVote.length + 9,
    states: 15_955,
  },
  {
    name: "two-leaders-serve",
    nodes: 3,
    beginning: succeeded,
    clients: [[ask("n2", write)], [ask("n1", read)]],
    ...elections(2, ["n1", "n2"]),
    check: { checker: "linearizable", model: "cas-register" },
    depth: succeeded.length + 9,
    states: 144,
  },
  {
    name: "question-to-old-leader",
    nodes: 3,
    beginning: twoBeginnings,
    clients: [[ask("n3", read)]],
    ...elections(3, ["n1", "n3"]),
    depth: twoBeginnings.length + 10,
    states: 244,
  },
  {
    name: "change-undone",
    nodes: 3,
    beginning: settled,
    clients: [[ask("n1", { type: "reconfigure", members: ["n1"] })]],
    ...elections(3, ["n1", "n2"]),
    depth: settled.length + 12,
    states: 17_522,
  },
];
