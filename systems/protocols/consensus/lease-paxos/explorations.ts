import type { BeginningStep, Exploration, NodeId } from "../../../contracts/protocol.ts";
import { clockBound, lease } from "./rules.ts";
import { ask, fire, deliver, lose } from "../../exploration-steps.ts";

/** n1 leads, and holds a lease that it and n2 have granted. Time stands still, so it lasts. */
const leased: readonly BeginningStep[] = [
  { do: "fire", node: "n1", timer: "election" },
  ...deliver("n1", "n2", "prepare"),
  ...deliver("n2", "n1", "promised"),
  ...lose("n1", "n3", "prepare"),
  { do: "fire", node: "n1", timer: "heartbeat" },
  ...deliver("n1", "n2", "accept"),
  ...deliver("n2", "n1", "accepted"),
  ...lose("n1", "n3", "accept"),
];

/** Clocks are off by as much as they may be, early or late. */
const clocks = (time: number, off: Readonly<Record<NodeId, "early" | "late">>): BeginningStep[] =>
  Object.entries(off).map(([node, how]) => ({
    do: "clock",
    node,
    shows: time + (how === "early" ? clockBound : -clockBound),
  }));

/** When it all begins. */
const begin = 10_000;

/** n1 comes to lead by the promises of these. */
const elected = (voters: readonly NodeId[], others: readonly NodeId[]): BeginningStep[] => [
  ...fire("n1", "election"),
  ...voters.flatMap((voter) => deliver("n1", voter, "prepare")),
  ...voters.flatMap((voter) => deliver(voter, "n1", "promised")),
  ...others.flatMap((other) => lose("n1", other, "prepare")),
];

/** The leader asks for a lease, by a clock that is early. These grant it, and the leader has not heard of that. */
const asked = (voters: readonly NodeId[], others: readonly NodeId[]): BeginningStep[] => [
  { do: "clock", node: "n1", shows: begin + clockBound },
  ...fire("n1", "heartbeat"),
  ...voters.flatMap((voter) => deliver("n1", voter, "accept")),
  ...others.flatMap((other) => lose("n1", other, "accept")),
];

/** Just as the lease has ended for n2, whose clock is early, n1 hears that it has it, and its clock is late. Then n2 leads by the promise of n3. */
const ended: readonly BeginningStep[] = [
  ...elected(["n2"], ["n3"]),
  ...asked(["n2"], ["n3"]),
  ...clocks(begin + lease.duration, { n1: "late", n2: "early", n3: "early" }),
  ...deliver("n2", "n1", "accepted"),
  ...fire("n2", "election"),
  ...deliver("n2", "n3", "prepare"),
  ...deliver("n3", "n2", "promised"),
  ...lose("n2", "n1", "prepare"),
];

/** The same among five: n1 goes on to lead one other, and n2 leads a quorum. */
const endedForMost: readonly BeginningStep[] = [
  ...elected(["n2", "n3"], ["n4", "n5"]),
  ...asked(["n2", "n3"], ["n4", "n5"]),
  ...["n2", "n3"].flatMap((voter) => deliver(voter, "n1", "accepted")),
  ...clocks(begin + lease.duration, { n1: "late", n2: "early", n3: "early", n4: "early", n5: "early" }),
  ...fire("n1", "heartbeat"),
  ...deliver("n1", "n4", "accept"),
  ...deliver("n4", "n1", "accepted"),
  ...["n2", "n3", "n5"].flatMap((other) => lose("n1", other, "accept")),
  ...fire("n3", "election"),
  ...["n1", "n2", "n4", "n5"].flatMap((other) => lose("n3", other, "prepare")),
  ...fire("n2", "election"),
  ...["n3", "n5"].flatMap((other) => deliver("n2", other, "prepare")),
  ...lose("n2", "n1", "prepare"),
  ...lose("n2", "n4", "prepare"),
  ...deliver("n3", "n2", "nack"),
  ...lose("n5", "n2", "promised"),
  ...fire("n2", "election"),
  ...["n3", "n5"].flatMap((other) => deliver("n2", other, "prepare")),
  ...["n3", "n5"].flatMap((other) => deliver(other, "n2", "promised")),
  ...lose("n2", "n1", "prepare"),
  ...lose("n2", "n4", "prepare"),
];

/** n2 granted a lease, and was down just then, with a clock that was late. It is early now, and n1, whose clock is late, has its lease to the end. */
const almostEnded: readonly BeginningStep[] = [
  ...elected(["n2"], ["n3"]),
  ...asked(["n2"], ["n3"]),
  ...deliver("n2", "n1", "accepted"),
  ...clocks(begin, { n2: "late" }),
  { do: "crash", node: "n2" },
  { do: "start", node: "n2" },
  ...clocks(begin + lease.duration - 1, { n1: "late", n2: "early", n3: "early" }),
];

/** n2 granted a lease when its clock was late, and only then heard how the leader asked before. Its clock is early now, and n1, whose clock is late, has its lease to the end. */
const lasting: readonly BeginningStep[] = [
  ...elected(["n2"], ["n3"]),
  { do: "clock", node: "n1", shows: begin + clockBound - 300 },
  ...fire("n1", "heartbeat"),
  ...lose("n1", "n3", "accept"),
  ...clocks(begin, { n1: "early", n2: "late" }),
  ...fire("n1", "heartbeat"),
  ...lose("n1", "n3", "accept"),
  { do: "deliver", from: "n1", to: "n2", type: "accept", latest: true },
  ...deliver("n2", "n1", "accepted"),
  ...deliver("n1", "n2", "accept"),
  ...lose("n2", "n1", "accepted"),
  ...clocks(begin + lease.duration - 1, { n1: "late", n2: "early", n3: "early" }),
];

const requests: Pick<Exploration, "nodes" | "clients" | "check"> = {
  nodes: 3,
  clients: [
    [ask("n1", { type: "read", key: "x" })],
    [ask("n2", { type: "write", key: "x", value: 1 })],
    [ask("n3", { type: "write", key: "x", value: 2 })],
  ],
  check: { checker: "linearizable", model: "cas-register" },
};

export const leasePaxosExplorations: readonly Exploration[] = [
  {
    name: "two-leaders",
    beginning: leased,
    ...requests,
    timers: { limit: 4, names: ["election", "heartbeat"], nodes: ["n1", "n2", "n3"] },
    depth: leased.length + 9,
    states: 32_286,
  },
  {
    name: "restart",
    beginning: leased,
    ...requests,
    timers: { limit: 3, names: ["election", "heartbeat"], nodes: ["n1", "n3"] },
    crashes: { limit: 1, nodes: ["n2"] },
    depth: leased.length + 10,
    states: 39_888,
  },
  {
    name: "lease-ended",
    beginning: ended,
    ...requests,
    timers: { limit: 5, names: ["election", "heartbeat"], nodes: ["n1", "n2"] },
    depth: ended.length + 5,
    states: 1_518,
  },
  {
    name: "lease-ended-for-most",
    beginning: endedForMost,
    ...requests,
    nodes: 5,
    timers: { limit: 7, names: ["election", "heartbeat"], nodes: ["n1", "n2", "n3"] },
    depth: endedForMost.length + 6,
    states: 10_228,
  },
  {
    name: "lease-almost-ended",
    beginning: almostEnded,
    ...requests,
    timers: { limit: 5, names: ["election", "heartbeat"], nodes: ["n1", "n2", "n3"] },
    crashes: { limit: 1, nodes: ["n2"] },
    depth: almostEnded.length + 7,
    states: 6_489,
  },
  {
    name: "lease-lasts",
    beginning: lasting,
    ...requests,
    timers: { limit: 5, names: ["election", "heartbeat"], nodes: ["n1", "n2"] },
    depth: lasting.length + 7,
    states: 3_576,
  },
];
