import type { BeginningStep, Exploration } from "../../../../contracts/protocol.ts";
import {
  ask,
  asks,
  deliver,
  elect,
  elections,
  fire,
  follow,
  lose,
  read,
  settled,
  write,
  writers,
} from "./steps.ts";

/** n1 came to lead, and had the entry of its term on n2, whose answer is on the way; by the vote of n3 it leads once more. */
const acknowledgementOnTheWay: readonly BeginningStep[] = [
  ...elect("n1", "n2"),
  ...deliver("n1", "n2", "append"),
  ...lose("n1", "n3", "pre-vote", "request-vote", "append"),
  { do: "fire", node: "n1", timer: "quorum" },
  ...elect("n1", "n3"),
  ...lose("n1", "n2", "pre-vote", "request-vote", "append"),
];

/** n1 led, and has three entries of which nobody knows. Then n3 came to lead by the vote of n2, and what its term begins with is on its way. */
const toBeDropped: readonly BeginningStep[] = [
  ...elect("n1", "n3"),
  ...lose("n1", "n2", "pre-vote", "request-vote", "append"),
  ...lose("n1", "n3", "append"),
  ...asks("n1", 2),
  ...elect("n3", "n2"),
  ...lose("n3", "n1", "pre-vote", "request-vote"),
  ...lose("n3", "n2", "append"),
];

/**
 * n3 follows n1, and had asked it for two writes when it went down, the first of which is lost. It is back, and has asked for another,
 * which is done, before the second one of its life before arrives. Then somebody reads.
 */
const twoLives: readonly BeginningStep[] = [
  ...settled,
  ...fire("n1", "heartbeat"),
  ...lose("n1", "n2", "append"),
  ...follow("n1", "n3"),
  ...asks("n3", 2),
  ...lose("n3", "n1", "forward"),
  { do: "crash", node: "n3" },
  { do: "start", node: "n3" },
  ...fire("n1", "heartbeat"),
  ...lose("n1", "n2", "append"),
  ...follow("n1", "n3"),
  ...asks("n3", 1),
  { do: "deliver", from: "n3", to: "n1", type: "forward", latest: true },
  ...follow("n1", "n2"),
  ...lose("n1", "n3", "append"),
  ...deliver("n1", "n3", "answer"),
  ...deliver("n3", "n1", "forward"),
  ...follow("n1", "n2"),
  ...asks("n1", 1),
  ...follow("n1", "n2"),
  ...lose("n1", "n3", "append"),
];

/** What followers take in, and what a leader counts. */
export const replicationExplorations: readonly Exploration[] = [
  {
    name: "duplicates",
    nodes: 3,
    clients: [[ask("n1", write)]],
    ...elections(2, ["n1", "n2"]),
    duplicates: 1,
    depth: 12,
    states: 825_450,
  },
  {
    name: "write",
    nodes: 3,
    clients: [[ask("n2", write)]],
    ...elections(1, ["n1"]),
    states: 5_280,
  },
  {
    name: "late-acknowledgement",
    nodes: 3,
    beginning: acknowledgementOnTheWay,
    clients: [],
    timers: { limit: 4, names: ["election", "quorum"], nodes: ["n1", "n2"] },
    depth: acknowledgementOnTheWay.length + 8,
    states: 127,
  },
  // A crash in the midst of dropping entries, and one when others are there instead.
  {
    name: "dropped-half-way",
    nodes: 3,
    beginning: toBeDropped,
    clients: writers("n1", 2),
    timers: { limit: 3, names: ["election", "heartbeat"], nodes: ["n1", "n3"] },
    crashes: { limit: 2, nodes: ["n1"] },
    depth: toBeDropped.length + 7,
    states: 4_222,
  },
  // However they arrive, both are done.
  {
    name: "asked-at-once",
    nodes: 3,
    beginning: settled,
    clients: writers("n2", 2),
    ...elections(1, ["n1"]),
    liveness: true,
    states: 121,
  },
  {
    name: "two-lives",
    nodes: 3,
    beginning: twoLives,
    clients: [...writers("n3", 4), [ask("n1", read), ask("n1", read)]],
    timers: { limit: 3, names: ["election", "heartbeat"], nodes: ["n1"] },
    crashes: { limit: 1, nodes: ["n3"] },
    check: { checker: "linearizable", model: "cas-register" },
    depth: twoLives.length + 7,
    states: 142,
  },
];
