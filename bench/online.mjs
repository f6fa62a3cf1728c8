// What judging a history while it is recorded takes, and that its memory does not grow with the run:
//
//   npm run bench -- online [--operations 1000000] [--clients 10] [--values distinct|five] [--unknown 0] [--keys 1]
//
// Events of simulated closed-loop clients stream through the judge and are forgotten. Prints CPU microseconds an
// operation and, ten times on the way, the heap after a collection and how much the judge holds on to. A last
// line says what recording costs the thread that drives the run: the events put into the queue of the judge.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parseArgs } from "node:util";
import { OnlineLinearizability } from "../dist/modules/checkers/linearizability/online/online-linearizability.js";
import { modelNamed } from "../dist/modules/checkers/index.js";
import { sfc32 } from "./random.mjs";

const { values: options } = parseArgs({
  options: {
    operations: { type: "string", default: "1000000" },
    clients: { type: "string", default: "10" },
    values: { type: "string", default: "distinct,five" },
    unknown: { type: "string", default: "0" },
    keys: { type: "string", default: "1" },
  },
});
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
const [operations, clients, keys] = [options.operations, options.clients, options.keys].map(Number);

for (const values of options.values.split(",")) measure(values);

function measure(values) {
  const online = new OnlineLinearizability({ model: modelNamed("cas-register") });
  const events = stream(values);
  console.log(
    `${values} values, ${operations} operations of ${clients} clients on ${keys} keys, ${options.unknown} unknown`,
  );
  let [count, spent] = [0, 0];
  for (let part = 1; part <= 10; part++) {
    for (; count < (operations * part) / 10;) {
      const batch = [];
      for (let i = 0; i < 4096; i++) batch.push(events.next().value);
      const before = process.cpuUsage();
      for (const event of batch) {
        if (online.record(event) !== undefined)
          throw new Error(`a violation that is none, at event ${event.index}`);
        if (event.type !== "invoke") count++;
      }
      const { user, system } = process.cpuUsage(before);
      spent += user + system;
    }
    collect();
    const heap = process.memoryUsage().heapUsed / 1e6;
    console.log(
      `  ${String(count).padStart(9)} operations  ${heap.toFixed(1).padStart(6)} MB heap  ${String(online.live).padStart(7)} held  ${(spent / count).toFixed(2)} µs each${online.undecided > 0 ? `  ${online.undecided} objects undecided` : ""}`,
    );
  }
}

/** Events without end: an operation takes effect at a random moment between its two. */
function* stream(values) {
  const random = sfc32(1);
  const registers = Array.from({ length: keys }, () => null);
  const open = Array.from({ length: clients }, () => undefined);
  const ids = open.map((_, i) => i);
  const lost = Number(options.unknown);
  for (let index = 0, written = 0; ;) {
    const client = Math.floor(random() * clients);
    const call = open[client];
    const time = index * 1000;
    const key = keys === 1 ? {} : { key: call?.key ?? Math.floor(random() * keys) };
    if (call === undefined) {
      const kind = Math.floor(random() * (values === "distinct" ? 2 : 3));
      const any = () => Math.floor(random() * 5);
      const argument =
        kind === 0 ? null : kind === 2 ? [any(), any()] : values === "distinct" ? ++written : any();
      const f = ["read", "write", "cas"][kind];
      open[client] = { f, argument, key: key.key, done: false, result: argument, failed: false };
      yield { index: index++, time, process: ids[client], type: "invoke", f, ...key, value: argument };
      continue;
    }
    if (!call.done) {
      call.done = true;
      const at = call.key ?? 0;
      if (call.f === "read") call.result = registers[at];
      else if (call.f === "write") registers[at] = call.argument;
      else if (registers[at] === call.argument[0]) registers[at] = call.argument[1];
      else call.failed = true;
      continue;
    }
    open[client] = undefined;
    const unknown = random() < lost;
    const type = unknown ? "info" : call.failed ? "fail" : "ok";
    yield {
      index: index++,
      time,
      process: ids[client],
      type,
      f: call.f,
      ...key,
      value: unknown ? call.argument : call.result,
    };
    if (unknown) ids[client] += clients;
  }
}
