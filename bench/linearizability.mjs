// Prints CPU seconds and peak memory of linearizability checks on generated histories of one key.
//
//   npm run build && node bench/linearizability.mjs [operations …]
//
// Clients are closed loops, busy nine tenths of the time; an operation takes effect at a random moment
// within it. Unknown outcomes take effect with probability one half, up to ten times their length later,
// and retire their process. "stale": one read near the end returns a value that is certainly overwritten
// (one that nobody wrote, where no such read exists). Everything is seeded; each check has a process of its
// own, for its peak memory.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);

if (process.argv[2] === "--one") await one(JSON.parse(process.argv[3]));
else await all();

async function all() {
  const sizes = process.argv.slice(2).map(Number);
  console.log("operations clients values unknown history   verdict  CPU s   RSS MB  steps      reason");
  for (const operations of sizes.length > 0 ? sizes : [1_000, 10_000, 100_000])
    for (const clients of [5, 20])
      for (const values of ["distinct", "five"])
        for (const unknown of [0, 0.01])
          for (const stale of [false, true]) await run({ operations, clients, values, unknown, stale });
}

function run(options) {
  return new Promise((resolve) => {
    const child = fork(self, ["--one", JSON.stringify(options)]);
    child.on("exit", resolve);
  });
}

async function one(options) {
  const { check } = await import("../dist/checkers/index.js");
  const history = await generate(options);
  const before = process.cpuUsage();
  const verdict = check(history, { model: "cas-register" });
  const { user, system } = process.cpuUsage(before);
  const memory = process.resourceUsage().maxRSS / 1024;
  console.log(
    [
      String(options.operations).padEnd(10),
      String(options.clients).padEnd(7),
      options.values.padEnd(8),
      `${options.unknown * 100} %`.padEnd(7),
      (options.stale ? "stale" : "valid").padEnd(9),
      String(verdict.valid).padEnd(8),
      ((user + system) / 1e6).toFixed(3).padEnd(7),
      memory.toFixed(0).padEnd(7),
      String(verdict.statistics.steps).padEnd(10),
      verdict.reason ?? "",
    ].join(" "),
  );
}

async function generate({ operations, clients, values, unknown, stale }) {
  const { HistoryBuilder } = await import("../dist/histories/index.js");
  const random = sfc32(1);
  const exponential = (mean) => -mean * Math.log(1 - random());

  // Invocations in order of time, by always moving on the client that is free first.
  const free = Array.from({ length: clients }, (_, process) => ({ process, at: exponential(0.2) }));
  const calls = [];
  for (let i = 0; i < operations; i++) {
    const client = free.reduce((first, other) => (other.at < first.at ? other : first));
    const begin = client.at;
    const length = 1 + exponential(1);
    const info = random() < unknown;
    const kind = random();
    const f =
      values === "distinct"
        ? kind < 0.5
          ? "read"
          : "write"
        : ["read", "write", "cas"][Math.floor(kind * 3)];
    const argument =
      f === "read"
        ? null
        : f === "write"
          ? values === "distinct"
            ? i + 1
            : Math.floor(random() * 5)
          : [Math.floor(random() * 5), Math.floor(random() * 5)];
    const takesEffect = !info || random() < 0.5;
    const point = begin + random() * length * (info ? 10 : 1);
    calls.push({
      begin,
      end: begin + length,
      point,
      takesEffect,
      info,
      f,
      argument,
      process: client.process,
      result: argument,
      type: "ok",
    });
    if (info) client.process += clients;
    client.at = begin + length + exponential(0.2);
  }

  let value = null;
  for (const call of calls.filter(({ takesEffect }) => takesEffect).toSorted((a, b) => a.point - b.point)) {
    if (call.f === "read") call.result = value;
    else if (call.f === "write") value = call.argument;
    else if (call.argument[0] === value) value = call.argument[1];
    else call.type = "fail";
  }
  for (const call of calls) if (call.info) [call.type, call.result] = ["info", call.argument];
  if (stale) makeStale(calls);

  const builder = new HistoryBuilder();
  const events = calls.flatMap((call) => [
    { at: call.begin, call, type: "invoke", value: call.argument },
    { at: call.end, call, type: call.type, value: call.result },
  ]);
  for (const { at, call, type, value: shown } of events.toSorted((a, b) => a.at - b.at))
    builder.add({ time: Math.round(at * 1e6), process: call.process, type, f: call.f, value: shown });
  return builder.build();
}

function makeStale(calls) {
  const writes = calls.filter(({ f, type }) => f !== "read" && type !== "fail");
  const late = calls
    .slice(Math.floor(calls.length * 0.9))
    .filter(({ f, type }) => f === "read" && type === "ok");
  for (const read of late) {
    const before = writes.filter(({ end, info }) => end < read.begin && !info);
    const last = before.reduce((latest, write) => (write.begin > latest.begin ? write : latest), before[0]);
    const written = (write) => (write.f === "write" ? write.argument : write.argument[1]);
    const sources = (value) => writes.filter((write) => written(write) === value && write.begin < read.end);
    const old = before.findLast((write) =>
      sources(written(write)).every(({ end, info }) => !info && end < last.begin),
    );
    if (old === undefined) continue;
    read.result = written(old);
    return;
  }
  late[0].result = -1;
}

function sfc32(seed) {
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, seed | 0, 1];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 16; i++) next();
  return next;
}
