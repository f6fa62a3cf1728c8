import type { BeginningStep, NodeId } from "../../../contracts/protocol.ts";
import { deliver, fire, lose } from "../../exploration-steps.ts";

/**
 * How explorations begin. Of three nodes n1 has the ballots 3, 6, 9, … , n2 has 4, 7, … , n3 has 5, 8, …
 */
const ask = (node: NodeId): BeginningStep => ({ do: "ask", node });

const restart = (node: NodeId): BeginningStep[] => [
  { do: "crash", node },
  { do: "start", node },
];

/** One node finds another for its ballot: now it is to read. */
function find(leader: NodeId, member: NodeId): BeginningStep[] {
  return [...deliver(leader, member, "probe"), ...deliver(member, leader, "here")];
}

/** It takes over what somebody has. */
function read(leader: NodeId, source: NodeId): BeginningStep[] {
  return [...deliver(leader, source, "prepare"), ...deliver(source, leader, "promised")];
}

/** The member takes it over, too: the master is asked to let the ballot follow. */
function transfer(leader: NodeId, member: NodeId): BeginningStep[] {
  return [...deliver(leader, member, "transfer"), ...deliver(member, leader, "transferred")];
}

/** All that comes before the master is asked. */
function begin(leader: NodeId, member: NodeId, source = leader): BeginningStep[] {
  return [
    ...fire(leader, "election"),
    ...find(leader, member),
    ...read(leader, source),
    ...transfer(leader, member),
  ];
}

/** The master decides. */
function decide(leader: NodeId, helper: NodeId): BeginningStep[] {
  const round = [...deliver(leader, helper, "master"), ...deliver(helper, leader, "master")];
  return [...round, ...round];
}

/** The member votes for what its leader sends. */
function vote(leader: NodeId, member: NodeId): BeginningStep[] {
  return [...deliver(leader, member, "accept"), ...deliver(member, leader, "accepted")];
}

/** n1's ballot is active, and something is chosen in it. */
const chosen: readonly BeginningStep[] = [
  ...begin("n1", "n2"),
  ...decide("n1", "n2"),
  ask("n1"),
  ...vote("n1", "n2"),
];

/** What n1 had asked n3 for that is lost. */
const unasked = lose("n1", "n3", "probe", "prepare");

/** n2's ballot follows it, with n3, that has not heard so. */
const followed: readonly BeginningStep[] = [
  ...chosen,
  ...begin("n2", "n3", "n2"),
  ...decide("n2", "n3"),
  ...lose("n2", "n1", "master", "master"),
];

/** The master lets n1's ballot follow the first one, and n3 asks for the same. */
export const twoBallots: readonly BeginningStep[] = [
  ...begin("n1", "n2"),
  ...begin("n3", "n2"),
  ...decide("n1", "n2"),
];

/** The master's acceptor that both ask restarts in between. */
export const masterRestarted: readonly BeginningStep[] = [
  ...twoBallots,
  ...restart("n2"),
  ...decide("n3", "n2"),
];

/** When n2 has told n3 what it has, n1 asks it for one more vote; then n3's ballot follows. */
export const lateVote: readonly BeginningStep[] = [
  ...chosen,
  ...fire("n3", "election"),
  ...find("n3", "n2"),
  ...read("n3", "n2"),
  ask("n1"),
  ...deliver("n1", "n2", "accept"),
  ...transfer("n3", "n2"),
  ...decide("n3", "n2"),
  ask("n3"),
];

/** The same, but that n2 restarts after it has told n3. */
export const restarted: readonly BeginningStep[] = [
  ...chosen,
  ...fire("n3", "election"),
  ...find("n3", "n2"),
  ...read("n3", "n2"),
  ...restart("n2"),
  ask("n1"),
  ...deliver("n1", "n2", "accept"),
  ...transfer("n3", "n2"),
  ...decide("n3", "n2"),
  ask("n3"),
];

/** Of n3 n1 asks what it has, for a ballot of its own and n2's, which is active then. */
export const notHeard: readonly BeginningStep[] = [
  ...followed,
  ...lose("n1", "n3", "prepare"),
  // It has heard from n2 once; and n2's ballot is above the one that it begins first.
  ...fire("n1", "quorum", "quorum"),
  ...find("n1", "n2"),
  ...begin("n1", "n2", "n3"),
  ...decide("n1", "n2"),
  ask("n1"),
];

/** The leader of the ballot that is active tells its own state for n3's, and is asked for something else. */
export const toldByLeader: readonly BeginningStep[] = [
  ...chosen,
  ...fire("n3", "election"),
  ...find("n3", "n1"),
  ...read("n3", "n1"),
  ask("n1"),
];

/**
 * n3 knows of a ballot of its own as well, which is to begin with what was there at first: somebody had answered it before
 * anything was complete. Of n3 n1 asks with what n2's ballot has begun.
 */
export const twoPending: readonly BeginningStep[] = [
  ...fire("n3", "election", "election"),
  ...lose("n3", "n1", "probe"),
  ...deliver("n3", "n1", "probe"),
  ...followed,
  ...unasked,
  ...deliver("n1", "n3", "here"),
  ...read("n3", "n3"),
  ...fire("n1", "quorum", "quorum"),
  // n3 knows of a higher ballot than the one that n1 begins first.
  ...find("n1", "n3"),
  ...fire("n1", "election"),
  ...lose("n1", "n2", "probe"),
  ...find("n1", "n2"),
  ...read("n1", "n3"),
  ...transfer("n1", "n2"),
  ...decide("n1", "n2"),
];

/**
 * n1 had begun a ballot to follow its first one, and what it was told then is still on its way, when it begins one to follow
 * n2's, in which more was chosen.
 */
export const lateTold: readonly BeginningStep[] = [
  ...chosen,
  ...unasked,
  ...fire("n1", "quorum", "quorum"),
  ...find("n1", "n3"),
  ...deliver("n1", "n1", "prepare"),
  ...begin("n2", "n3", "n2"),
  ...decide("n2", "n3"),
  ...lose("n2", "n1", "master", "master"),
  ask("n2"),
  ...vote("n2", "n3"),
  ...fire("n1", "election"),
  ...lose("n1", "n2", "probe"),
  ...find("n1", "n2"),
];

/** While n3's ballot takes over the first state, n1's becomes active, and n3 hears so; then it has the master asked. */
export const lateComplete: readonly BeginningStep[] = [
  ...fire("n3", "election"),
  ...find("n3", "n2"),
  ...read("n3", "n3"),
  ...chosen,
  ...fire("n1", "heartbeat"),
  ...deliver("n1", "n3", "accept"),
  ...transfer("n3", "n2"),
  ...decide("n3", "n2"),
];

/** n1 restarts, and begins a ballot with what it finds on its disk. */
export const leaderRestarted: readonly BeginningStep[] = [
  ...chosen,
  ...restart("n1"),
  ...begin("n1", "n2"),
  ...decide("n1", "n2"),
];

/** n1 asks n2 whether its ballot is over, for a read; then n3's follows, in which more is done before n2's answer comes. */
export const twoReads: readonly BeginningStep[] = [
  ...chosen,
  ask("n1"),
  ...deliver("n1", "n2", "accept"),
  ...begin("n3", "n2", "n2"),
  ...decide("n3", "n2"),
  ask("n3"),
  ...vote("n3", "n2"),
  ask("n1"),
  ...deliver("n2", "n1", "accepted"),
];

/** n1 sends two operations, one after the other. */
export const twoWrites: readonly BeginningStep[] = [
  ...begin("n1", "n2"),
  ...decide("n1", "n2"),
  ask("n1"),
  ask("n1"),
];

/** Of five nodes: a ballot of a leader and two others, with what somebody has. */
function beginOfThree(leader: NodeId, members: readonly NodeId[], source: NodeId): BeginningStep[] {
  const round = members.flatMap((id) => [...deliver(leader, id, "master"), ...deliver(id, leader, "master")]);
  return [
    ...fire(leader, "election"),
    ...members.flatMap((id) => find(leader, id)),
    ...read(leader, source),
    ...members.flatMap((id) => transfer(leader, id)),
    ...round,
    ...round,
  ];
}

/** One of two members has voted; then n4's ballot follows, with what the other one has. */
export const halfVoted: readonly BeginningStep[] = [
  ...beginOfThree("n1", ["n2", "n3"], "n1"),
  ask("n1"),
  ...vote("n1", "n2"),
  ...beginOfThree("n4", ["n2", "n3"], "n3"),
];

/** n4's ballot follows, and more is done in it; then of n1's members the one that has not heard of it confirms a read. */
export const halfConfirmed: readonly BeginningStep[] = [
  ...beginOfThree("n1", ["n2", "n3"], "n1"),
  ask("n1"),
  ...vote("n1", "n2"),
  ...vote("n1", "n3"),
  ...beginOfThree("n4", ["n3", "n5"], "n3"),
  ask("n4"),
  ...vote("n4", "n3"),
  ...vote("n4", "n5"),
  ask("n1"),
  ...vote("n1", "n2"),
];
