// How many events a second the simulated world takes: Paxos serving registers to ten clients a five nodes, with messages
// delayed, lost, doubled and overtaken, nodes crashing, stopping and being cut off. An event is what the queue gives: the
// arrival of a message, request, answer or write, a timer of a node or of a client. Of these, those that run a handler of
// the protocol are counted once more. Then with other numbers of nodes, ten times as long, as many short runs, as whole
// runs with their checkers (answers are operations there), and with what looks at it: choices recorded, views taken at every
// step, the trace. Rates are per second of CPU.
// Run `npm run build` first, then `node bench/simulation.mjs [virtual seconds]`; `--profile` for one long run of five nodes.
import { paxos } from "../dist/modules/systems/protocols/consensus/paxos/paxos.js";
import { isolate } from "../dist/modules/harness/nemesis/grudge.js";
import { RandomChoices, RecordedChoices } from "../dist/modules/harness/simulation/choices/index.js";
import { runSeed } from "../dist/modules/harness/simulation/campaign/seed-run.js";
import { VirtualCluster } from "../dist/modules/harness/simulation/world/index.js";

const seconds = Number(process.argv.slice(2).find((argument) => !argument.startsWith("--")) ?? 20);
const profile = process.argv.includes("--profile");

const settings = {
  network: {
    loss: 10,
    duplication: 10,
    stragglers: { permille: 10, delay: { kind: "uniform", from: 10_000, to: 200_000 } },
  },
};

/** A world with clients and a nemesis in it. */
function cluster({ count, seed, clients = 2 * count, record = false, look = false, trace = false }) {
  const random = new RandomChoices(seed);
  const choices = record ? new RecordedChoices(random) : random;
  const nodes = Array.from({ length: count }, (_, i) => `n${i + 1}`);
  let world;
  let seen = 0;
  const hooks = look ? { stepped: (node) => (seen += world.view(node) === undefined ? 0 : 1) } : {};
  const sink = () => seen++;
  world = new VirtualCluster({
    protocol: paxos.build(),
    nodes,
    choices,
    settings,
    hooks,
    ...(trace ? { trace: { sink, clocks: true } } : {}),
  });
  const workload = choices.stream("workload");
  let answered = 0;
  let written = 0;
  const ask = (process) => {
    const key = workload.choose(2 * count, "key");
    const node = nodes[workload.choose(count, "node")];
    const body =
      workload.choose(2, "what") === 0 ? { type: "read", key } : { type: "write", key, value: ++written };
    let over = false;
    const again = () => {
      if (over) return;
      over = true;
      world.after(1 + workload.choose(5_000, "pause"), () => ask(process));
    };
    world.request(process, node, body, () => {
      answered++;
      again();
    });
    // A client waits for a second, and gives up.
    world.after(1_000_000, again);
  };
  const nemesis = choices.stream("nemesis");
  const strike = () => {
    const node = nodes[nemesis.choose(count, "victim")];
    const what = nemesis.choose(3, "fault");
    if (what === 0) world.cut("isolated", isolate(node, nodes));
    else if (what === 1) world.crash(node, "unsynced-lost");
    else world.pause(node);
    world.after(50_000 + nemesis.choose(500_000, "duration"), () => {
      world.undisturb("isolated");
      world.restart(node);
      world.resume(node);
      world.after(20_000 + nemesis.choose(500_000, "calm"), strike);
    });
  };
  for (let process = 0; process < clients; process++) world.after(1_000 * process, () => ask(process));
  world.after(30_000, strike);
  return { world, answered: () => answered };
}

/** Runs a world for so many virtual seconds; events a CPU second. */
function measure(name, options, virtual = seconds) {
  const { world, answered } = cluster(options);
  const before = process.cpuUsage();
  const start = performance.now();
  const end = virtual * 1e6;
  while (world.due() <= end) world.step();
  const wall = (performance.now() - start) / 1e3;
  show(name, before, wall, virtual, world.events, world.steps, answered());
}

/** Runs short worlds, one seed after the other. */
function measureShort(name, runs, virtual) {
  const before = process.cpuUsage();
  const start = performance.now();
  let [events, steps, answers] = [0, 0, 0];
  for (let seed = 1; seed <= runs; seed++) {
    const { world, answered } = cluster({ count: 5, seed, record: true });
    while (world.due() <= virtual * 1e6) world.step();
    events += world.events;
    steps += world.steps;
    answers += answered();
  }
  show(name, before, (performance.now() - start) / 1e3, runs * virtual, events, steps, answers);
}

/** What `rashomon simulate` does with a seed: scheduler, clients, faults of every kind, history, monitors, checkers. */
function measureChecked(name, runs, options) {
  const before = process.cpuUsage();
  const start = performance.now();
  let [events, operations, virtual] = [0, 0, 0];
  for (let seed = 1; seed <= runs; seed++) {
    const run = runSeed({ protocol: "paxos", nodes: 5, ...options }, seed);
    if (run.valid === false) throw new Error(`seed ${seed}: ${JSON.stringify(run.failures)}`);
    events += run.events;
    operations += run.operations;
    virtual += run.microseconds / 1e6;
  }
  show(name, before, (performance.now() - start) / 1e3, virtual, events, NaN, operations);
}

function show(name, before, wall, virtual, events, steps, answers) {
  const { user, system } = process.cpuUsage(before);
  const busy = (user + system) / 1e6;
  const shown = [events, steps, answers, events / busy, steps / busy, virtual / wall].map((number) =>
    (Number.isNaN(number) ? "" : Math.round(number).toLocaleString("en")).padStart(11),
  );
  console.log(`${name.padEnd(32)}${shown.join(" ")} ${(1e6 * (busy / events)).toFixed(2).padStart(8)}`);
}

console.log(`Node ${process.version}, ${seconds} virtual seconds\n`);
console.log(
  `${"".padEnd(32)}${["events", "handlers", "answers", "events/s", "handlers/s", "times real"].map((head) => head.padStart(11)).join(" ")}  µs event`,
);
if (profile) {
  measure("five nodes", { count: 5, seed: 1 }, 10 * seconds);
} else {
  measure("(compiling)", { count: 5, seed: 9 });
  for (const count of [3, 5, 9, 15]) measure(`${count} nodes`, { count, seed: 1 });
  measure("5 nodes, ten times as long", { count: 5, seed: 1 }, 10 * seconds);
  measureShort("5 nodes, 300 seeds of a second", 300, 1);
  measureChecked("5 nodes, checked, few requests", 200, { faults: ["all"] });
  measureChecked("5 nodes, checked, many requests", 50, { faults: ["all"], rate: 500, concurrency: 20 });
  measure("5 nodes, choices recorded", { count: 5, seed: 1, record: true });
  measure("5 nodes, views taken", { count: 5, seed: 1, look: true });
  measure("5 nodes, traced", { count: 5, seed: 1, trace: true });
  measure("5 nodes, all that and a trace", { count: 5, seed: 1, record: true, look: true, trace: true });
}
