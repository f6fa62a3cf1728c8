// Prints how fast the explorer is, in states a second of CPU time, and how that grows with the space.
//
//   npm run build && node bench/explorer.mjs [--states 1000000]
//
// First a specification with states of a few words (two-phase commit of more and more resource managers),
// then a register by CASPaxos on three nodes, whose handlers are those that run in production: with more
// clients, with a crash, with what clients see judged in every state, and with each of the reductions.
// Generated are all states made, as TLC counts them; distinct those that differ.
import { parseArgs } from "node:util";

import { explore, NetworkSystem } from "../dist/modules/harness/exploration/index.js";
import { findProtocol } from "../dist/modules/systems/catalogue.js";

const { values } = parseArgs({ options: { states: { type: "string", default: "1000000" } } });
const states = Number(values.states);

const number = (value) => Math.round(value).toLocaleString("en");

function measure(name, system, options = {}) {
  const before = process.cpuUsage();
  const { distinct, generated, depth, valid } = explore(system, { states, ...options });
  const { user, system: kernel } = process.cpuUsage(before);
  const seconds = (user + kernel) / 1e6;
  const columns = [
    name.padEnd(44),
    number(distinct).padStart(10),
    number(generated).padStart(11),
    String(depth).padStart(4),
    seconds.toFixed(2).padStart(7),
    number(generated / seconds).padStart(10),
    number(distinct / seconds).padStart(9),
    String(valid).padStart(8),
  ];
  console.log(columns.join(" "));
}

console.log(
  `${"".padEnd(44)} ${"distinct".padStart(10)} ${"generated".padStart(11)} ${"deep".padStart(4)} ${"CPU s".padStart(7)} ${"made/s".padStart(10)} ${"new/s".padStart(9)} ${"valid".padStart(8)}`,
);
for (const managers of [5, 6, 7, 8, 9]) {
  measure(`two-phase commit, ${managers} resource managers`, twoPhaseCommit(managers), {
    states: 20_000_000,
  });
}

const paxos = findProtocol("paxos");
const write = (node, value) => ({ node, body: { type: "write", key: "x", value } });
const read = (node) => ({ node, body: { type: "read", key: "x" } });
const check = { checker: "linearizable", model: "cas-register" };
const register = (nodes, clients, more = {}, options = {}) =>
  new NetworkSystem({
    protocol: paxos.build(),
    model: paxos.model,
    configuration: { name: "bench", nodes, clients, ...more },
    monitors: [],
    ...options,
  });
const one = [[write("n1", 1)]];
const two = [[write("n1", 1)], [write("n2", 2)]];
const three = [[write("n1", 1)], [write("n2", 2), read("n2")]];

measure("register of 3 nodes, a write", register(3, one));
measure("register of 3 nodes, 2 writes", register(3, two));
measure("  steps in one order only", register(3, two), { partialOrder: true });
measure("  a crash", register(3, two, { crashes: { limit: 1 } }));
measure("  clients' histories judged", register(3, two, { check }));
measure("register of 3 nodes, 2 writes and a read", register(3, three));
measure("  clients' histories judged", register(3, three, { check }));
measure("register of 5 nodes, a write", register(5, one));
const symmetric = [["n2", "n3", "n4", "n5"]];
measure("  symmetric nodes as one", register(5, one, { symmetric }, { symmetry: true }));
measure("  steps in one order only", register(5, one), { partialOrder: true });

/** Two-phase commit with messages that stay (Gray & Lamport, 2006), in a few bits. */
function twoPhaseCommit(managers) {
  const all = (1 << managers) - 1;
  const [commit, abort] = [1 << managers, 2 << managers];
  const of = (state, manager) => (state.managers >> (2 * manager)) & 3;
  const set = (state, manager, to) => (state.managers & ~(3 << (2 * manager))) | (to << (2 * manager));
  return {
    initial: () => [{ managers: 0, decided: 0, known: 0, sent: 0 }],
    actions({ managers: them, decided, known, sent }) {
      const actions = [];
      if (decided === 0 && known === all) actions.push(0);
      if (decided === 0) actions.push(1);
      for (let manager = 0; manager < managers; manager++) {
        if (decided === 0 && (sent & (1 << manager)) !== 0) actions.push(2 + 8 * manager);
        if (((them >> (2 * manager)) & 3) === 0) actions.push(3 + 8 * manager, 4 + 8 * manager);
        if ((sent & commit) !== 0) actions.push(5 + 8 * manager);
        if ((sent & abort) !== 0) actions.push(6 + 8 * manager);
      }
      return actions;
    },
    next(state, action) {
      const { managers: them, decided, known, sent } = state;
      const manager = action >> 3;
      switch (action & 7) {
        case 0:
          return { managers: them, decided: 1, known, sent: sent | commit };
        case 1:
          return { managers: them, decided: 2, known, sent: sent | abort };
        case 2:
          return { managers: them, decided, known: known | (1 << manager), sent };
        case 3:
          return { managers: set(state, manager, 1), decided, known, sent: sent | (1 << manager) };
        case 5:
          return { managers: set(state, manager, 2), decided, known, sent };
        default:
          return { managers: set(state, manager, 3), decided, known, sent };
      }
    },
    fingerprint({ managers: them, decided, known, sent }, into) {
      into[0] = Math.imul(them ^ (known << 18), 0x9e3779b1);
      into[1] = (sent << 14) | (known << 2) | decided;
    },
    violation(state) {
      let some = 0;
      for (let manager = 0; manager < managers; manager++) some |= 1 << of(state, manager);
      return (some & 12) === 12
        ? { property: "atomic-commitment", nodes: [], explanation: "both" }
        : undefined;
    },
    describe: (_state, action) => String(action),
  };
}
