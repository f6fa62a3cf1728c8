import type { BeginningStep, Exploration, NodeId } from "../../../contracts/protocol.ts";
import { ask, deliver, fire } from "../../exploration-steps.ts";

const propose = (
  node: NodeId,
  value: number,
): { node: NodeId; body: { type: string; key: string; value: number } } => ({
  node,
  body: { type: "propose", key: "k", value },
});

/** That rounds of these nodes begin, or go on, so many times. */
function rounds(limit: number, nodes: readonly NodeId[]): Pick<Exploration, "timers"> {
  return { timers: { limit, names: ["round"], nodes } };
}

/** n3 has promises for a round of its own, in which it is free to pick; then n2's client proposes. */
const promised: readonly BeginningStep[] = [
  { do: "ask", node: "n3" },
  { do: "fire", node: "n3", timer: "round/k" },
  ...["n1", "n4"].flatMap((node) => [...deliver("n3", node, "prepare"), ...deliver(node, "n3", "promised")]),
  { do: "ask", node: "n2" },
];

/** Two have voted for values of their own. n2 has a promise for a round of its own, above which is that of n3. */
const split: readonly BeginningStep[] = [
  { do: "ask", node: "n2" },
  { do: "ask", node: "n3" },
  { do: "fire", node: "n2", timer: "round/k" },
  ...deliver("n2", "n1", "prepare"),
  ...deliver("n1", "n2", "promised"),
];

/** n1 has the promises for a round of its own, and all have voted, each for a value of its own, of which it has heard nothing. */
const usedRound: readonly BeginningStep[] = [
  { do: "ask", node: "n2" },
  { do: "ask", node: "n3" },
  { do: "ask", node: "n1" },
  { do: "fire", node: "n1", timer: "round/k" },
  ...deliver("n1", "n2", "prepare"),
  ...deliver("n2", "n1", "promised"),
];

/**
 * n2 has lost a round of its own, for n1's promise of which it waited no more, and begun one above. In between n3 has had a
 * value chosen in its own.
 */
const lost: readonly BeginningStep[] = [
  { do: "ask", node: "n2" },
  { do: "fire", node: "n2", timer: "round/k" },
  ...deliver("n2", "n1", "prepare"),
  { do: "ask", node: "n3" },
  { do: "fire", node: "n3", timer: "round/k" },
  ...deliver("n2", "n3", "prepare"),
  ...deliver("n3", "n2", "nack"),
  ...deliver("n3", "n1", "prepare"),
  ...deliver("n1", "n3", "promised"),
  ...deliver("n3", "n1", "accept"),
  ...deliver("n1", "n3", "voted"),
  { do: "fire", node: "n2", timer: "round/k" },
];

const write = { type: "write", key: "x", value: 1 };
const overwrite = { type: "write", key: "x", value: 2 };
const read = { type: "read", key: "x" };

/** Of two commands of n3's clients the second one is chosen, in slot 1, and n2 knows; of slot 0 nobody else has heard. */
const overtaken: readonly BeginningStep[] = [
  { do: "ask", node: "n3" },
  { do: "ask", node: "n3" },
  ...["n1", "n2"].flatMap((node): BeginningStep[] => [
    { do: "deliver", from: "n3", to: node, type: "value", latest: true },
    ...deliver(node, "n3", "voted"),
  ]),
  ...deliver("n3", "n2", "decided"),
];

/** n2 has had its client's command chosen in slot 0 by n1 and itself; n3 has not heard of it, and proposes there, too. */
const behind: readonly BeginningStep[] = [
  { do: "ask", node: "n2" },
  ...fire("n2", "round/slot/0"),
  ...deliver("n2", "n1", "prepare"),
  ...deliver("n1", "n2", "promised"),
  ...deliver("n2", "n1", "accept"),
  ...deliver("n1", "n2", "voted"),
  { do: "ask", node: "n3" },
];

export const fastPaxosExplorations: readonly Exploration[] = [
  {
    name: "three",
    nodes: 3,
    clients: [[propose("n2", 1)], [propose("n3", 2)]],
    states: 104_544,
  },
  {
    name: "collision",
    nodes: 4,
    clients: [[propose("n2", 1)], [propose("n1", 2)]],
    depth: 12,
    states: 77_029,
  },
  {
    name: "collision-of-five",
    nodes: 5,
    clients: [[propose("n2", 1)], [propose("n1", 2)]],
    depth: 11,
    states: 351_992,
  },
  {
    name: "coordinators",
    nodes: 4,
    clients: [[propose("n2", 1)], [propose("n3", 2)]],
    ...rounds(1, ["n3"]),
    depth: 11,
    states: 397_198,
  },
  {
    name: "promised",
    nodes: 4,
    beginning: promised,
    clients: [[propose("n2", 1)], [propose("n3", 2)]],
    ...rounds(1, ["n3"]),
    depth: promised.length + 8,
    states: 73_406,
  },
  {
    name: "two-rounds",
    nodes: 3,
    beginning: split,
    clients: [[propose("n2", 1)], [propose("n3", 2)]],
    ...rounds(2, ["n2", "n3"]),
    depth: split.length + 8,
    states: 143_597,
  },
  {
    name: "restart",
    nodes: 3,
    clients: [[propose("n2", 1)], [propose("n3", 2)]],
    ...rounds(1, ["n3"]),
    crashes: { limit: 1, nodes: ["n1"] },
    depth: 10,
    states: 150_955,
  },
  {
    name: "used-round",
    nodes: 3,
    beginning: usedRound,
    clients: [[propose("n2", 1)], [propose("n3", 2)], [propose("n1", 0)]],
    ...rounds(1, ["n1"]),
    crashes: { limit: 1, nodes: ["n1"] },
    depth: usedRound.length + 4,
    states: 1_810,
  },
  {
    name: "late-promise",
    nodes: 3,
    beginning: lost,
    clients: [[propose("n2", 1)], [propose("n3", 2)]],
    ...rounds(3, ["n2", "n3"]),
    depth: lost.length + 5,
    states: 7_317,
  },
  {
    name: "commands-collide",
    nodes: 3,
    clients: [[ask("n2", write)], [ask("n3", overwrite)]],
    timers: { limit: 1, names: ["lost"] },
    depth: 12,
    states: 63_671,
  },
  {
    name: "hole",
    nodes: 3,
    beginning: overtaken,
    clients: [[ask("n3", write)], [ask("n3", overwrite)]],
    timers: { limit: 1, names: ["holes"], nodes: ["n2"] },
    depth: overtaken.length + 10,
    states: 42_666,
  },
  {
    name: "slot-taken",
    nodes: 3,
    beginning: behind,
    clients: [[ask("n2", write)], [ask("n3", overwrite), ask("n3", read)]],
    timers: { limit: 2, names: ["round", "lost"] },
    check: { checker: "linearizable", model: "register" },
    depth: behind.length + 7,
    states: 59_536,
  },
];
