/** How explorations of Zab begin, so that what takes many steps is within reach. */
import type { BeginningStep, NodeId } from "../../../contracts/protocol.ts";
import { deliver } from "../../exploration-steps.ts";

const tire = (...nodes: readonly NodeId[]): BeginningStep[] =>
  nodes.map((node) => ({ do: "fire", node, timer: "patience" }));
const ask = (node: NodeId): BeginningStep => ({ do: "ask", node });

/** A conversation: each message, by its type, from one to the other in turn. */
const talk = (one: NodeId, other: NodeId, ...types: readonly string[]): BeginningStep[] =>
  types.flatMap((type, turn) => (turn % 2 === 0 ? deliver(one, other, type) : deliver(other, one, type)));

/** A leader whom this follower follows gets its epoch accepted, and its history taken over. */
const establish = (leader: NodeId, follower: NodeId): BeginningStep[] =>
  talk(leader, follower, "newepoch", "ackepoch", "newleader", "ack-ld");

/** From the leader's vote to the broadcast. */
const lead = (leader: NodeId, follower: NodeId): BeginningStep[] => [
  ...tire(leader),
  ...talk(leader, follower, "vote", "cepoch"),
  ...establish(leader, follower),
  ...deliver(leader, follower, "commit-ld"),
];

/** What is asked of a leader is committed by it and this follower. */
const commit = (leader: NodeId, follower: NodeId): BeginningStep[] => [
  ask(leader),
  ...talk(leader, follower, "propose", "ack"),
  ...deliver(leader, follower, "commit"),
];

/** n2 leads in epoch 1, followed by n1, and n3 knows of nothing. */
const established = lead("n2", "n1");

/**
 * n2 led in epoch 1 and has two transactions that nobody else has. n3 follows n1 now, which has chosen epoch 2; n2 has seen that it
 * has lost its followers, and follows n1, too.
 */
export const betterLatecomer: readonly BeginningStep[] = [
  ...established,
  ask("n2"),
  ask("n2"),
  ...tire("n1"),
  ...deliver("n1", "n3", "vote", "vote"),
  ...deliver("n3", "n1", "vote", "cepoch"),
  ...tire("n2", "n2"),
  ...deliver("n2", "n1", "propose", "propose", "vote"),
  ...deliver("n1", "n2", "vote", "leading"),
  ...deliver("n2", "n1", "vote", "cepoch"),
  ...deliver("n1", "n2", "leading"),
  ...deliver("n1", "n3", "vote"),
];

/**
 * n3 was elected by what n1 thought of it long ago, and has chosen epoch 2. Meanwhile n1 and n2 have committed a transaction
 * in epoch 1. n1 has lost n2, and follows n3 now.
 */
export const electedLongAgo: readonly BeginningStep[] = [
  ...tire("n3"),
  ...talk("n3", "n1", "vote", "cepoch"),
  ...tire("n1", "n3"),
  ...deliver("n3", "n1", "newepoch", "vote"),
  ...tire("n1"),
  ...deliver("n1", "n2", "vote", "vote", "vote"),
  ...tire("n2"),
  ...deliver("n1", "n2", "vote"),
  ...deliver("n2", "n1", "vote", "vote", "vote"),
  ...deliver("n1", "n2", "vote", "vote", "cepoch"),
  ...deliver("n2", "n1", "vote", "vote"),
  ...establish("n2", "n1"),
  ...deliver("n2", "n1", "commit-ld"),
  ask("n2"),
  ...talk("n2", "n1", "propose", "ack"),
  ...deliver("n1", "n3", "vote", "cepoch"),
  ...tire("n1"),
  ...deliver("n1", "n3", "vote"),
  ...deliver("n3", "n1", "vote", "newepoch", "leading"),
  ...deliver("n1", "n3", "vote", "vote", "vote", "cepoch"),
  ...deliver("n3", "n1", "leading", "leading", "leading"),
];

/** n2 does not hear from n1 any more, and leads in epoch 2; its history is on the way to n3. */
const leadsAgain: readonly BeginningStep[] = [
  ...tire("n2", "n2"),
  ...deliver("n2", "n3", "vote", "vote"),
  ...deliver("n3", "n2", "vote", "cepoch"),
  ...deliver("n2", "n3", "vote", "newepoch"),
  ...deliver("n3", "n2", "ackepoch"),
];

/** n1 has what n2 committed when it led in epoch 1; n3 will have it. */
export const historyOnTheWay: readonly BeginningStep[] = [
  ...established,
  ask("n2"),
  ...talk("n2", "n1", "propose", "ack"),
  ...leadsAgain,
];

/** What n1 asked of n2 in epoch 1 has not come there yet. */
export const forwardOnTheWay: readonly BeginningStep[] = [...established, ask("n1"), ...leadsAgain];

/**
 * n1 has come to n3, which leads with n2, for a second time, by what n2 thought of n3 when that was elected. Only then it took the
 * history that n3 had sent it the first time, and n3 does not know yet that it did.
 */
export const joinsTwice: readonly BeginningStep[] = [
  ...tire("n3", "n2", "n2", "n3"),
  ...deliver("n3", "n2", "vote", "vote"),
  ...deliver("n2", "n3", "vote", "vote", "vote", "cepoch"),
  ...deliver("n3", "n2", "vote", "vote", "vote"),
  ...establish("n3", "n2"),
  ...deliver("n3", "n2", "commit-ld"),
  ...talk("n3", "n1", "vote", "cepoch"),
  ...deliver("n3", "n1", "vote", "newepoch"),
  ...deliver("n1", "n3", "ackepoch"),
  ...deliver("n2", "n1", "vote", "vote"),
  ...tire("n1"),
  ...deliver("n2", "n1", "vote"),
  ...deliver("n3", "n1", "newleader"),
  ...deliver("n1", "n3", "vote", "cepoch"),
];

/** n3 has chosen epoch 2, and n1 follows it for a second time; on the way to n1 is still that n3 has chosen epoch 1. */
export const earlierEpochOnTheWay: readonly BeginningStep[] = [
  ...tire("n2", "n2", "n3"),
  ...talk("n3", "n1", "vote", "cepoch"),
  ...tire("n3"),
  ...deliver("n3", "n2", "vote", "vote"),
  ...deliver("n2", "n1", "vote", "vote"),
  ...tire("n1"),
  ...deliver("n2", "n1", "vote"),
  ...deliver("n2", "n3", "vote", "vote", "vote", "cepoch"),
  ...deliver("n1", "n3", "vote", "cepoch"),
];

/** n3 led in epoch 1 with n2 and then n1, which it sends something; then n2 led in epoch 2 with both. Now they follow n3 again. */
const returned = (came: readonly BeginningStep[]): readonly BeginningStep[] => [
  ...lead("n3", "n2"),
  ...talk("n3", "n1", "vote", "cepoch", "newepoch", "ackepoch"),
  ...came,
  ask("n3"),
  ...tire("n1", "n2"),
  ...deliver("n2", "n1", "vote", "vote"),
  ...deliver("n1", "n2", "vote", "vote", "vote", "cepoch"),
  ...deliver("n2", "n1", "vote", "vote", "vote"),
  ...establish("n2", "n1"),
  ...deliver("n2", "n1", "commit-ld"),
  ...commit("n2", "n1"),
  ...tire("n3", "n3"),
  ...deliver("n3", "n2", "propose", "vote"),
  ...deliver("n2", "n3", "vote", "leading"),
  ...deliver("n3", "n2", "vote", "cepoch"),
  ...deliver("n2", "n3", "leading"),
  ...establish("n2", "n3"),
  ...deliver("n2", "n3", "commit-ld"),
  ...tire("n3", "n2", "n2"),
  ...deliver("n3", "n2", "forward", "vote"),
  ...deliver("n2", "n3", "vote", "cepoch"),
  ...deliver("n2", "n1", "vote"),
  ...tire("n1"),
  ...deliver("n2", "n1", "vote"),
];

/** On the way to n1 is the history with which n3 began epoch 1, and what it proposed there. */
export const earlierHistoryOnTheWay = returned([]);

/** On the way to n1 is what n3 proposed in epoch 1; the history is there since then. */
export const earlierProposalOnTheWay = returned(talk("n3", "n1", "newleader", "ack-ld"));

/**
 * n3 led in epoch 1, and has a transaction that nobody else has; n2 in epoch 2, with n1, and has another one. Now n1 follows n3,
 * which has chosen epoch 3.
 */
export const laterEpochShorterHistory: readonly BeginningStep[] = [
  ...lead("n3", "n2"),
  ask("n3"),
  ...tire("n1", "n1", "n2"),
  ...deliver("n2", "n1", "vote", "vote"),
  ...deliver("n1", "n2", "vote", "vote", "vote", "cepoch"),
  ...deliver("n2", "n1", "vote", "vote", "vote"),
  ...establish("n2", "n1"),
  ...deliver("n2", "n1", "commit-ld"),
  ask("n2"),
  ...deliver("n3", "n1", "vote"),
  ...tire("n1"),
  ...deliver("n1", "n3", "vote", "vote", "vote", "vote"),
  ...tire("n3", "n3"),
  ...talk("n3", "n1", "leading", "cepoch"),
];

/**
 * n3 led in epoch 1, and has a transaction that nobody else has; it was elected again long ago, and has chosen epoch 3. Meanwhile
 * n1 and n2 have committed another one in epoch 2. n1 follows n3 now, and its better history is on the way there.
 */
export const electedWithTail: readonly BeginningStep[] = [
  ...lead("n3", "n2"),
  ask("n3"),
  ...tire("n3", "n3", "n2"),
  ...deliver("n3", "n2", "propose", "vote"),
  ...deliver("n2", "n3", "vote", "cepoch"),
  ...tire("n2", "n3"),
  ...deliver("n3", "n2", "vote", "newepoch", "vote"),
  ...deliver("n2", "n3", "vote", "vote", "cepoch"),
  ...tire("n2"),
  ...deliver("n2", "n1", "vote", "vote", "vote", "vote", "vote"),
  ...tire("n1"),
  ...deliver("n2", "n1", "vote"),
  ...deliver("n1", "n2", "vote", "vote", "cepoch"),
  ...deliver("n2", "n1", "vote", "vote"),
  ...establish("n2", "n1"),
  ...deliver("n2", "n1", "commit-ld"),
  ...commit("n2", "n1"),
  ...tire("n1"),
  ...deliver("n1", "n3", "cepoch", "vote", "vote", "vote"),
  ...deliver("n3", "n1", "vote", "vote", "vote", "newepoch", "leading", "leading", "leading"),
  ...deliver("n1", "n3", "vote", "vote", "vote", "cepoch"),
  ...deliver("n3", "n1", "leading", "leading", "leading", "newepoch"),
];

/** n2 led in epoch 1, and has two transactions that nobody else has. It follows n1 now, which has sent it the history of epoch 2. */
export const tailToDrop: readonly BeginningStep[] = [
  ...established,
  ask("n2"),
  ask("n2"),
  ...tire("n1"),
  ...deliver("n2", "n3", "vote"),
  ...deliver("n1", "n3", "vote", "vote"),
  ...deliver("n3", "n1", "vote", "vote", "cepoch"),
  ...deliver("n1", "n3", "vote", "vote"),
  ...establish("n1", "n3"),
  ...deliver("n1", "n3", "commit-ld"),
  ...commit("n1", "n3"),
  ...tire("n2", "n2"),
  ...deliver("n2", "n1", "propose", "propose", "vote"),
  ...deliver("n1", "n2", "vote", "leading"),
  ...deliver("n2", "n1", "vote", "cepoch"),
  ...deliver("n1", "n2", "leading", "newepoch"),
  ...deliver("n2", "n1", "ackepoch"),
];

/**
 * n5 was elected by n1 and n4 long ago. Meanwhile n3 leads in epoch 1 with n1 and n2, and has committed a transaction. n4 and then
 * n1 have come to n5, which has chosen epoch 2; what n1 knows is on the way there.
 */
export const electedLongAgoOfFive: readonly BeginningStep[] = [
  ...tire("n5"),
  ...talk("n5", "n1", "vote", "vote"),
  ...talk("n5", "n4", "vote", "vote"),
  ...deliver("n1", "n4", "vote"),
  ...deliver("n4", "n5", "cepoch"),
  ...tire("n1", "n3", "n3"),
  ...deliver("n3", "n1", "vote", "vote"),
  ...deliver("n3", "n2", "vote", "vote"),
  ...deliver("n1", "n3", "vote", "vote", "vote", "vote"),
  ...deliver("n2", "n3", "vote", "vote"),
  ...deliver("n1", "n2", "vote", "vote", "vote"),
  ...deliver("n2", "n1", "vote", "vote", "vote", "vote"),
  ...deliver("n1", "n3", "cepoch"),
  ...deliver("n2", "n3", "cepoch"),
  ...deliver("n3", "n1", "vote", "vote", "vote"),
  ...deliver("n3", "n2", "vote"),
  ...["n1", "n2"].flatMap((follower) => talk("n3", follower, "newepoch", "ackepoch")),
  ...["n1", "n2"].flatMap((follower) => talk("n3", follower, "newleader", "ack-ld")),
  ...["n1", "n2"].flatMap((follower) => deliver("n3", follower, "commit-ld")),
  ask("n3"),
  ...["n1", "n2"].flatMap((follower) => talk("n3", follower, "propose", "ack")),
  ...tire("n1"),
  ...deliver("n1", "n5", "vote", "vote", "vote"),
  ...deliver("n5", "n1", "leading", "leading", "leading"),
  ...deliver("n1", "n5", "cepoch"),
  ...deliver("n5", "n1", "newepoch"),
];

/** n5 leads, followed by n3 and n4; n1 has come, too, and has accepted the epoch. */
export const fourthOfFive: readonly BeginningStep[] = [
  ...tire("n5"),
  ...["n3", "n4"].flatMap((voter) => talk("n5", voter, "vote", "vote")),
  ...talk("n3", "n4", "vote", "vote"),
  ...["n5", "n3", "n4"].flatMap((voter) => deliver(voter, "n1", "vote")),
  ...["n3", "n4"].flatMap((follower) => deliver(follower, "n5", "cepoch")),
  ...["n3", "n4"].flatMap((follower) => talk("n5", follower, "newepoch", "ackepoch")),
  ...["n3", "n4"].flatMap((follower) => talk("n5", follower, "newleader", "ack-ld")),
  ...["n3", "n4"].flatMap((follower) => deliver("n5", follower, "commit-ld")),
  ...deliver("n1", "n5", "vote", "cepoch"),
  ...deliver("n5", "n1", "leading", "newepoch"),
];

/** n3 leads in epoch 1 by n1. n1 had come to n2 before; that knows of nothing, and has chosen the same epoch. */
const chosenTwice: readonly BeginningStep[] = [
  ...tire("n2"),
  ...deliver("n2", "n1", "vote"),
  ...tire("n1", "n3", "n3"),
  ...deliver("n3", "n1", "vote", "vote"),
  ...deliver("n1", "n3", "vote", "vote", "vote", "cepoch"),
  ...deliver("n3", "n1", "vote", "vote", "vote"),
  ...establish("n3", "n1"),
  ...deliver("n3", "n1", "commit-ld"),
  ...deliver("n1", "n2", "cepoch", "vote", "vote"),
];

/** Now n1 follows n2 again. */
export const sameEpoch: readonly BeginningStep[] = [
  ...chosenTwice,
  ...tire("n1"),
  ...deliver("n2", "n1", "newepoch", "leading", "leading"),
  ...deliver("n1", "n2", "vote", "cepoch"),
  ...deliver("n2", "n1", "leading"),
];

/** Now n3 has given up, and follows n2. */
export const sameEpochAsLed: readonly BeginningStep[] = [
  ...chosenTwice,
  ...tire("n3", "n3"),
  ...deliver("n3", "n2", "vote", "vote", "vote"),
  ...deliver("n2", "n3", "vote", "leading", "leading", "leading"),
  ...deliver("n3", "n2", "vote", "cepoch"),
  ...deliver("n2", "n3", "leading"),
];

/** n1 has accepted epoch 2 from n2, and both follow n3 now, which chose epoch 1 when n1 had come to it before. */
export const acceptedLater: readonly BeginningStep[] = [
  ...tire("n3", "n3", "n3", "n3", "n3"),
  ...deliver("n3", "n1", "vote"),
  ...tire("n1", "n2", "n2"),
  ...deliver("n2", "n1", "vote", "vote"),
  ...deliver("n1", "n2", "vote", "vote", "vote", "cepoch"),
  ...deliver("n3", "n1", "vote", "vote", "vote", "vote"),
  ...deliver("n2", "n1", "vote", "vote", "vote", "newepoch"),
  ...tire("n2", "n1"),
  ...deliver("n2", "n1", "vote"),
  ...deliver("n1", "n2", "ackepoch", "vote", "cepoch"),
  ...deliver("n2", "n1", "vote", "newepoch"),
  ...deliver("n1", "n3", "cepoch"),
  ...tire("n2"),
  ...deliver("n3", "n2", "vote", "vote", "vote", "vote", "vote"),
  ...deliver("n2", "n1", "vote"),
  ...tire("n1"),
  ...deliver("n2", "n1", "vote"),
];
