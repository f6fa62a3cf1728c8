import type { BeginningStep, Exploration } from "../../../../contracts/protocol.ts";
import { ask, asks, deliver, elect, fire, follow, lose, writers } from "./steps.ts";

/**
 * n1 led, and has many entries of which nobody knows. Then n3 came to lead by the vote of n2, and has compacted what
 * those two have; the snapshot is on its way to n1.
 */
const snapshotForAnother: readonly BeginningStep[] = [
  ...elect("n1", "n3"),
  ...lose("n1", "n2", "pre-vote", "request-vote", "append"),
  ...lose("n1", "n3", "append"),
  ...asks("n1", 12),
  ...elect("n3", "n2"),
  ...lose("n3", "n1", "pre-vote", "request-vote", "append"),
  ...follow("n3", "n2"),
  ...asks("n3", 10),
  ...follow("n3", "n2"),
  ...follow("n3", "n2"),
  { do: "fire", node: "n3", timer: "heartbeat" },
  ...lose("n3", "n2", "append"),
];

/**
 * n1 leads, and has compacted what n2 has as well. n3 has all that and one entry more; but its answer is still on the
 * way, so that the snapshot is, too.
 */
const lateSnapshot: readonly BeginningStep[] = [
  ...elect("n1", "n2"),
  ...lose("n1", "n3", "pre-vote", "request-vote", "append"),
  ...follow("n1", "n2"),
  ...asks("n1", 10),
  ...follow("n1", "n2"),
  ...asks("n1", 1),
  { do: "fire", node: "n1", timer: "heartbeat" },
  ...deliver("n1", "n3", "append"),
  ...follow("n1", "n2"),
  ...lose("n1", "n2", "append", "append"),
  { do: "fire", node: "n1", timer: "heartbeat" },
  ...lose("n1", "n2", "append"),
];

/** n1 leads alone: n2 agreed to that, and looks for a leader; n3 knows of nothing, and a snapshot is on its way to it. */
const leftBehind: readonly BeginningStep[] = [
  ...elect("n1", "n2"),
  ...lose("n1", "n3", "pre-vote", "request-vote", "append"),
  ...follow("n1", "n2"),
  ...asks("n1", 1),
  ...follow("n1", "n2"),
  ...lose("n1", "n2", "append"),
  ...deliver("n1", "n1", "appended"),
  ...asks("n1", 7),
  ...Array.from({ length: 7 }, () => deliver("n1", "n1", "appended")).flat(),
  { do: "fire", node: "n1", timer: "heartbeat" },
  ...lose("n1", "n2", "install-snapshot"),
  { do: "fire", node: "n2", timer: "election" },
  ...lose("n2", "n1", "pre-vote"),
  ...lose("n2", "n3", "pre-vote"),
];

/**
 * n1 led, and compacted less than n3 did. It has more entries, of which nobody knows. n3 leads for the second time since, by the
 * vote of n2, and asks n1 for what comes after an entry of its own; n1 has another there.
 */
const hasMore: readonly BeginningStep[] = [
  ...elect("n1", "n3"),
  ...lose("n1", "n2", "pre-vote", "request-vote", "append"),
  ...follow("n1", "n3"),
  ...asks("n1", 9),
  ...follow("n1", "n3"),
  ...asks("n1", 2),
  ...follow("n1", "n3"),
  ...follow("n1", "n3"),
  ...fire("n1", "heartbeat"),
  ...lose("n1", "n2", "install-snapshot"),
  ...follow("n1", "n3"),
  ...asks("n1", 3),
  ...lose("n1", "n3", "append"),
  ...elect("n3", "n2"),
  ...lose("n3", "n1", "pre-vote", "request-vote", "append"),
  ...lose("n3", "n2", "append"),
  ...fire("n3", "quorum"),
  ...elect("n3", "n2"),
  ...lose("n3", "n1", "pre-vote", "request-vote"),
  ...lose("n3", "n2", "append"),
];

/** Snapshots in the place of entries. */
export const snapshotExplorations: readonly Exploration[] = [
  {
    name: "snapshot-for-another",
    nodes: 3,
    beginning: snapshotForAnother,
    clients: [...writers("n1", 12), ...writers("n3", 10)],
    timers: { limit: 3, names: ["election", "heartbeat"], nodes: ["n1", "n3"] },
    crashes: { limit: 1, nodes: ["n1"] },
    depth: snapshotForAnother.length + 4,
    states: 2_178,
  },
  {
    name: "late-snapshot",
    nodes: 3,
    beginning: lateSnapshot,
    clients: writers("n1", 11),
    timers: { limit: 4, names: ["election", "heartbeat"], nodes: ["n1", "n3"] },
    crashes: { limit: 1, nodes: ["n3"] },
    depth: lateSnapshot.length + 8,
    states: 893,
  },
  {
    name: "left-behind",
    nodes: 3,
    beginning: leftBehind,
    clients: [[ask("n1", { type: "reconfigure", members: ["n1"] })], ...writers("n1", 8)],
    timers: { limit: 4, names: ["election", "heartbeat"], nodes: ["n1", "n2", "n3"] },
    depth: leftBehind.length + 8,
    states: 516,
  },
  {
    name: "snapshot-for-who-has-more",
    nodes: 3,
    beginning: hasMore,
    clients: writers("n1", 14),
    timers: { limit: 5, names: ["election", "heartbeat", "quorum"], nodes: ["n1", "n3"] },
    depth: hasMore.length + 5,
    states: 104,
  },
];
