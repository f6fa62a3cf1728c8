import type { JsonObject } from "../../../../histories/json.ts";
import type { BeginningStep, Exploration, NodeId } from "../../../contracts/protocol.ts";
import { deliver, lose } from "../../exploration-steps.ts";

const write = (node: NodeId, value: number): { node: NodeId; body: JsonObject } => ({
  node,
  body: { type: "write", key: "x", value },
});

const ask = (node: NodeId): BeginningStep => ({ do: "ask", node });

/** A node begins a ballot of its own and another's, and takes over what somebody has. */
function read(leader: NodeId, member: NodeId, source: NodeId): BeginningStep[] {
  return [
    { do: "fire", node: leader, timer: "election" },
    ...deliver(leader, member, "probe"),
    ...deliver(member, leader, "here"),
    ...deliver(leader, source, "prepare"),
    ...deliver(source, leader, "promised"),
  ];
}

/** The member takes it over, too: the master is asked to let the ballot follow. */
function transfer(leader: NodeId, member: NodeId): BeginningStep[] {
  return [...deliver(leader, member, "transfer"), ...deliver(member, leader, "transferred")];
}

function begin(leader: NodeId, member: NodeId): BeginningStep[] {
  return [...read(leader, member, leader), ...transfer(leader, member)];
}

/** The master decides. */
function decide(leader: NodeId, helper: NodeId): BeginningStep[] {
  const round = [...deliver(leader, helper, "master"), ...deliver(helper, leader, "master")];
  return [...round, ...round];
}

/** The master lets n1's ballot follow the first one, and n3 asks for the same. */
const twoBallots: readonly BeginningStep[] = [
  ...begin("n1", "n2"),
  ...begin("n3", "n2"),
  ...decide("n1", "n2"),
];

/** n1's ballot is active. When n2 has told n3 what it has, n1 asks it for one more vote; then n3's ballot follows. */
const lateVote: readonly BeginningStep[] = [
  ...begin("n1", "n2"),
  ...decide("n1", "n2"),
  ask("n1"),
  ...deliver("n1", "n2", "accept"),
  ...deliver("n2", "n1", "accepted"),
  ...read("n3", "n2", "n2"),
  ask("n1"),
  ...deliver("n1", "n2", "accept"),
  ...transfer("n3", "n2"),
  ...decide("n3", "n2"),
  ask("n3"),
];

/** The same, but that n2 restarts after it has told n3. */
const restarted: readonly BeginningStep[] = [
  ...begin("n1", "n2"),
  ...decide("n1", "n2"),
  ask("n1"),
  ...deliver("n1", "n2", "accept"),
  ...deliver("n2", "n1", "accepted"),
  ...read("n3", "n2", "n2"),
  { do: "crash", node: "n2" },
  { do: "start", node: "n2" },
  ask("n1"),
  ...deliver("n1", "n2", "accept"),
  ...transfer("n3", "n2"),
  ...decide("n3", "n2"),
  ask("n3"),
];

/**
 * n1's ballot has something chosen, and n2's follows, of whose acceptors n3 does not know yet that it is complete. Of n3 n1 asks
 * what it has, for a ballot of its own and n2's, which is active then.
 */
const notHeard: readonly BeginningStep[] = [
  ...begin("n1", "n2"),
  ...decide("n1", "n2"),
  ask("n1"),
  ...deliver("n1", "n2", "accept"),
  ...deliver("n2", "n1", "accepted"),
  ...read("n2", "n3", "n2"),
  ...transfer("n2", "n3"),
  ...decide("n2", "n3"),
  ...lose("n2", "n1", "master"),
  ...lose("n2", "n1", "master"),
  ...lose("n1", "n3", "prepare"),
  // It has heard from n2 once; and n2's ballot is above the one that it begins first.
  { do: "fire", node: "n1", timer: "quorum" },
  { do: "fire", node: "n1", timer: "quorum" },
  ...deliver("n1", "n2", "probe"),
  ...deliver("n2", "n1", "here"),
  ...read("n1", "n2", "n3"),
  ...transfer("n1", "n2"),
  ...decide("n1", "n2"),
  ask("n1"),
];

function elections(limit: number, nodes: readonly NodeId[]): Pick<Exploration, "timers"> {
  return { timers: { limit, names: ["election"], nodes } };
}

export const verticalPaxosExplorations: readonly Exploration[] = [
  {
    name: "one-ballot",
    nodes: 2,
    clients: [[write("n1", 1)]],
    ...elections(1, ["n1"]),
    states: 94,
  },
  {
    name: "restart",
    nodes: 2,
    clients: [[write("n1", 1)]],
    ...elections(1, ["n1"]),
    crashes: { limit: 1, nodes: ["n2"] },
    states: 410,
  },
  {
    name: "two-ballots",
    nodes: 3,
    beginning: twoBallots,
    clients: [[write("n1", 1)], [write("n3", 2)]],
    ...elections(2, ["n1", "n3"]),
    depth: twoBallots.length + 6,
    states: 14_890,
  },
  {
    name: "late-vote",
    nodes: 3,
    beginning: lateVote,
    clients: [[write("n1", 1), write("n1", 2)], [write("n3", 3)]],
    ...elections(2, ["n1", "n3"]),
    depth: lateVote.length + 6,
    states: 10_430,
  },
  {
    name: "restarted",
    nodes: 3,
    beginning: restarted,
    clients: [[write("n1", 1), write("n1", 2)], [write("n3", 3)]],
    ...elections(2, ["n1", "n3"]),
    crashes: { limit: 1, nodes: ["n2"] },
    depth: restarted.length + 5,
    states: 4_157,
  },
  {
    name: "not-heard",
    nodes: 3,
    beginning: notHeard,
    clients: [[write("n1", 1), write("n1", 2)]],
    timers: { limit: 5, names: ["election", "quorum"], nodes: ["n1", "n2"] },
    depth: notHeard.length + 4,
    states: 1_939,
  },
  {
    name: "late-read",
    nodes: 3,
    beginning: lateVote,
    clients: [
      [write("n1", 1), write("n1", 2)],
      [write("n3", 3)],
      [{ node: "n1", body: { type: "read", key: "x" } }],
    ],
    ...elections(2, ["n1", "n3"]),
    check: { checker: "linearizable", model: "register" },
    depth: lateVote.length + 6,
    states: 19_182,
  },
];
