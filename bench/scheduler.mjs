// How much a run costs beyond its system: the scheduler, the interpreter and the recorder, driving a client
// that answers at once. Run `npm run build` first, then `node bench/scheduler.mjs [operations]`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Recorder } from "../dist/modules/histories/store/recorder.js";
import { Watch } from "../dist/modules/harness/watch.js";
import { interpret, monotonicClock, Scheduler } from "../dist/modules/harness/scheduler/index.js";
import { clients, limit, mix, repeat, sequence, workload } from "../dist/modules/workloads/index.js";

const operations = Number(process.argv[2] ?? 300_000);
const concurrency = 10;

const plans = {
  repeat: () => repeat({ f: "read" }),
  mix: () => mix([repeat({ f: "read" }), ({ random }) => ({ f: "write", value: random.int(5) })]),
  register: () => workload("register").generator({ concurrency }),
};

/** A client of registers that really hold their values. */
function registers() {
  const values = new Map();
  return async ({ f, key, value }) => {
    if (f === "read") return { type: "ok", value: values.get(key) ?? null };
    if (f === "cas" && values.get(key) !== value[0]) return { type: "fail" };
    values.set(key, f === "cas" ? value[1] : value);
    return { type: "ok" };
  };
}

/** Runs a plan to its end; prints operations a second and microseconds of CPU an operation. */
async function measure(name, plan, record, client = async () => ({ type: "ok" }), clock = monotonicClock()) {
  const scheduler = new Scheduler({ generator: limit(operations, clients(plan)), concurrency, seed: 7 });
  const cpu = process.cpuUsage();
  await interpret(scheduler, { clock, invoke: client, record });
  const seconds = clock.now() / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  const cost = (user + system) / operations;
  const [wall, busy] = [operations / seconds, 1e6 / cost].map((rate) =>
    Math.round(rate).toLocaleString("en"),
  );
  console.log(
    `${name.padEnd(24)} ${wall.padStart(10)} operations/s ${busy.padStart(10)} a CPU second ${cost.toFixed(2).padStart(6)} µs each`,
  );
  return cost;
}

console.log(`${operations} operations, ${concurrency} threads, Node ${process.version}\n`);
// Once unmeasured, so that what follows is compiled.
for (const plan of Object.values(plans)) {
  const warm = new Scheduler({ generator: limit(30_000, clients(plan())), concurrency, seed: 1 });
  const ok = async () => ({ type: "ok" });
  await interpret(warm, { clock: monotonicClock(), invoke: ok, record: () => undefined });
}
let unrecorded = 0;
for (const [name, plan] of Object.entries(plans)) {
  unrecorded = await measure(`${name}, no recorder`, sequence(plan()), () => undefined);
}
const events = [];
const kept = await measure("register, in an array", plans.register(), (event) => void events.push(event));
events.length = 0;

const directory = mkdtempSync(join(tmpdir(), "rashomon-bench-"));
try {
  const recorder = new Recorder(join(directory, "history.jsonl"), { name: "bench" });
  let index = 0;
  const written = await measure("register, in a file", plans.register(), (event) => {
    recorder.record({ index: index++, ...event });
  });
  const serving = await measure(
    "with real registers",
    plans.register(),
    (event) => recorder.record({ index: index++, ...event }),
    registers(),
  );
  const clock = monotonicClock();
  let found = 0;
  const checks = [{ checker: "linearizable", model: "cas-register" }];
  const watch = new Watch({ checks, now: () => clock.now(), found: () => found++ });
  let own = 0;
  const judged = await measure(
    "and judged while running",
    plans.register(),
    (event) => {
      const operation = { index: index++, ...event };
      recorder.record(operation);
      watch.record({ ...operation, index: own++ });
    },
    registers(),
    clock,
  );
  const before = process.cpuUsage();
  const { objects, undecided } = watch.finish();
  const { user, system } = process.cpuUsage(before);
  recorder.close();
  if (found > 0) throw new Error("a violation that is none");
  console.log(`\nrecording costs ${(kept - unrecorded).toFixed(2)} µs an operation in an array,`);
  console.log(`${(written - unrecorded).toFixed(2)} µs in a file (its two events, written and flushed);`);
  console.log(
    `judging while running costs ${(judged - serving).toFixed(2)} µs an operation, and ${((user + system) / 1000).toFixed(0)} ms at the end (${objects} objects, ${undecided} undecided)`,
  );
} finally {
  rmSync(directory, { recursive: true });
}
