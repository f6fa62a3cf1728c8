import type { JsonObject } from "../../../../histories/json.ts";
import type { BeginningStep, Exploration, NodeId } from "../../../contracts/protocol.ts";
import { deliver } from "../../exploration-steps.ts";

const write = (node: NodeId, value: number): { node: NodeId; body: JsonObject } => ({
  node,
  body: { type: "write", key: "x", value },
});

/** That instances of these nodes' are asked for again, or taken over, so many times. */
function recoveries(limit: number, nodes: readonly NodeId[]): Pick<Exploration, "timers"> {
  return { timers: { limit, names: ["recover"], nodes } };
}

const ask = (node: NodeId): BeginningStep => ({ do: "ask", node });
const recover = (node: NodeId): BeginningStep => ({ do: "fire", node, timer: "recover/n1.1" });

/**
 * n2, which does not know the command, votes to give it up. n3, which knows it, votes for it in a ballot above, which all
 * have joined.
 */
const twoBallots: readonly BeginningStep[] = [
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
const ownerForgets: readonly BeginningStep[] = [
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
const takenAgain: readonly BeginningStep[] = [
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
const askedTooLate: readonly BeginningStep[] = [
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
const joinedBefore: readonly BeginningStep[] = [
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
const slowly = (leader: NodeId, other: NodeId): BeginningStep[] => [
  ...deliver(leader, other, "pre-accept"),
  ...deliver(other, leader, "pre-accepted"),
  ...deliver(leader, other, "accept"),
  ...deliver(other, leader, "accepted"),
];

/**
 * n1's command depends on that of n2, and not the other way round, although n2's comes after it in their order: n3, which
 * n2 asked, knew of one more, as did n1. n2 has heard that n1's is committed, and leads another.
 */
const notCovered: readonly BeginningStep[] = [
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
const inCircle: readonly BeginningStep[] = [
  ask("n2"),
  ask("n3"),
  ...slowly("n3", "n2"),
  ask("n1"),
  ...slowly("n1", "n3"),
  ...slowly("n2", "n1"),
  ...deliver("n3", "n2", "commit"),
  ...deliver("n1", "n2", "commit"),
];

export const epaxosExplorations: readonly Exploration[] = [
  { name: "two-writes", states: 239_055, nodes: 3, clients: [[write("n1", 1)], [write("n2", 2)]] },
  {
    name: "recovery",
    states: 61_215,
    nodes: 3,
    clients: [[write("n1", 1)]],
    ...recoveries(2, ["n2", "n3"]),
    depth: 12,
  },
  {
    name: "recovery-of-two",
    states: 66_690,
    nodes: 3,
    clients: [[write("n1", 1)], [write("n3", 2)]],
    ...recoveries(1, ["n2"]),
    depth: 11,
  },
  {
    name: "restart",
    states: 15_542,
    nodes: 3,
    clients: [[write("n1", 1)], [write("n2", 2)]],
    crashes: { limit: 1, nodes: ["n3"] },
    depth: 10,
  },
  {
    name: "owner-restarts",
    states: 8_685,
    nodes: 3,
    clients: [[write("n1", 1)]],
    ...recoveries(1, ["n1"]),
    crashes: { limit: 1, nodes: ["n1"] },
    symmetric: [["n2", "n3"]],
  },
  {
    name: "owner-forgets",
    nodes: 3,
    beginning: ownerForgets,
    clients: [[write("n1", 1)]],
    ...recoveries(2, ["n2", "n3"]),
    crashes: { limit: 1, nodes: ["n1"] },
    depth: ownerForgets.length + 4,
    states: 49,
  },
  {
    name: "asked-too-late",
    nodes: 3,
    beginning: askedTooLate,
    clients: [[write("n1", 1)]],
    ...recoveries(2, ["n2", "n3"]),
    depth: askedTooLate.length + 5,
    states: 679,
  },
  {
    name: "joined-before",
    nodes: 3,
    beginning: joinedBefore,
    clients: [[write("n1", 1)], [write("n3", 2)]],
    ...recoveries(1, ["n3"]),
    crashes: { limit: 1, nodes: ["n2"] },
    depth: joinedBefore.length + 6,
    states: 5_967,
  },
  {
    name: "not-covered",
    nodes: 3,
    beginning: notCovered,
    clients: [[write("n3", 1)], [write("n2", 2), write("n2", 3)], [write("n1", 4)]],
    depth: notCovered.length + 5,
    states: 9_141,
  },
  {
    name: "in-circle",
    nodes: 3,
    beginning: inCircle,
    clients: [
      [write("n2", 1), { node: "n2", body: { type: "read", key: "x" } }],
      [write("n3", 2), write("n1", 3)],
    ],
    check: { checker: "linearizable", model: "register" },
    depth: inCircle.length + 5,
    states: 6_106,
  },
  {
    name: "taken-again",
    nodes: 5,
    beginning: takenAgain,
    clients: [[write("n1", 1)], [{ node: "n5", body: { type: "read", key: "x" } }]],
    ...recoveries(3, ["n2", "n3", "n5"]),
    crashes: { limit: 2, nodes: ["n1", "n2"] },
    depth: takenAgain.length + 3,
    states: 3_723,
  },
  {
    name: "three-recoveries",
    states: 140_091,
    nodes: 3,
    beginning: twoBallots,
    clients: [[write("n1", 1)]],
    ...recoveries(4, ["n1", "n2", "n3"]),
    depth: twoBallots.length + 8,
  },
  {
    name: "duplicates",
    states: 227,
    nodes: 3,
    clients: [[write("n1", 1)]],
    duplicates: 1,
    symmetric: [["n2", "n3"]],
  },
];
