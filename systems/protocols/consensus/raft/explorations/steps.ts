/** Of what explorations of Raft are made, and how they begin. */
import type { JsonObject } from "../../../../../histories/json.ts";
import type { BeginningStep, Exploration, NodeId } from "../../../../contracts/protocol.ts";
import { ask, fire, deliver, lose } from "../../../exploration-steps.ts";

export { ask, deliver, fire, lose };

export const write = { type: "write", key: "x", value: 1 };
export const read = { type: "read", key: "x" };
export const reconfigure = (...members: readonly NodeId[]): JsonObject => ({ type: "reconfigure", members });

/** So many clients of a server ask for a write each. */
export const writers = (node: NodeId, count: number): Exploration["clients"] =>
  Array.from({ length: count }, (_, i) => [ask(node, { type: "write", key: "x", value: i + 1 })]);

/** That so many elections begin, of these servers. */
export function elections(limit: number, nodes: readonly NodeId[]): Pick<Exploration, "timers"> {
  return { timers: { limit, names: ["election"], nodes } };
}

export const asks = (node: NodeId, count: number): BeginningStep[] =>
  Array.from({ length: count }, () => ({ do: "ask", node }));

/** A server stands for election and gets these votes. */
export function elect(candidate: NodeId, ...voters: readonly NodeId[]): BeginningStep[] {
  const round = (question: string, answer: string): BeginningStep[] => [
    ...voters.flatMap((voter) => deliver(candidate, voter, question)),
    ...voters.flatMap((voter) => deliver(voter, candidate, answer)),
  ];
  return [
    ...fire(candidate, "election"),
    ...round("pre-vote", "pre-voted"),
    ...round("request-vote", "voted"),
  ];
}

/** A follower takes in what its leader sent first, and says so. */
export const follow = (leader: NodeId, follower: NodeId): BeginningStep[] => [
  ...deliver(leader, follower, "append"),
  ...deliver(follower, leader, "appended"),
];

/** n1 came to lead by the vote of n2, which has all that it has; n3 knows of nothing. */
export const settled: readonly BeginningStep[] = [
  ...elect("n1", "n2"),
  ...follow("n1", "n2"),
  ...lose("n1", "n3", "pre-vote", "request-vote", "append"),
];
