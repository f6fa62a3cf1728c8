/** How explorations of EPaxos begin, so that what takes many steps is within reach. */
import type { BeginningStep, NodeId } from "../../../contracts/protocol.ts";
import { deliver } from "../../exploration-steps.ts";

export const ask = (node: NodeId): BeginningStep => ({ do: "ask", node });
export const recover = (node: NodeId): BeginningStep => ({ do: "fire", node, timer: "recover/n1.1" });

/**
 * n2, which does not know the command, votes to give it up. n3, which knows it, votes for it in a ballot above, which all
 * have joined.
 */
export const twoBallots: readonly BeginningStep[] = [
  ask("n1"),
  ...deliver("n1", "n3", "pre-accept"),
  recover("n3"),
  ...deliver("n3", "n2", "prepare"),
  { do: "lose", from: "n3", to: "n1", type: "prepare" },
  recover("n2"),
  ...deliver("n2", "n1", "prepare"),
  ...deliver("n1", "n2", "prepared"),
  ...deliver("n2", "n3", "prepare"),
  recover("n3"),
  ...deliver("n3", "n1", "prepare"),
  ...deliver("n3", "n2", "prepare"),
  ...deliver("n1", "n3", "prepared"),
];

/**
 * n1 has settled its command on the fast path with n2. n2, which has not heard of it, has asked everyone about it, and n1 has
 * told it. n1 has restarted by the time that n3 asks, which knows of the command by n2's question only.
 */
export const ownerForgets: readonly BeginningStep[] = [
  ask("n1"),
  ...deliver("n1", "n2", "pre-accept"),
  ...deliver("n2", "n1", "pre-accepted"),
  recover("n2"),
  ...deliver("n2", "n1", "prepare"),
  ...deliver("n2", "n3", "prepare"),
  ...deliver("n1", "n2", "commit"),
  { do: "crash", node: "n1" },
  { do: "start", node: "n1" },
  recover("n3"),
  ...deliver("n3", "n1", "prepare"),
];

/** n1 leads a command of which n2, n3 and n4 know. n2 finds that n5 does not, and has n1 vote with it to give it up. */
const givenUp: readonly BeginningStep[] = [
  ask("n1"),
  ...deliver("n1", "n2", "pre-accept"),
  ...deliver("n1", "n3", "pre-accept"),
  ...deliver("n1", "n4", "pre-accept"),
  recover("n2"),
  ...deliver("n2", "n1", "prepare"),
  ...deliver("n2", "n5", "prepare"),
  ...deliver("n1", "n2", "prepared"),
  ...deliver("n5", "n2", "prepared"),
  ...deliver("n2", "n1", "accept"),
];

/** These two restart. n5 leads another command, of which it asks them, and has it committed by their word. */
const ledMeanwhile: readonly BeginningStep[] = [
  ...["n1", "n2"].flatMap((node): BeginningStep[] => [
    { do: "crash", node },
    { do: "start", node },
  ]),
  ask("n5"),
  ...deliver("n5", "n1", "pre-accept"),
  ...deliver("n5", "n2", "pre-accept"),
  ...deliver("n1", "n5", "pre-accepted"),
  ...deliver("n2", "n5", "pre-accepted"),
  { do: "fire", node: "n5", timer: "recover/n5.1" },
  ...deliver("n5", "n1", "accept"),
  ...deliver("n5", "n2", "accept"),
  ...deliver("n1", "n5", "accepted"),
  ...deliver("n2", "n5", "accepted"),
];

/** n3 recovers the first one with n4, which knows of it too, and n5, and takes it: n1 may have committed it. */
export const takenAgain: readonly BeginningStep[] = [
  ...givenUp,
  ...ledMeanwhile,
  recover("n3"),
  ...deliver("n3", "n4", "prepare"),
  ...deliver("n3", "n5", "prepare"),
  ...deliver("n4", "n3", "prepared"),
  ...deliver("n5", "n3", "prepared"),
  ...deliver("n3", "n4", "accept"),
  ...deliver("n3", "n5", "accept"),
];

/** n1 has settled its command on the fast path, and waits for its disk. n3, which knows of it by n2 only, has asked it. */
export const askedTooLate: readonly BeginningStep[] = [
  ask("n1"),
  ...deliver("n1", "n2", "pre-accept"),
  ...deliver("n2", "n1", "pre-accepted"),
  recover("n2"),
  ...deliver("n2", "n3", "prepare"),
  recover("n3"),
  ...deliver("n3", "n1", "prepare"),
];

/**
 * n3's command depends on that of n1, of which n3 knows nothing else: with n2, which knows nothing at all and has restarted
 * since, it votes to give that up.
 */
export const joinedBefore: readonly BeginningStep[] = [
  ask("n1"),
  ask("n3"),
  ...deliver("n3", "n1", "pre-accept"),
  ...deliver("n1", "n3", "pre-accepted"),
  ...deliver("n3", "n1", "accept"),
  ...deliver("n1", "n3", "accepted"),
  recover("n3"),
  ...deliver("n3", "n2", "prepare"),
  ...deliver("n2", "n3", "prepared"),
  { do: "crash", node: "n2" },
  { do: "start", node: "n2" },
];

/** Goes with the other through phase 1 and phase 2, which it takes because that has something to add. */
export const slowly = (leader: NodeId, other: NodeId): BeginningStep[] => [
  ...deliver(leader, other, "pre-accept"),
  ...deliver(other, leader, "pre-accepted"),
  ...deliver(leader, other, "accept"),
  ...deliver(other, leader, "accepted"),
];

/**
 * n1's command depends on that of n2, and not the other way round, although n2's comes after it in their order: n3, which
 * n2 asked, knew of one more, as did n1. n2 has heard that n1's is committed, and leads another.
 */
export const notCovered: readonly BeginningStep[] = [
  ask("n3"),
  ...deliver("n3", "n1", "pre-accept"),
  ...deliver("n1", "n3", "pre-accepted"),
  ...deliver("n3", "n3", "commit"),
  ask("n2"),
  ask("n1"),
  ...slowly("n1", "n2"),
  ...deliver("n1", "n2", "commit"),
  ...slowly("n2", "n3"),
  ask("n2"),
];

/**
 * n3's write depends on that of n2, n1's, which began when n3's was done, on that of n3, and n2's on that of n1: so that n2 is
 * to execute all together, n3's before n1's.
 */
export const inCircle: readonly BeginningStep[] = [
  ask("n2"),
  ask("n3"),
  ...slowly("n3", "n2"),
  ask("n1"),
  ...slowly("n1", "n3"),
  ...slowly("n2", "n1"),
  ...deliver("n3", "n2", "commit"),
  ...deliver("n1", "n2", "commit"),
];

/** n3 has heard of n2's write when n1 asks it about a read, which is committed at n1 then, before the write. */
export const committedBefore: readonly BeginningStep[] = [
  { do: "ask", node: "n2" },
  ...deliver("n2", "n3", "pre-accept"),
  { do: "ask", node: "n1" },
  ...deliver("n1", "n3", "pre-accept"),
  ...deliver("n3", "n1", "pre-accepted"),
  ...deliver("n1", "n3", "accept"),
  ...deliver("n3", "n1", "accepted"),
];
