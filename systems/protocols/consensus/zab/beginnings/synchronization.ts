/** Explorations of Zab that begin where followers are to be sent a history, and what is proposed and committed behind it. */
import type { BeginningStep } from "../../../../contracts/protocol.ts";
import { deliver } from "../../../exploration-steps.ts";
import { ask, commit, establish, lead, leadAgain, talk, tire } from "./steps.ts";

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

/** n2 led n1 and n3 in epoch 1, and has committed something with n1, of which n3 does not know. Now n2 and n3 look for a leader. */
export const lacksWhatIsCommitted: readonly BeginningStep[] = [
  ...established,
  ...talk("n2", "n3", "vote", "vote", "leading", "cepoch", "newepoch", "ackepoch", "newleader", "ack-ld"),
  ask("n2"),
  ...talk("n2", "n1", "propose", "ack"),
  ...tire("n2", "n2", "n3"),
  ...deliver("n3", "n2", "vote"),
  ...deliver("n2", "n3", "commit-ld", "propose", "commit"),
];

/** n2 leads in epoch 2, and what it proposed in epoch 1 nobody else has yet; n3 has accepted the epoch. */
export const unreplicated: readonly BeginningStep[] = [...established, ask("n2"), ...leadsAgain];

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

/**
 * n1 has come to n3, which leads with n2, twice, and has answered twice that it accepts the epoch: so the history is on the way to it
 * twice, and between the two what n3 proposed meanwhile.
 */
export const answersTwice: readonly BeginningStep[] = [
  ...tire("n3", "n2", "n2", "n3"),
  ...deliver("n3", "n2", "vote", "vote"),
  ...deliver("n2", "n3", "vote", "vote", "vote", "cepoch"),
  ...deliver("n3", "n2", "vote", "vote", "vote"),
  ...establish("n3", "n2"),
  ...deliver("n3", "n2", "commit-ld"),
  ...talk("n3", "n1", "vote", "cepoch"),
  ...deliver("n2", "n1", "vote", "vote"),
  ...tire("n1"),
  ...deliver("n2", "n1", "vote"),
  ...deliver("n1", "n3", "vote", "cepoch"),
  ...deliver("n3", "n1", "vote", "newepoch", "leading", "newepoch"),
  ...deliver("n1", "n3", "ackepoch"),
  ask("n3"),
  ...deliver("n1", "n3", "ackepoch"),
  ...deliver("n3", "n1", "newleader"),
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

/**
 * n5 led n1, n3 and n4 in epoch 1, and what it proposed there is on the way to n1; n3 has a part of it. Then n1 and n2 followed n3, which
 * has chosen epoch 2 and sent them its history. n1 has not waited for that, and follows n5 again, as n2 and n4 do.
 */
export const historyOfAnother: readonly BeginningStep[] = [
  ...fourthOfFive,
  ...talk("n1", "n5", "ackepoch", "newleader", "ack-ld"),
  ask("n5"),
  ask("n5"),
  ...deliver("n5", "n3", "propose"),
  ...tire("n3", "n1", "n2"),
  ...deliver("n3", "n1", "vote"),
  ...deliver("n3", "n2", "vote", "vote"),
  ...deliver("n1", "n2", "vote", "vote", "vote"),
  ...deliver("n2", "n1", "vote", "vote", "vote"),
  ...deliver("n1", "n3", "vote", "vote", "vote", "cepoch"),
  ...deliver("n2", "n3", "vote", "vote", "vote", "cepoch"),
  ...["n1", "n2"].flatMap((follower) => deliver("n3", follower, "vote", "vote", "newepoch")),
  ...["n1", "n2"].flatMap((follower) => deliver(follower, "n3", "ackepoch")),
  ...tire("n1", "n2", "n5", "n5", "n5", "n5"),
  ...deliver("n5", "n4", "propose", "propose", "vote", "vote"),
  ...tire("n4"),
  ...deliver("n5", "n4", "vote"),
  ...deliver("n5", "n2", "vote", "vote", "vote", "vote"),
  ...deliver("n4", "n1", "vote", "vote"),
  ...deliver("n2", "n1", "vote", "vote", "vote", "vote", "vote"),
];

/**
 * n3 led n2 in epochs 1, 2 and 3. They have committed a transaction in each of the first two; one of the third nobody else has. Now n3
 * follows n2, which has chosen epoch 4; its history is on the way to n1, which has nothing.
 */
export const historyOfThreeEpochs: readonly BeginningStep[] = [
  ...lead("n3", "n2"),
  ...commit("n3", "n2"),
  ...leadAgain("n3", "n2"),
  ...commit("n3", "n2"),
  ...leadAgain("n3", "n2"),
  ask("n3"),
  ...tire("n2"),
  ...deliver("n2", "n1", "vote", "vote", "vote", "vote", "vote"),
  ...tire("n1"),
  ...deliver("n2", "n1", "vote"),
  ...deliver("n1", "n2", "vote", "vote", "cepoch"),
  ...deliver("n2", "n1", "vote", "vote", "newepoch"),
  ...deliver("n1", "n2", "ackepoch"),
  ...tire("n3", "n3"),
  ...deliver("n3", "n2", "propose", "vote"),
  ...deliver("n2", "n3", "vote", "leading"),
  ...deliver("n3", "n2", "vote", "cepoch"),
  ...deliver("n2", "n3", "leading"),
];
