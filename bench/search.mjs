// Prints CPU milliseconds of the general search alone, on what other engines would judge in its place.
//
//   npm run build && node bench/search.mjs
//
// A hundred histories like those of Jepsen's etcd tests: five to ten clients, 170 events, reads, writes and
// compare-and-sets of five values, timeouts, a third with a stale read. And queues, stacks and locks of ten
// thousand operations whose items come again and again. Everything is seeded.
import { HistoryBuilder } from "../dist/modules/histories/index.js";
import { Alphabet } from "../dist/modules/checkers/linearizability/alphabet.js";
import { readCalls } from "../dist/modules/checkers/linearizability/calls.js";
import { searchEngine } from "../dist/modules/checkers/linearizability/engines/search-engine.js";
import { OneOf, Refused } from "../dist/modules/checkers/linearizability/model.js";
import { modelNamed } from "../dist/modules/checkers/linearizability/models/catalogue.js";
import { ModelHistory } from "../dist/modules/checkers/linearizability/partition.js";
import { StateTable } from "../dist/modules/checkers/linearizability/states.js";

const register = {
  ask: (random) => {
    const f = ["read", "write", "cas"][Math.floor(random() * 3)];
    const value = () => Math.floor(random() * 5);
    return { f, value: f === "read" ? null : f === "write" ? value() : [value(), value()] };
  },
  lie: ({ f }, random) => (f === "read" ? Math.floor(random() * 5) : undefined),
};
const queue = (add, remove) => ({
  ask: (random, inside) =>
    random() < (inside > 20 ? 0.4 : 0.55)
      ? { f: add, value: Math.floor(random() * 10) }
      : { f: remove, value: null },
});

const etcd = Array.from({ length: 100 }, (_, seed) =>
  play({
    model: "cas-register",
    ...register,
    seed,
    clients: 5 + (seed % 6),
    events: 170,
    unknown: 0.08,
    lies: seed % 3 === 0 ? 0.01 : 0,
  }),
);
judge("100 etcd-like histories of 170 events", etcd);
for (const [model, add, remove] of [
  ["fifo-queue", "enqueue", "dequeue"],
  ["unordered-queue", "enqueue", "dequeue"],
  ["stack", "push", "pop"],
])
  for (const clients of [5, 10, 40])
    judge(`${model}, 10k operations, ${clients} clients`, [
      play({ model, ...queue(add, remove), seed: 1, clients, events: 20_000, unknown: 0, lies: 0 }),
    ]);

function judge(title, problems) {
  const ends = {};
  let steps = 0;
  const before = process.cpuUsage();
  for (const { source } of problems) {
    const alphabet = new Alphabet(source.model);
    const calls = readCalls(source, source.partitions()[0], alphabet);
    const decision = searchEngine.decide({ calls, states: new StateTable(alphabet) }, { steps: 1e6 });
    ends[decision.end] = (ends[decision.end] ?? 0) + 1;
    steps += decision.steps;
  }
  const { user, system } = process.cpuUsage(before);
  const memory = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${title}: ${((user + system) / 1000).toFixed(0)} ms, ${steps} steps, ${memory.toFixed(0)} MB peak so far, ${JSON.stringify(ends)}`,
  );
}

/** A history of closed-loop clients on a correct object, but for timeouts and lies. */
function play({ model: name, ask, lie, seed, clients, events, unknown, lies }) {
  const random = mulberry32(seed + 1);
  const model = modelNamed(name);
  const builder = new HistoryBuilder();
  const open = new Map();
  const processes = Array.from({ length: clients }, (_, i) => i);
  let late = [];
  let state = model.initial;
  const apply = (call) => {
    const [result = call.input.value] = model.allowed?.(state, call.input) ?? [];
    const next = model.step(state, call.input, result);
    call.applied = true;
    if (next instanceof Refused) return (call.failed = true);
    call.result = result;
    state = next instanceof OneOf ? next.states[0] : next;
  };
  for (let time = 0; time < events; time++) {
    late = late.filter((call) => (random() < 0.02 ? apply(call) && false : true));
    const client = Math.floor(random() * clients);
    const call = open.get(client);
    if (call === undefined) {
      const input = ask(random, Array.isArray(state) ? state.length : 0);
      open.set(client, { input, process: processes[client] });
      builder.add({ time, process: processes[client], type: "invoke", f: input.f, value: input.value });
      continue;
    }
    for (const other of open.values()) if (!other.applied && random() < 0.3) apply(other);
    open.delete(client);
    const { input, process: number } = call;
    if (random() < unknown) {
      processes[client] += clients;
      if (!call.applied) late.push(call);
      builder.add({ time, process: number, type: "info", f: input.f, value: input.value });
      continue;
    }
    if (!call.applied) apply(call);
    const lied = !call.failed && random() < lies ? lie(input, random) : undefined;
    builder.add({
      time,
      process: number,
      type: call.failed ? "fail" : "ok",
      f: input.f,
      value: lied ?? call.result ?? null,
    });
  }
  return { source: new ModelHistory(builder.build(), model, false) };
}

function mulberry32(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
