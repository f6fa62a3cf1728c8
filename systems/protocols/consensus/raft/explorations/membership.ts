import type { BeginningStep, Exploration, NodeId } from "../../../../contracts/protocol.ts";
import { ask, asks, deliver, elect, elections, fire, follow, lose, reconfigure, settled } from "./steps.ts";

/** n1 came to lead, and told nobody of the entry with which its term began. */
const firstOfFour: readonly BeginningStep[] = [
  ...elect("n1", "n2", "n3"),
  ...lose("n1", "n2", "append"),
  ...lose("n1", "n3", "append"),
  ...lose("n1", "n4", "pre-vote", "request-vote", "append"),
];

/**
 * n1 led, and began to leave out n4, of which nobody else knows; then n2 came to lead, which made n1 drop that, and
 * begins to leave out n1. n3 knows of nothing.
 */
const changeCut: readonly BeginningStep[] = [
  ...elect("n1", "n2", "n4"),
  ...follow("n1", "n2"),
  ...follow("n1", "n4"),
  ...lose("n1", "n3", "pre-vote", "request-vote", "append"),
  { do: "ask", node: "n1" },
  ...lose("n1", "n2", "append"),
  ...lose("n1", "n4", "append"),
  { do: "fire", node: "n4", timer: "election" },
  ...lose("n4", "n1", "pre-vote"),
  ...lose("n4", "n2", "pre-vote"),
  ...lose("n4", "n3", "pre-vote"),
  ...elect("n2", "n3", "n4"),
  ...lose("n2", "n1", "pre-vote", "request-vote"),
  ...lose("n2", "n3", "append"),
  ...follow("n2", "n1"),
  ...follow("n2", "n4"),
  { do: "ask", node: "n2" },
  ...lose("n2", "n1", "append"),
];

/** n1 has made itself, n2 and n3 the members, and begins to change them again, of which `newcomers` know: n2 and n3 do not, and n2 has the vote of n3. */
const changedAgain = (nodes: readonly NodeId[], newcomers: readonly NodeId[]): readonly BeginningStep[] => [
  ...elect("n1", "n2", "n3"),
  ...nodes.slice(3).flatMap((node) => lose("n1", node, "pre-vote", "request-vote", "append")),
  ...["n2", "n3"].flatMap((node) => follow("n1", node)),
  ...asks("n1", 1),
  ...["n2", "n3"].flatMap((node) => follow("n1", node)),
  // By joint consensus the change of several takes a second entry.
  ...(nodes.length > 4 ? ["n2", "n3"].flatMap((node) => follow("n1", node)) : []),
  ...asks("n1", 1),
  ...["n2", "n3"].flatMap((node) => lose("n1", node, "append")),
  ...fire("n1", "heartbeat"),
  ...["n2", "n3"].flatMap((node) => lose("n1", node, "append")),
  ...newcomers.flatMap((node) => deliver("n1", node, "append")),
  ...fire("n3", "election"),
  ...["n1", "n2"].flatMap((node) => lose("n3", node, "pre-vote")),
  ...fire("n2", "election"),
  ...lose("n2", "n1", "pre-vote"),
  ...deliver("n2", "n3", "pre-vote"),
  ...deliver("n3", "n2", "pre-voted"),
  ...lose("n2", "n1", "request-vote"),
  ...deliver("n2", "n3", "request-vote"),
];
const twoCome = changedAgain(["n1", "n2", "n3", "n4", "n5"], ["n4", "n5"]);
const oneForAnother = changedAgain(["n1", "n2", "n3", "n4"], ["n4"]);

/** Servers that come and go. */
export const membershipExplorations: readonly Exploration[] = [
  {
    name: "membership",
    nodes: 3,
    clients: [[ask("n1", { type: "reconfigure", members: ["n1"] })]],
    ...elections(2, ["n1", "n2"]),
    depth: 14,
    states: 257_633,
  },
  {
    name: "two-changes",
    nodes: 4,
    beginning: firstOfFour,
    clients: [
      [ask("n1", { type: "reconfigure", members: ["n1", "n2", "n3"] })],
      [ask("n2", { type: "reconfigure", members: ["n2", "n3", "n4"] })],
    ],
    ...elections(3, ["n1", "n2"]),
    depth: firstOfFour.length + 19,
    states: 122_252,
  },
  {
    name: "changes-in-a-row",
    nodes: 3,
    beginning: settled,
    clients: [
      [ask("n1", { type: "reconfigure", members: ["n1", "n2"] })],
      [ask("n1", { type: "reconfigure", members: ["n1"] })],
    ],
    timers: { limit: 3, names: ["election", "reconfiguration"], nodes: ["n1", "n2"] },
    depth: settled.length + 11,
    states: 17_205,
  },
  {
    name: "change-cut",
    nodes: 4,
    beginning: changeCut,
    clients: [
      [ask("n1", { type: "reconfigure", members: ["n1", "n2", "n3"] })],
      [ask("n2", { type: "reconfigure", members: ["n2", "n3", "n4"] })],
    ],
    ...elections(4, ["n1", "n2", "n4"]),
    depth: changeCut.length + 9,
    states: 355,
  },
  {
    name: "change-undone",
    nodes: 3,
    beginning: settled,
    clients: [[ask("n1", { type: "reconfigure", members: ["n1"] })]],
    ...elections(3, ["n1", "n2"]),
    depth: settled.length + 12,
    states: 17_522,
  },
  {
    name: "two-come",
    nodes: 5,
    beginning: twoCome,
    clients: [
      [ask("n1", reconfigure("n1", "n2", "n3"))],
      [ask("n1", reconfigure("n1", "n2", "n3", "n4", "n5"))],
    ],
    timers: { limit: 4, names: ["election", "heartbeat"], nodes: ["n1", "n2", "n3"] },
    depth: twoCome.length + 5,
    states: 176,
  },
  {
    name: "one-for-another",
    nodes: 4,
    beginning: oneForAnother,
    clients: [[ask("n1", reconfigure("n1", "n2", "n3"))], [ask("n1", reconfigure("n1", "n2", "n4"))]],
    timers: { limit: 4, names: ["election", "heartbeat"], nodes: ["n1", "n2", "n3"] },
    depth: oneForAnother.length + 5,
    states: 79,
  },
];
