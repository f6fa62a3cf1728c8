/** Explorations of Zab that begin where an epoch is to be chosen or accepted, and a history to be found. */
import type { BeginningStep } from "../../../../contracts/protocol.ts";
import { deliver } from "../../../exploration-steps.ts";
import { ask, commit, establish, lead, talk, tire } from "./steps.ts";

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
