/**
 * What the fault proxy costs: megabytes a second through one connection, and round trips a second of a
 * 64-byte message, without toxics and with a latency of 0, next to a direct connection and, where it is
 * installed (scripts/install-toxiproxy.sh), the real Toxiproxy. The server behind the proxy runs in a
 * process of its own.
 *
 *   npm run build && node bench/toxiproxy.mjs [megabytes] [round trips]
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { Toxiproxy } from "toxiproxy-node-client";
import { startToxiproxy } from "../dist/modules/harness/toxiproxy/index.js";

const megabytes = Number(process.argv[2] ?? 512);
const roundTrips = Number(process.argv[3] ?? 20_000);
const chunk = Buffer.alloc(64 * 1024, "rashomon");

/** The first byte of a connection says what is wanted: "e" echoes, "s" swallows and answers each megabyte. */
const serverScript = `
  const server = require("net").createServer({ noDelay: true }, (socket) => {
    let mode, taken = 0;
    socket.on("error", () => {});
    socket.on("data", (data) => {
      if (mode === undefined) { mode = data[0]; data = data.subarray(1); }
      if (mode === 0x65) { if (data.length > 0) socket.write(data); return; }
      taken += data.length;
      while (taken >= 1e6) { taken -= 1e6; socket.write("."); }
    });
  });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

async function throughput(port) {
  const socket = await open(port, "s");
  let left = megabytes;
  const taken = new Promise((resolve) => {
    socket.on("data", (data) => {
      left -= data.length;
      if (left === 0) resolve();
    });
  });
  const start = performance.now();
  const total = megabytes * 1e6;
  for (let sent = 0; sent < total; sent += chunk.length) {
    if (!socket.write(chunk)) await once(socket, "drain");
  }
  await taken;
  socket.destroy();
  return megabytes / ((performance.now() - start) / 1000);
}

async function pingPong(port) {
  const socket = await open(port, "e");
  const message = Buffer.alloc(64, "x");
  const start = performance.now();
  await new Promise((resolve) => {
    let left = roundTrips;
    let received = 0;
    socket.on("data", (data) => {
      received += data.length;
      if (received < message.length) return;
      received = 0;
      if (--left === 0) resolve();
      else socket.write(message);
    });
    socket.write(message);
  });
  socket.destroy();
  return roundTrips / ((performance.now() - start) / 1000);
}

async function open(port, mode) {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  socket.write(mode);
  return socket;
}

async function measure(name, port) {
  const rate = await throughput(port);
  const trips = await pingPong(port);
  console.log(
    `${name.padEnd(28)} ${rate.toFixed(0).padStart(6)} MB/s ${trips.toFixed(0).padStart(8)} round trips/s`,
  );
}

async function measureProxy(name, url, upstreamPort) {
  const client = new Toxiproxy(url);
  const upstream = `127.0.0.1:${upstreamPort}`;
  const proxy = await client.createProxy({ name: "bench", listen: "127.0.0.1:0", upstream });
  const port = Number(proxy.listen.split(":")[1]);
  await measure(`${name}, no toxic`, port);
  for (const stream of ["upstream", "downstream"]) {
    const attributes = { latency: 0, jitter: 0 };
    await proxy.addToxic({ name: stream, type: "latency", stream, toxicity: 1, attributes });
  }
  await measure(`${name}, latency 0`, port);
  await proxy.remove();
}

/** The real server on a free port, or undefined where it is not installed. */
async function startReal() {
  const installed = fileURLToPath(
    new URL("../node_modules/.cache/toxiproxy/toxiproxy-server", import.meta.url),
  );
  const binary = process.env.TOXIPROXY_SERVER ?? installed;
  if (!existsSync(binary)) return undefined;
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  const child = spawn(binary, ["-host", "127.0.0.1", "-port", String(port)], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${url}/version`).then(
      (response) => response.ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`${binary} does not start`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const version = execFileSync(binary, ["-version"], { encoding: "utf8" }).trim().split(" ").at(-1);
  return { url, version, close: () => child.kill("SIGKILL") };
}

async function compare() {
  const server = spawn(process.execPath, ["-e", serverScript], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(server.stdout, "data");
  const serverPort = Number(String(line));

  await measure("direct", serverPort);
  // In a process of its own, as the real one is: this file, told to serve.
  const embedded = spawn(process.execPath, [fileURLToPath(import.meta.url), "serve"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [url] = await once(embedded.stdout, "data");
  await measureProxy("embedded", String(url).trim(), serverPort);
  embedded.kill("SIGKILL");
  const real = await startReal();
  if (real !== undefined) {
    await measureProxy(`toxiproxy ${real.version}`, real.url, serverPort);
    real.close();
  } else {
    console.log("the real Toxiproxy is not installed: scripts/install-toxiproxy.sh");
  }
  server.kill("SIGKILL");
}

if (process.argv[2] === "serve") {
  console.log((await startToxiproxy()).url);
} else {
  await compare();
}
