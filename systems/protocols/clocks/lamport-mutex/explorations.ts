import type { Exploration, NodeId } from "../../../contracts/protocol.ts";

const acquire = (node: NodeId): Exploration["clients"][number][number] => ({
  node,
  body: { type: "acquire", key: "x" },
});

/** With the token of its request, if that has time 1. */
const release = (node: NodeId, token: number): Exploration["clients"][number][number] => ({
  node,
  body: { type: "release", key: "x", token },
});

/** n1 asks for the lock, and gets it by the word of n2. */
const held: Exploration["beginning"] = [
  { do: "ask", node: "n1" },
  { do: "deliver", from: "n1", to: "n2", type: "request" },
  { do: "deliver", from: "n2", to: "n1", type: "acknowledge" },
];

export const mutexExplorations: readonly Exploration[] = [
  { name: "two", nodes: 2, clients: [[acquire("n1")], [acquire("n2")]], states: 22 },
  { name: "three", nodes: 3, clients: [[acquire("n1")], [acquire("n2")], [acquire("n3")]], states: 21_732 },
  // Whoever asks is answered, if only that the lock did not become free.
  {
    name: "two-with-timers",
    nodes: 2,
    clients: [[acquire("n1"), acquire("n1")], [acquire("n2")]],
    timers: { limit: 1 },
    liveness: true,
    states: 245,
  },
  {
    name: "two-late",
    nodes: 2,
    clients: [[acquire("n1")], [acquire("n2")]],
    timers: { limit: 2, names: ["late"] },
  },
  // Nobody loses patience: who waits for what is released gets it.
  {
    name: "released",
    nodes: 2,
    beginning: held,
    clients: [[acquire("n1"), release("n1", 2)], [acquire("n2")]],
    timers: { limit: 1, names: ["late"] },
    liveness: true,
    states: 19,
  },
  // Who comes back stands behind who waits.
  {
    name: "in-turn",
    nodes: 2,
    beginning: held,
    clients: [[acquire("n1"), release("n1", 2), acquire("n1")], [acquire("n2")]],
    states: 54,
  },
  // Who was the last is served again, though all others come before it and have nothing to say of their own.
  {
    name: "again",
    nodes: 3,
    clients: [[acquire("n3"), release("n3", 5), acquire("n3")]],
    liveness: true,
    states: 30,
  },
  {
    name: "two-at-one",
    nodes: 2,
    clients: [[acquire("n1")], [acquire("n1")]],
    liveness: true,
    states: 13,
  },
];
