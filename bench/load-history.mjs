/**
 * How fast histories load: `node bench/load-history.mjs [--size 1000000] [--formats native,edn]`, after
 * `npm run build`. Generates a history of `size` events (half list-append transactions, half register
 * operations, 50 processes, some 120 bytes a line), loads it in a process of its own for each format, and
 * prints CPU seconds, wall seconds, MB/s and the peak of resident memory. The same size, the same bytes.
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    size: { type: "string", default: "1000000" },
    formats: { type: "string", default: "native,edn" },
    load: { type: "string" },
    values: { type: "boolean", default: false },
  },
});

if (options.load === undefined) bench(Number(options.size), options.formats.split(","));
else await load(options.load, options.values);

function bench(size, formats) {
  const folder = mkdtempSync(join(tmpdir(), "rashomon-load-"));
  try {
    for (const format of formats) {
      const file = join(folder, `${format}.history`);
      generate(file, format, size);
      for (const extra of [[], ["--values"]]) {
        const run = spawnSync(process.execPath, [fileURLToPath(import.meta.url), "--load", file, ...extra]);
        if (run.status !== 0) throw new Error(run.stderr.toString());
        const figures = JSON.parse(run.stdout.toString());
        const megabytes = statSync(file).size / 1e6;
        console.log(
          [
            `${format}${extra.length > 0 ? " + every value" : ""}`.padEnd(22),
            `${figures.events} events`,
            `${megabytes.toFixed(1)} MB`,
            `${figures.cpu.toFixed(2)} s CPU`,
            `${figures.wall.toFixed(2)} s wall`,
            `${(megabytes / figures.cpu).toFixed(0)} MB/s of CPU`,
            `${(figures.peak / 1024).toFixed(0)} MB peak`,
          ].join("  "),
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function load(file, everyValue) {
  const { readHistory } = await import("../dist/modules/histories/index.js");
  const cpu = process.cpuUsage();
  const start = performance.now();
  const history = await readHistory(file);
  if (everyValue) for (let i = 0; i < history.length; i++) history.value(i);
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    JSON.stringify({
      events: history.length,
      cpu: (user + system) / 1e6,
      wall: (performance.now() - start) / 1000,
      peak: process.resourceUsage().maxRSS,
    }),
  );
}

function generate(file, format, size) {
  const output = openSync(file, "w");
  let text =
    format === "native"
      ? '{"rashomon":"history","format":1,"name":"load","workload":"mixed","seed":"1"}\n'
      : "";
  let state = 0x9e3779b9;
  const random = (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const open = Array.from({ length: 50 }, () => undefined);
  for (let index = 0, time = 0; index < size; index++) {
    time += 500 + random(4000);
    const process = random(50);
    const begun = open[process];
    let operation;
    if (begun === undefined) {
      operation = { f: "txn", value: [], node: `n${(process % 5) + 1}` };
      if (random(2) === 0) {
        const length = 1 + random(4);
        for (let i = 0; i < length; i++) {
          operation.value.push(
            random(2) === 0 ? ["append", random(1000), index + i] : ["r", random(1000), null],
          );
        }
      } else {
        const kind = random(3);
        operation.f = ["read", "write", "cas"][kind];
        operation.value = [null, random(1000), [random(1000), random(1000)]][kind];
      }
      open[process] = operation;
    } else {
      operation = { ...begun };
      if (begun.f === "txn") {
        operation.value = begun.value.map(([f, key, value]) =>
          f === "append" ? [f, key, value] : [f, key, Array.from({ length: random(6) }, () => random(1e6))],
        );
      } else if (begun.f === "read") operation.value = random(1000);
      open[process] = undefined;
    }
    const type = begun === undefined ? "invoke" : random(50) === 0 && operation.f === "cas" ? "fail" : "ok";
    text +=
      format === "native"
        ? `${JSON.stringify({ index, time, process, type, f: operation.f, value: operation.value, node: operation.node })}\n`
        : `{:index ${index}, :time ${time}, :type :${type}, :process ${process}, :f :${operation.f}, :value ${edn(operation)}, :node "${operation.node}"}\n`;
    if (text.length > 1 << 20) {
      writeSync(output, text);
      text = "";
    }
  }
  writeSync(output, text);
  closeSync(output);
}

function edn({ f, value }) {
  if (value === null) return "nil";
  if (typeof value === "number") return String(value);
  if (f === "cas") return `[${value.join(" ")}]`;
  return `[${value
    .map(
      ([name, key, item]) =>
        `[:${name} ${key} ${item === null ? "nil" : Array.isArray(item) ? `[${item.join(" ")}]` : item}]`,
    )
    .join(" ")}]`;
}
