/**
 * What the network of a run costs: operations a second and their latencies, of systems that run among proxies, in network namespaces, and among
 * namespaces that are reached by ssh as other machines are. Without faults, clients that ask as soon as they are answered, and then clients of a fixed rate. Before that the
 * links themselves: round trips of 64 bytes from a client to a node, whose median says something on a busy machine as well, and megabytes a second.
 *
 *   npm run build && node bench/worlds.mjs [seconds] [system…]        (as root, for namespaces)
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const seconds = Number(process.argv[2] ?? 5);
const systems = process.argv.length > 3 ? process.argv.slice(3) : ["redis", "etcd"];
const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const machines = fileURLToPath(new URL("../harness/remote/testing/machines.sh", import.meta.url));
const usual = "--nodes 3 --workload register --faults none --concurrency 12 --seed 1 --steps 1";

const worlds = {
  proxies: (words, folder) =>
    run("node", [program, ...words, "--network", "proxies", "--store", `${folder}/store`]),
  namespaces: (words, folder) =>
    run("node", [program, ...words, "--network", "namespaces", "--store", `${folder}/store`]),
  remote(words, folder) {
    const inside = `node ${program} ${words.join(" ")} --inventory ${folder}/inventory.json --store ${folder}/store`;
    const namespaces = ["--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
    run("unshare", [...namespaces, "bash", machines, folder, "3", "bash", "-c", inside]);
  },
};

if (process.env.RASHOMON_BENCH_LINK !== undefined) {
  await measureLink(process.env.RASHOMON_BENCH_LINK);
  process.exit(0);
}
console.log("link           round trip: median      99 %   megabytes/s");
for (const kind of ["direct", "proxies", "namespaces"]) {
  const words = [process.execPath, fileURLToPath(import.meta.url)];
  const [command, ...rest] = kind === "namespaces" ? ["unshare", "--net", ...words] : words;
  const env = { ...process.env, RASHOMON_BENCH_LINK: kind };
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: "utf8", env });
  if (status !== 0) throw new Error(stderr);
  process.stdout.write(stdout);
}
console.log("\nsystem  world        clients        operations/s   median      99 %     worst");
for (const system of systems)
  for (const [world, start] of Object.entries(worlds))
    for (const [clients, rate] of [
      ["as fast as can be", 1_000_000],
      ["200 a second", 200],
    ]) {
      const folder = mkdtempSync(join(tmpdir(), "rashomon-worlds-"));
      try {
        start(
          ["test", system, ...usual.split(" "), "--time", String(seconds), "--rate", String(rate), "--json"],
          folder,
        );
        const { count, latencies } = answered(join(folder, "store"));
        const at = (share) =>
          `${(latencies[Math.floor(share * (latencies.length - 1))] / 1e6).toFixed(2)} ms`.padStart(9);
        const columns = [
          system.padEnd(7),
          world.padEnd(11),
          clients.padEnd(18),
          String(Math.round(count / seconds)).padStart(8),
        ];
        console.log(columns.join(" "), at(0.5), at(0.99), at(1));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }

/** What a link costs from a client to a node, in this process; in namespaces, this one is in one of its own. */
async function measureLink(kind) {
  const { openNetwork } = await import("../dist/modules/harness/network/open-network.js");
  const { FaultJournal } = await import("../dist/modules/harness/journal.js");
  const folder = mkdtempSync(join(tmpdir(), "rashomon-links-"));
  const journal = new FaultJournal(folder, { pid: process.pid, started: "", run: "" });
  const network = await openNetwork({
    kind: kind === "direct" ? "proxies" : kind,
    nodes: ["n1", "n2", "n3"],
    system: {},
    seed: "1",
    name: `bench-${process.pid}`,
    journal,
  });
  const { host, port } = network.address("n1");
  const echo = `require("net").createServer({ noDelay: true }, (socket) => socket.pipe(socket)).listen(${port}, "${host}", () => console.log())`;
  const { command, arguments: words } = network.place("n1", {
    command: process.execPath,
    arguments: ["-e", echo],
  });
  const server = spawn(command, words, { stdio: ["ignore", "pipe", "inherit"] });
  await once(server.stdout, "data");
  const { host: there, port: at } = kind === "direct" ? { host, port } : network.route("clients", "n1");
  const socket = connect({ host: there, port: at, noDelay: true });
  await once(socket, "connect");
  const trips = [];
  const message = Buffer.alloc(64, "x");
  for (let i = 0; i < 5_000; i++) {
    const before = performance.now();
    socket.write(message);
    for (let left = message.length; left > 0;) left -= (await once(socket, "data"))[0].length;
    trips.push(performance.now() - before);
  }
  trips.sort((a, b) => a - b);
  const [total, chunk] = [64e6, Buffer.alloc(65_536, "x")];
  const before = performance.now();
  let back = 0;
  const all = new Promise((resolve) =>
    socket.on("data", (data) => (back += data.length) >= total && resolve()),
  );
  for (let sent = 0; sent < total; sent += chunk.length)
    if (!socket.write(chunk)) await once(socket, "drain");
  await all;
  const speed = total / 1e6 / ((performance.now() - before) / 1_000);
  const trip = (share) =>
    `${(trips[Math.floor(share * (trips.length - 1))] * 1_000).toFixed(0)} µs`.padStart(9);
  console.log(kind.padEnd(24), trip(0.5), trip(0.99), speed.toFixed(0).padStart(12));
  socket.on("error", () => undefined).destroy();
  server.kill("SIGKILL");
  await network.close();
  rmSync(folder, { recursive: true, force: true });
}

function run(command, words) {
  const { status, stderr } = spawnSync(command, words, {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  // A verdict is not what this is about: its steps are spent at once.
  if (status !== 0 && status !== 2 && status !== 1)
    throw new Error(`${command} ${words.join(" ")}: ${stderr}`);
}

/** The operations of clients that were answered, and how long that took, in nanoseconds. */
function answered(store) {
  const history = execFileSync("find", [realpathSync(store), "-name", "history.jsonl", "-type", "f"], {
    encoding: "utf8",
  });
  const invoked = new Map();
  const latencies = [];
  for (const line of readFileSync(history.trim().split("\n")[0], "utf8").split("\n")) {
    if (line === "") continue;
    const { time, process: id, type } = JSON.parse(line);
    if (typeof id !== "number") continue;
    if (type === "invoke") invoked.set(id, time);
    else if (type === "ok" && invoked.has(id)) latencies.push(time - invoked.get(id));
  }
  return { count: latencies.length, latencies: latencies.toSorted((a, b) => a - b) };
}
