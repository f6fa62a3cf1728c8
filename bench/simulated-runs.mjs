// How many whole simulated runs a second, of every bundled protocol, as `rashomon simulate` makes them: faults, sizes and
// networks drawn by each seed, histories checked, properties watched from inside at every step, liveness judged. Then
// Paxos on five nodes under all faults, for longer and longer runs, and what it takes to shrink a failure. Rates are per
// second of CPU, of one core.
// Run `npm run build` first, then `node bench/simulated-runs.mjs [seeds]`.
import { inquire, runSeed } from "../dist/modules/harness/simulation/campaign/seed-run.js";
import { protocols } from "../dist/modules/systems/catalogue.js";

const seeds = Number(process.argv[2] ?? 50);

function measure(options, count) {
  const before = process.cpuUsage();
  let events = 0;
  let operations = 0;
  let microseconds = 0;
  for (let seed = 1; seed <= count; seed++) {
    const outcome = runSeed(options, seed);
    events += outcome.events;
    operations += outcome.operations;
    microseconds += outcome.microseconds;
  }
  const { user, system } = process.cpuUsage(before);
  return { events, operations, virtual: microseconds / 1e6, cpu: (user + system) / 1e6 };
}

function row(label, count, { events, operations, virtual, cpu }) {
  const columns = [
    label.padEnd(34),
    `${(count / cpu).toFixed(0)} runs/s`.padStart(12),
    `${Math.round(events / cpu).toLocaleString("en")} events/s`.padStart(20),
    `${Math.round(operations / cpu).toLocaleString("en")} operations/s`.padStart(22),
    `${(virtual / cpu).toFixed(0)} times as fast as time`.padStart(28),
  ];
  console.log(columns.join(""));
}

// Once for the compiler.
for (const { name } of protocols) measure({ protocol: name }, 5);
for (const { name } of protocols) row(name, seeds, measure({ protocol: name }, seeds));
for (const seconds of [4, 40, 400]) {
  const count = Math.max(1, Math.round(40 / seconds));
  const options = { protocol: "paxos", nodes: 5, seconds, rate: 100, faults: ["all"] };
  row(`paxos, 5 nodes, ${seconds} s`, count, measure(options, count));
}

const mutant = { protocol: "paxos", mutant: "half-quorum" };
const failing = Array.from({ length: 100 }, (_, i) => i + 1).find(
  (seed) => runSeed(mutant, seed).valid === false,
);
if (failing !== undefined) {
  const signature = runSeed(mutant, failing).failures[0];
  const before = process.cpuUsage();
  const inquiry = { options: mutant, seed: failing, signature, budget: 1000, version: "bench", started: "" };
  const found = inquire(inquiry);
  const { user, system } = process.cpuUsage(before);
  console.log(
    `shrinking ${mutant.mutant}: ${found.before.operations} operations to ${found.after.operations}, ${found.before.events} events to ${found.after.events}, in ${found.runs} runs and ${((user + system) / 1e6).toFixed(1)} s of CPU`,
  );
}
