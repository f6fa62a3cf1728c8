import type { BeginningStep, Exploration } from "../../../../contracts/protocol.ts";
import { ask, deliver, elect, elections, follow, lose, read, settled, write } from "./steps.ts";

/** And then n2 by that of n3, which n1 does not know. */
const succeeded: readonly BeginningStep[] = [
  ...settled,
  ...elect("n2", "n3"),
  ...follow("n2", "n3"),
  ...lose("n2", "n1", "pre-vote", "request-vote", "append"),
];

/** n1 and then n3 came to lead by the vote of n2; what they began their terms with, nobody else has. */
const twoBeginnings: readonly BeginningStep[] = [
  ...elect("n1", "n2"),
  ...lose("n1", "n2", "append"),
  ...deliver("n1", "n3", "request-vote"),
  ...lose("n1", "n3", "pre-vote", "append"),
  ...lose("n3", "n1", "voted"),
  ...elect("n3", "n2"),
  ...lose("n3", "n2", "append"),
  ...lose("n3", "n1", "pre-vote", "request-vote", "append"),
];

/**
 * n1 asked whether it still leads, for a read, and the answer of n2 is on the way. Since then n2 came to lead by the vote of
 * n3, and those two have what its term begins with.
 */
const answerOnTheWay: readonly BeginningStep[] = [
  ...settled,
  { do: "ask", node: "n1" },
  ...deliver("n1", "n2", "append"),
  ...lose("n1", "n3", "append"),
  ...elect("n2", "n3"),
  ...follow("n2", "n3"),
  ...lose("n2", "n1", "pre-vote", "request-vote", "append"),
];

/** Reads of who leads no more. */
export const readExplorations: readonly Exploration[] = [
  {
    name: "reads",
    nodes: 3,
    clients: [[ask("n3", write)], [ask("n1", read)]],
    ...elections(2, ["n1", "n3"]),
    check: { checker: "linearizable", model: "cas-register" },
    depth: 12,
    states: 184_227,
  },
  {
    name: "read-of-old-leader",
    nodes: 3,
    clients: [[ask("n1", read)]],
    ...elections(2, ["n1", "n2"]),
    depth: 12,
    states: 111_393,
  },
  {
    name: "two-leaders-serve",
    nodes: 3,
    beginning: succeeded,
    clients: [[ask("n2", write)], [ask("n1", read)]],
    ...elections(2, ["n1", "n2"]),
    check: { checker: "linearizable", model: "cas-register" },
    depth: succeeded.length + 9,
    states: 144,
  },
  {
    name: "question-to-old-leader",
    nodes: 3,
    beginning: twoBeginnings,
    clients: [[ask("n3", read)]],
    ...elections(3, ["n1", "n3"]),
    depth: twoBeginnings.length + 10,
    states: 244,
  },
  {
    name: "late-answers",
    nodes: 3,
    beginning: answerOnTheWay,
    clients: [[ask("n1", read)], [ask("n2", write)], [ask("n1", read)]],
    ...elections(2, ["n1", "n2"]),
    check: { checker: "linearizable", model: "cas-register" },
    depth: answerOnTheWay.length + 8,
    states: 346,
  },
];
