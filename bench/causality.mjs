/**
 * Causality: reads and writes of a store of registers judged by causal consistency, convergence and memory, and the vector clocks of
 * a trace held against happens-before. Prints seconds and nanoseconds an operation, and how that grows.
 *
 *     node bench/causality.mjs [operations=10000,100000,1000000] [sessions=10] [keys=100] [reads=0.5] [lag=20] [nodes=5]
 *          [events=10000,100000,1000000] [conditions=CC,CCv,CM] [seed=1] [dist=dist]
 *
 * The store keeps one log of all writes; each session sees a prefix of it, up to `lag` writes old, which never shrinks and has
 * the session's own writes. So all conditions hold.
 */
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const options = {
  operations: "10000,100000,1000000",
  events: "10000,100000,1000000",
  sessions: "10",
  keys: "100",
  reads: "0.5",
  lag: "20",
  nodes: "5",
  conditions: "CC,CCv,CM",
  seed: "1",
  dist: fileURLToPath(new URL("../dist", import.meta.url)),
  ...Object.fromEntries(process.argv.slice(2).map((argument) => argument.split("="))),
};
const from = (path) => import(pathToFileURL(resolve(options.dist, path)).href);
const { HistoryBuilder } = await from("histories/builder.js");
const { EventTraceBuilder } = await from("histories/event-trace.js");
const { causalMemory } = await from("checkers/causality/memory/causal-memory.js");
const { checkCausality } = await from("checkers/causality/causality.js");

/** A small linear congruential generator: numbers in 0..bound−1. */
function chance(seed) {
  let state = Number(seed) >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

function storeHistory(operations) {
  const random = chance(options.seed);
  const [sessions, keys, lag] = [options.sessions, options.keys, options.lag].map(Number);
  const builder = new HistoryBuilder({});
  const writes = Array.from({ length: keys }, () => []);
  const positions = Array.from({ length: sessions }, () => 0);
  let written = 0;
  let time = 0;
  const both = (process, f, key, argument, value) => {
    builder.add({ time: time++, process, type: "invoke", f, key, value: argument });
    builder.add({ time: time++, process, type: "ok", f, key, value });
  };
  for (let i = 0; i < operations; i++) {
    const session = random(sessions);
    const key = random(keys);
    if (random(1000) >= Number(options.reads) * 1000) {
      written++;
      writes[key].push(written);
      positions[session] = written;
      both(session, "write", key, written, written);
      continue;
    }
    positions[session] = Math.max(positions[session], written - random(lag));
    let latest = writes[key].length - 1;
    while (latest >= 0 && writes[key][latest] > positions[session]) latest--;
    both(session, "read", key, null, latest < 0 ? null : writes[key][latest]);
  }
  return builder.build();
}

function trace(events) {
  const random = chance(options.seed);
  const nodes = Number(options.nodes);
  const builder = new EventTraceBuilder();
  const clocks = Array.from({ length: nodes }, () => Array.from({ length: nodes }, () => 0));
  const inboxes = Array.from({ length: nodes }, () => []);
  for (let i = 0; i < events; i++) {
    const node = random(nodes);
    const clock = clocks[node];
    const message = random(2) === 0 ? inboxes[node].shift() : undefined;
    message?.clock.forEach((count, other) => (clock[other] = Math.max(clock[other], count)));
    clock[node]++;
    if (message === undefined) inboxes[random(nodes)].push({ id: i, clock: [...clock] });
    builder.add({
      node: `n${node}`,
      line: i + 1,
      text: "",
      clock: Object.fromEntries(clock.map((count, other) => [`n${other}`, count])),
      ...(message === undefined ? { sends: i } : { receives: message.id }),
    });
  }
  return builder.build();
}

function measured(what, size, judge) {
  const start = performance.now();
  const { valid } = judge();
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `${what.padEnd(22)} ${String(size).padStart(9)}  ${seconds.toFixed(2).padStart(7)} s  ${((seconds / size) * 1e9).toFixed(0).padStart(7)} ns each  ${valid}`,
  );
  if (valid !== true) process.exitCode = 1;
}

for (const size of options.operations.split(",").map(Number)) {
  const history = storeHistory(size);
  history.valueNumbers();
  for (const condition of options.conditions.split(","))
    measured(condition, size, () => causalMemory(condition).check(history));
}
for (const size of options.events.split(",").map(Number)) {
  const events = trace(size);
  measured("vector clocks", size, () => checkCausality(events));
}
