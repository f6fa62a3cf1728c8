/** What beginnings of Zab are made of. */
import type { BeginningStep, NodeId } from "../../../../contracts/protocol.ts";
import { deliver } from "../../../exploration-steps.ts";

export const tire = (...nodes: readonly NodeId[]): BeginningStep[] =>
  nodes.map((node) => ({ do: "fire", node, timer: "patience" }));
export const ask = (node: NodeId): BeginningStep => ({ do: "ask", node });

/** A conversation: each message, by its type, from one to the other in turn. */
export const talk = (one: NodeId, other: NodeId, ...types: readonly string[]): BeginningStep[] =>
  types.flatMap((type, turn) => (turn % 2 === 0 ? deliver(one, other, type) : deliver(other, one, type)));

/** A leader whom this follower follows gets its epoch accepted, and its history taken over. */
export const establish = (leader: NodeId, follower: NodeId): BeginningStep[] =>
  talk(leader, follower, "newepoch", "ackepoch", "newleader", "ack-ld");

/** From the leader's vote to the broadcast. */
export const lead = (leader: NodeId, follower: NodeId): BeginningStep[] => [
  ...tire(leader),
  ...talk(leader, follower, "vote", "cepoch"),
  ...establish(leader, follower),
  ...deliver(leader, follower, "commit-ld"),
];

/** A leader gives up, and leads the same follower in the next epoch. */
export const leadAgain = (leader: NodeId, follower: NodeId): BeginningStep[] => [
  ...tire(leader, leader, follower),
  ...deliver(leader, follower, "vote"),
  ...deliver(follower, leader, "vote", "cepoch"),
  ...deliver(leader, follower, "vote"),
  ...establish(leader, follower),
  ...deliver(leader, follower, "commit-ld"),
];

/** What is asked of a leader is committed by it and this follower. */
export const commit = (leader: NodeId, follower: NodeId): BeginningStep[] => [
  ask(leader),
  ...talk(leader, follower, "propose", "ack"),
  ...deliver(leader, follower, "commit"),
];
