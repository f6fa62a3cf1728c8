/** How explorations of Multi-Paxos begin, so that what takes many steps is within reach. */
import type { BeginningStep, NodeId } from "../../../contracts/protocol.ts";
import { multiPaxosRules } from "./rules.ts";
import { fire, deliver, lose } from "../../exploration-steps.ts";

/** n1 leads by the promise of n2. n3 has heard of nothing. */
export const led: readonly BeginningStep[] = [
  { do: "fire", node: "n1", timer: "election" },
  ...deliver("n1", "n2", "prepare"),
  ...deliver("n2", "n1", "promised"),
  ...lose("n1", "n3", "prepare"),
];

/** n1 is asked for a read, and n2 has said that n1 still leads; n1 has not heard that. */
export const confirmed: readonly BeginningStep[] = [
  ...led,
  { do: "ask", node: "n1" },
  ...deliver("n1", "n2", "accept"),
  ...lose("n1", "n3", "accept"),
];

const five: readonly NodeId[] = ["n1", "n2", "n3", "n4", "n5"];
const others = (node: NodeId): NodeId[] => five.filter((other) => other !== node);

/** Of five nodes one comes to lead by the promises of two; the others hear nothing. */
const elect = (candidate: NodeId, ...voters: readonly NodeId[]): BeginningStep[] => [
  ...fire(candidate, "election"),
  ...voters.flatMap((voter) => deliver(candidate, voter, "prepare")),
  ...voters.flatMap((voter) => deliver(voter, candidate, "promised")),
  ...others(candidate).flatMap((other) => (voters.includes(other) ? [] : lose(candidate, other, "prepare"))),
];

/** These vote for what a leader proposed last, and it hears so or not; the others hear nothing. */
const votes = (leader: NodeId, voters: readonly NodeId[], isHeard: boolean): BeginningStep[] => [
  ...voters.flatMap((voter) => deliver(leader, voter, "accept")),
  ...voters.flatMap((voter) => (isHeard ? deliver : lose)(voter, leader, "accepted")),
  ...others(leader).flatMap((other) => (voters.includes(other) ? [] : lose(leader, other, "accept"))),
];

/**
 * n3 asks n1, which leads, for what is chosen. Before it has an answer it leads by the promises of n2 and n5, and n2 votes for what it
 * proposes in slot 1. n4 leads then by the promises of n1 and n5, and has something else chosen there, which n1 tells n3.
 */
export const toldLate: readonly BeginningStep[] = [
  ...elect("n1", "n2", "n4"),
  { do: "ask", node: "n1" },
  ...votes("n1", ["n2", "n4"], true),
  ...fire("n1", "heartbeat"),
  ...votes("n1", ["n3"], false),
  ...fire("n2", "election"),
  ...others("n2").flatMap((other) => lose("n2", other, "prepare")),
  ...elect("n3", "n2", "n5"),
  ...votes("n3", ["n2"], false),
  { do: "ask", node: "n3" },
  ...votes("n3", ["n2"], false),
  ...fire("n1", "quorum", "quorum"),
  ...elect("n4", "n1", "n5"),
  ...deliver("n4", "n1", "accept"),
  ...deliver("n1", "n4", "learn"),
  ...votes("n4", ["n5"], false).filter((step) => !("to" in step && step.to === "n1")),
  { do: "ask", node: "n4" },
  ...votes("n4", ["n1", "n5"], true),
  ...fire("n4", "heartbeat"),
  ...votes("n4", ["n1"], false),
  ...deliver("n3", "n1", "fetch"),
];

/** So many slots that with one more the log is trimmed. */
export const almostTrimmed = multiPaxosRules.snapshotAfter - 1;

/** The same, after so much was chosen that what n1 tells n3 is a snapshot. */
export const installedLate: readonly BeginningStep[] = [
  ...elect("n1", "n2", "n4"),
  ...Array.from({ length: almostTrimmed }, () => [
    { do: "ask", node: "n1" } as const,
    ...votes("n1", ["n2", "n4"], true),
  ]).flat(),
  ...fire("n1", "heartbeat"),
  ...votes("n1", ["n3"], false),
  ...fire("n2", "election"),
  ...others("n2").flatMap((other) => lose("n2", other, "prepare")),
  ...elect("n3", "n2", "n5"),
  ...deliver("n3", "n2", "accept"),
  ...lose("n2", "n3", "learn"),
  ...(["n1", "n4", "n5"] as const).flatMap((other) => lose("n3", other, "accept")),
  { do: "ask", node: "n3" },
  ...votes("n3", ["n2"], false),
  ...fire("n1", "quorum", "quorum"),
  ...elect("n4", "n1", "n5"),
  ...deliver("n4", "n1", "accept"),
  ...deliver("n1", "n4", "learn"),
  ...(["n2", "n3", "n5"] as const).flatMap((other) => lose("n4", other, "accept")),
  { do: "ask", node: "n4" },
  ...votes("n4", ["n1", "n5"], true),
  ...lose("n5", "n4", "fetch"),
  ...fire("n4", "heartbeat"),
  ...votes("n4", ["n1"], false),
  ...deliver("n3", "n1", "fetch"),
];

/** n1 has trimmed its log, and led on for as long as it takes to give up. n2 has voted for all of it, and does not know that of the last. */
export const trimmed: readonly BeginningStep[] = [
  ...led,
  ...Array.from({ length: almostTrimmed + 1 }, () => [
    { do: "ask", node: "n1" } as const,
    ...deliver("n1", "n2", "accept"),
    ...deliver("n2", "n1", "accepted"),
    ...lose("n1", "n3", "accept"),
  ]).flat(),
  ...fire("n1", "quorum", "quorum"),
];

/**
 * n1 leads by the promise of n2. n3 asks it to write something, and crashes before it has itself written anything of what it did since
 * it began. n1 has that done, and read. Then n3 is back, and asks n1 for something else.
 */
export const askedTwice: readonly BeginningStep[] = [
  ...led,
  ...fire("n1", "heartbeat"),
  ...lose("n1", "n2", "accept"),
  { do: "ask", node: "n3" },
  { do: "deliver", from: "n1", to: "n3", type: "accept", crashing: true },
  { do: "start", node: "n3" },
  ...deliver("n3", "n1", "forward"),
  ...deliver("n1", "n2", "accept"),
  ...deliver("n2", "n1", "accepted"),
  ...lose("n1", "n3", "accept", "answer"),
  { do: "ask", node: "n1" },
  ...deliver("n1", "n2", "accept"),
  ...deliver("n2", "n1", "accepted"),
  ...lose("n1", "n3", "accept"),
  { do: "ask", node: "n3" },
  ...fire("n1", "heartbeat"),
  ...lose("n1", "n2", "accept"),
  ...deliver("n1", "n3", "accept"),
  ...deliver("n3", "n1", "forward"),
];

/**
 * n3 leads, and has something chosen of which n2 does not know. n1 leads then by the promise of n2; and n3 stands in a ballot above,
 * of which n2 first hears as n3 tells it what was chosen. n2 promises, and crashes.
 */
export const heardBefore: readonly BeginningStep[] = [
  ...fire("n3", "election"),
  ...lose("n3", "n2", "prepare"),
  ...deliver("n3", "n1", "prepare"),
  ...deliver("n1", "n3", "promised"),
  { do: "ask", node: "n3" },
  ...lose("n3", "n2", "accept"),
  ...deliver("n3", "n1", "accept"),
  ...deliver("n1", "n3", "accepted"),
  ...fire("n3", "heartbeat"),
  ...deliver("n3", "n2", "accept"),
  ...lose("n2", "n3", "accepted"),
  ...lose("n3", "n1", "accept"),
  ...fire("n2", "election"),
  ...lose("n2", "n1", "prepare"),
  ...lose("n2", "n3", "prepare"),
  ...fire("n1", "election"),
  ...lose("n1", "n3", "prepare"),
  ...deliver("n1", "n2", "prepare"),
  ...deliver("n2", "n1", "nack"),
  ...fire("n1", "election"),
  ...lose("n1", "n3", "prepare"),
  ...deliver("n1", "n2", "prepare"),
  ...deliver("n2", "n1", "promised"),
  ...fire("n3", "quorum", "quorum", "election"),
  ...lose("n3", "n1", "prepare"),
  ...deliver("n3", "n2", "prepare"),
  ...deliver("n2", "n3", "nack"),
  ...fire("n3", "election"),
  ...lose("n3", "n1", "prepare"),
  ...deliver("n2", "n3", "fetch"),
  ...deliver("n3", "n2", "learn", "prepare"),
  { do: "crash", node: "n2" },
  { do: "start", node: "n2" },
  ...deliver("n2", "n3", "promised"),
  { do: "ask", node: "n1" },
];

/** n2 promised n1 a ballot, and the promise is on its way. n1 stands in another since, and n3 leads by the promise of n2 in one between them, and has something chosen. */
export const promisedBefore: readonly BeginningStep[] = [
  ...fire("n1", "election"),
  ...deliver("n1", "n2", "prepare"),
  ...lose("n1", "n3", "prepare"),
  ...fire("n1", "election"),
  ...lose("n1", "n2", "prepare"),
  ...lose("n1", "n3", "prepare"),
  ...fire("n3", "election"),
  ...deliver("n3", "n2", "prepare"),
  ...deliver("n2", "n3", "promised"),
  ...lose("n3", "n1", "prepare"),
  { do: "ask", node: "n3" },
  ...deliver("n3", "n2", "accept"),
  ...deliver("n2", "n3", "accepted"),
  ...lose("n3", "n1", "accept"),
];

/** n2 voted for what n1 proposed, and its answer is on its way. n1 has given up since, and leads in another ballot by the promise of n3. */
export const votedBefore: readonly BeginningStep[] = [
  ...led,
  { do: "ask", node: "n1" },
  ...deliver("n1", "n2", "accept"),
  ...lose("n1", "n3", "accept"),
  ...fire("n1", "quorum", "election"),
  ...lose("n1", "n2", "prepare"),
  ...deliver("n1", "n3", "prepare"),
  ...deliver("n3", "n1", "promised"),
];

/** n1 leads and has nine operations done, one after the other, of which n3 hears with the first and the last. */
export const farBehind: readonly BeginningStep[] = [
  ...led,
  { do: "ask", node: "n1" },
  ...deliver("n1", "n2", "accept"),
  ...deliver("n2", "n1", "accepted"),
  ...deliver("n1", "n3", "accept"),
  ...lose("n3", "n1", "accepted"),
  ...Array.from({ length: 7 }, () => [
    { do: "ask", node: "n1" } as const,
    ...deliver("n1", "n2", "accept"),
    ...deliver("n2", "n1", "accepted"),
    ...lose("n1", "n3", "accept"),
  ]).flat(),
  { do: "ask", node: "n1" },
];

/** n1 leads, is asked for nine operations, and nobody hears of any. */
export const farAhead: readonly BeginningStep[] = [
  ...led,
  ...Array.from({ length: 9 }, () => [
    { do: "ask", node: "n1" } as const,
    ...lose("n1", "n2", "accept"),
    ...lose("n1", "n3", "accept"),
  ]).flat(),
];

/**
 * n1 led by the promise of n2, and went down before it proposed anything. On their way to it are the promise of n3 for that ballot,
 * and the word of n2 that n1 leads in it. Since then n2 leads by the promise of n3, and has something chosen.
 */
export const ledBefore: readonly BeginningStep[] = [
  ...fire("n1", "election"),
  ...deliver("n1", "n2", "prepare"),
  ...deliver("n1", "n3", "prepare"),
  ...deliver("n2", "n1", "promised"),
  { do: "ask", node: "n1" },
  ...deliver("n1", "n2", "accept"),
  ...lose("n1", "n3", "accept"),
  { do: "crash", node: "n1" },
  { do: "start", node: "n1" },
  ...fire("n2", "election"),
  ...lose("n2", "n1", "prepare"),
  ...deliver("n2", "n3", "prepare"),
  ...deliver("n3", "n2", "promised"),
  { do: "ask", node: "n2" },
  ...lose("n2", "n1", "accept"),
  ...deliver("n2", "n3", "accept"),
  ...deliver("n3", "n2", "accepted"),
];

/**
 * n2 has said twice that n1 leads, once when n1 was asked for a read, and once, which is on its way, at a heartbeat. Then n2 has come to
 * lead by the promise of n3, and has something chosen.
 */
export const confirmedBefore: readonly BeginningStep[] = [
  ...confirmed,
  ...fire("n1", "heartbeat"),
  ...deliver("n1", "n2", "accept"),
  ...lose("n1", "n3", "accept"),
  ...deliver("n2", "n1", "accepted"),
  ...fire("n2", "election"),
  ...lose("n2", "n1", "prepare"),
  ...deliver("n2", "n3", "prepare"),
  ...deliver("n3", "n2", "promised"),
  { do: "ask", node: "n2" },
  ...lose("n2", "n1", "accept"),
  ...deliver("n2", "n3", "accept"),
  ...deliver("n3", "n2", "accepted"),
];

/** n1 stood for election, and has promised n3 a ballot above its own by the time that n2's promise comes. n3 leads, and both are asked for something. */
export const promisedMeanwhile: readonly BeginningStep[] = [
  ...fire("n1", "election"),
  ...deliver("n1", "n2", "prepare"),
  ...lose("n1", "n3", "prepare"),
  ...fire("n3", "election"),
  ...deliver("n3", "n1", "prepare"),
  ...lose("n3", "n2", "prepare"),
  ...deliver("n1", "n3", "promised"),
  ...deliver("n2", "n1", "promised"),
  { do: "ask", node: "n1" },
  { do: "ask", node: "n3" },
];

/**
 * n1 led by the promise of n2, and alone voted for what it proposed. n3 led then by the promise of n2, and had something else chosen with
 * it. n1 has given up, n2 stands for election, and has asked n1.
 */
export const votedApart: readonly BeginningStep[] = [
  ...led,
  { do: "ask", node: "n1" },
  ...lose("n1", "n2", "accept"),
  ...lose("n1", "n3", "accept"),
  ...fire("n1", "quorum"),
  ...fire("n3", "election"),
  ...lose("n3", "n1", "prepare"),
  ...deliver("n3", "n2", "prepare"),
  ...deliver("n2", "n3", "promised"),
  { do: "ask", node: "n3" },
  ...lose("n3", "n1", "accept"),
  ...deliver("n3", "n2", "accept"),
  ...deliver("n2", "n3", "accepted"),
  ...fire("n2", "election"),
  ...lose("n2", "n3", "prepare"),
  ...deliver("n2", "n1", "prepare"),
];
