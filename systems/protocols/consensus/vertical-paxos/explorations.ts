import type { JsonObject } from "../../../../histories/json.ts";
import type { BeginningStep, Exploration, NodeId } from "../../../contracts/protocol.ts";

const ask = (node: NodeId, body: JsonObject): { node: NodeId; body: JsonObject } => ({ node, body });
const write = (value: number): JsonObject => ({ type: "write", key: "x", value });
const deliver = (from: NodeId, to: NodeId, type: string): BeginningStep => ({
  do: "deliver",
  from,
  to,
  type,
});

/** A node begins a ballot of its own and another's, with what it has itself, and asks the master to let it follow. */
function begin(leader: NodeId, member: NodeId): BeginningStep[] {
  return [
    { do: "fire", node: leader, timer: "election" },
    deliver(leader, member, "probe"),
    deliver(member, leader, "here"),
    deliver(leader, leader, "prepare"),
    deliver(leader, leader, "promised"),
    deliver(leader, member, "transfer"),
    deliver(member, leader, "transferred"),
  ];
}

/** The master lets n1's ballot follow the first one, and n3 asks for the same. */
const twoBallots: readonly BeginningStep[] = [
  ...begin("n1", "n2"),
  ...begin("n3", "n2"),
  ...["n1", "n1"].flatMap((leader) => [deliver(leader, "n2", "master"), deliver("n2", leader, "master")]),
];

function elections(limit: number, nodes: readonly NodeId[]): Pick<Exploration, "timers"> {
  return { timers: { limit, names: ["election"], nodes } };
}

export const verticalPaxosExplorations: readonly Exploration[] = [
  {
    name: "one-ballot",
    nodes: 2,
    clients: [[ask("n1", write(1))]],
    ...elections(1, ["n1"]),
    states: 94,
  },
  {
    name: "restart",
    nodes: 2,
    clients: [[ask("n1", write(1))]],
    ...elections(1, ["n1"]),
    crashes: { limit: 1, nodes: ["n2"] },
    states: 410,
  },
  {
    name: "two-ballots",
    nodes: 3,
    beginning: twoBallots,
    clients: [[ask("n1", write(1))], [ask("n3", write(2))]],
    ...elections(2, ["n1", "n3"]),
    depth: twoBallots.length + 6,
    states: 14_890,
  },
];
