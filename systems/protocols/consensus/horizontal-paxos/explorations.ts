import type { JsonObject } from "../../../../histories/json.ts";
import type { BeginningStep, Exploration, NodeId } from "../../../contracts/protocol.ts";
import { ask, fire, deliver, lose } from "../../exploration-steps.ts";
import { multiPaxosExplorations } from "../multi-paxos/explorations.ts";

const write = (value: number): JsonObject => ({ type: "write", key: "x", value });
const reconfigure = (...members: NodeId[]): JsonObject => ({ type: "reconfigure", members });

const asks = (...nodes: readonly NodeId[]): BeginningStep[] => nodes.map((node) => ({ do: "ask", node }));

/** A node comes to lead by the promise of another; the third hears nothing. */
const elect = (candidate: NodeId, voter: NodeId, third: NodeId): BeginningStep[] => [
  ...fire(candidate, "election"),
  ...deliver(candidate, voter, "prepare"),
  ...deliver(voter, candidate, "promised"),
  ...lose(candidate, third, "prepare"),
];

/** n2 votes for what n1 proposed last, and n1 knows that it is chosen; n3 hears nothing of it. */
const chosenByTwo: readonly BeginningStep[] = [
  ...deliver("n1", "n2", "accept"),
  ...deliver("n2", "n1", "accepted"),
  ...lose("n1", "n3", "accept"),
];

/**
 * n1 leads and proposes that n3 alone be a member, which n3 votes for; and then something else, and more than may be proposed
 * by then. n2 has heard of nothing of it, and n1 of no vote.
 */
const proposedAnother: readonly BeginningStep[] = [
  ...elect("n1", "n2", "n3"),
  ...asks("n1"),
  ...deliver("n1", "n3", "accept"),
  ...lose("n3", "n1", "accepted"),
  ...lose("n1", "n2", "accept"),
  ...asks("n1"),
  ...lose("n1", "n2", "accept"),
  ...asks("n1"),
  ...fire("n1", "heartbeat"),
];

/**
 * n1 has come to be the one member, and has something chosen alone. n2 leads then by the promise of n3, and the two
 * know all up to there.
 */
const chosenAlone: readonly BeginningStep[] = [
  ...elect("n1", "n2", "n3"),
  ...asks("n1"),
  ...chosenByTwo,
  ...chosenByTwo,
  ...asks("n1"),
  ...lose("n1", "n2", "accept"),
  ...lose("n1", "n3", "accept"),
  ...deliver("n1", "n1", "accepted"),
  ...fire("n2", "election"),
  ...deliver("n2", "n3", "prepare"),
  ...deliver("n3", "n2", "promised"),
  ...deliver("n2", "n3", "accept"),
  ...deliver("n3", "n2", "accepted"),
];

/**
 * n1 leads and proposes that it alone be a member; nobody hears of it. n2 leads then, and has other things chosen, of
 * which it tells n1.
 */
const givenUp: readonly BeginningStep[] = [
  ...elect("n1", "n2", "n3"),
  ...asks("n1"),
  ...lose("n1", "n2", "accept"),
  ...lose("n1", "n3", "accept"),
  ...elect("n2", "n3", "n1"),
  ...asks("n2"),
  ...deliver("n2", "n1", "accept"),
  ...deliver("n1", "n2", "accepted"),
  ...lose("n2", "n3", "accept"),
  ...asks("n2"),
  ...deliver("n2", "n1", "accept"),
  ...deliver("n1", "n2", "accepted"),
  ...lose("n2", "n3", "accept"),
];

/** n1 leads, and n2 and it have chosen something. */
const oneChosen: readonly BeginningStep[] = [...elect("n1", "n2", "n3"), ...asks("n1"), ...chosenByTwo];

/** n1 leads, and something is chosen with the vote of n2, which restarts and promises n3. */
const voterRestarts: readonly BeginningStep[] = [
  ...oneChosen,
  { do: "crash", node: "n2" },
  { do: "start", node: "n2" },
  ...elect("n3", "n2", "n1"),
  ...asks("n3"),
];

/** Those of Multi-Paxos in which nothing depends on how long the log is, with so many states here: it is that as long as the members stay. */
const ofMultiPaxos: Readonly<Record<string, number>> = {
  "two-leaders": 22_299,
  restart: 12_169,
  reads: 30_527,
  "voter-leads": 54_770,
  "reads-of-old-leader": 20_916,
  "confirmed-before": 38,
  "promised-meanwhile": 114,
  "told-late": 364,
  "asked-twice": 448,
  "heard-before": 92,
  "promised-before": 34,
  "voted-before": 1_171,
  "voted-apart": 55,
  "led-before": 56,
};

export const horizontalPaxosExplorations: readonly Exploration[] = [
  // Two want other members at once: each is answered, if only that another change is under way.
  {
    name: "two-changes",
    nodes: 3,
    beginning: [
      ...elect("n1", "n2", "n3"),
      ...asks("n1", "n1"),
      ...chosenByTwo,
      ...deliver("n1", "n2", "accept"),
      ...lose("n1", "n3", "accept"),
    ],
    clients: [[ask("n1", reconfigure("n1"))], [ask("n1", reconfigure("n1"))]],
    timers: { limit: 1, names: ["election"], nodes: ["n1"] },
    liveness: true,
    states: 13,
  },
  {
    name: "to-another",
    nodes: 3,
    beginning: proposedAnother,
    clients: [
      [ask("n1", reconfigure("n3"))],
      [ask("n1", write(1))],
      [ask("n1", write(2))],
      [ask("n3", write(3))],
    ],
    timers: { limit: 4, names: ["election", "heartbeat"], nodes: ["n1", "n3"] },
    depth: proposedAnother.length + 9,
    states: 111_483,
  },
  {
    name: "to-the-leader",
    nodes: 3,
    beginning: chosenAlone,
    clients: [[ask("n1", reconfigure("n1")), ask("n1", write(1))], [ask("n2", write(2))]],
    timers: { limit: 3, names: ["election", "heartbeat"], nodes: ["n1", "n2"] },
    crashes: { limit: 1, nodes: ["n1"] },
    depth: chosenAlone.length + 8,
    states: 22_418,
  },
  {
    name: "read-elsewhere",
    nodes: 3,
    beginning: chosenAlone,
    clients: [[ask("n1", reconfigure("n1")), ask("n1", write(1))], [ask("n2", { type: "read", key: "x" })]],
    timers: { limit: 3, names: ["election", "heartbeat"], nodes: ["n1", "n2"] },
    check: { checker: "linearizable", model: "register" },
    depth: chosenAlone.length + 7,
    states: 7_568,
  },
  {
    name: "given-up",
    nodes: 3,
    beginning: givenUp,
    clients: [
      [ask("n1", reconfigure("n1")), ask("n1", write(4))],
      [ask("n2", write(1)), ask("n2", write(2)), ask("n2", write(3))],
    ],
    timers: { limit: 4, names: ["election", "heartbeat"], nodes: ["n1", "n2"] },
    depth: givenUp.length + 9,
    states: 80_153,
  },
  {
    name: "handover",
    nodes: 3,
    beginning: oneChosen,
    clients: [[ask("n1", write(1)), ask("n1", reconfigure("n3"))]],
    timers: { limit: 4, names: ["election", "heartbeat"], nodes: ["n1", "n3"] },
    depth: oneChosen.length + 9,
    states: 52_158,
  },
  {
    name: "handover-to-two",
    nodes: 3,
    beginning: oneChosen,
    clients: [[ask("n1", write(1)), ask("n1", reconfigure("n2", "n3"))]],
    timers: { limit: 3, names: ["election", "heartbeat"], nodes: ["n1"] },
    depth: oneChosen.length + 9,
    states: 13_404,
  },
  {
    name: "voter-restarts",
    nodes: 3,
    beginning: voterRestarts,
    clients: [[ask("n1", write(1))], [ask("n3", write(2))]],
    timers: { limit: 2, names: ["election", "heartbeat"], nodes: ["n1", "n3"] },
    crashes: { limit: 1, nodes: ["n2"] },
    depth: voterRestarts.length + 4,
    states: 77,
  },
  ...multiPaxosExplorations.flatMap((exploration) => {
    const states = ofMultiPaxos[exploration.name];
    return states === undefined ? [] : [{ ...exploration, states }];
  }),
];
