import { mkdtempSync, rmSync } from "node:fs";
import { createServer, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { execa } from "execa";
import { Toxiproxy } from "toxiproxy-node-client";

import type { FaultKind } from "../systems/contracts/system.ts";
import { faketimeEnvironment, findLibfaketime, libfaketimeAdvice, writeClockFile } from "./local/clocks.ts";
import { findProcess, signal } from "./local/process-table.ts";
import { findToxiproxy } from "./toxiproxy/find.ts";

/** Whether this host can do a fault, found out by doing it to something of our own. */
export interface Diagnosis {
  readonly faults: readonly FaultKind[];
  readonly available: boolean;
  /** By what means, or why not and what would help. */
  readonly explanation: string;
}

/** Probes every kind of fault on this host. */
export async function diagnose(): Promise<Diagnosis[]> {
  return Promise.all([
    probe(["partition", "latency", "bandwidth", "slow-close", "reset"], probeProxy),
    probe(["kill", "terminate", "pause", "failover"], probeSignals),
    probe(["clock"], probeClock),
  ]);
}

/** The kinds of fault that can not be done on this host without looking closely, each with the reason. */
export function unavailableFaults(): ReadonlyMap<FaultKind, string> {
  return findLibfaketime() === undefined ? new Map([["clock", libfaketimeAdvice]]) : new Map();
}

async function probe(faults: readonly FaultKind[], attempt: () => Promise<string>): Promise<Diagnosis> {
  try {
    return { faults, available: true, explanation: await attempt() };
  } catch (error) {
    return { faults, available: false, explanation: error instanceof Error ? error.message : String(error) };
  }
}

/** Cuts a link of our own and sees that nothing comes through, heals it and sees that something does. */
async function probeProxy(): Promise<string> {
  const server = await findToxiproxy();
  const echo = createServer((socket) => socket.on("error", () => undefined).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
  const address = echo.address();
  const client = new Toxiproxy(server.url);
  const name = `rashomon-doctor-${process.pid}`;
  try {
    if (address === null || typeof address === "string") throw new Error("no port for the probe");
    const proxy = await client.createProxy({
      name,
      listen: "127.0.0.1:0",
      upstream: `127.0.0.1:${address.port}`,
    });
    try {
      const port = Number(proxy.listen.slice(proxy.listen.lastIndexOf(":") + 1));
      if (!(await answers(port))) throw new Error("nothing comes through the proxy");
      const toxic = await proxy.addToxic({
        type: "timeout",
        name: "cut",
        stream: "upstream",
        toxicity: 1,
        attributes: { timeout: 0 },
      });
      if (await answers(port)) throw new Error("a cut link lets data through");
      await toxic.remove();
      if (!(await answers(port))) throw new Error("a healed link lets nothing through");
    } finally {
      await proxy.remove();
    }
    return server.embedded
      ? "by the embedded Toxiproxy-compatible server"
      : `by the Toxiproxy server ${server.version} at ${server.url}`;
  } finally {
    echo.close();
    await server.close();
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    return await Promise.race([
      new Promise<boolean>((resolve) => {
        socket.once("data", () => resolve(true));
        socket.once("error", () => resolve(false));
        socket.once("connect", () => socket.write("?"));
      }),
      sleep(300, false),
    ]);
  } finally {
    socket.destroy();
  }
}

async function probeSignals(): Promise<string> {
  const child = execa(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
    reject: false,
    stdio: "ignore",
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("could not start a process");
  try {
    signal(pid, "SIGSTOP");
    await until(() => findProcess(pid)?.state === "T", "a process does not stop on SIGSTOP");
    signal(pid, "SIGCONT");
    await until(() => findProcess(pid)?.state !== "T", "a stopped process does not go on on SIGCONT");
    return "by signals to process groups";
  } finally {
    signal(pid, "SIGKILL");
    await child;
  }
}

async function until(holds: () => boolean, otherwise: string): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 400) throw new Error(otherwise);
    await sleep(5);
  }
}

/** Lets a process of our own look at a clock that is an hour ahead. */
async function probeClock(): Promise<string> {
  const library = findLibfaketime();
  if (library === undefined) throw new Error(libfaketimeAdvice);
  const directory = mkdtempSync(join(tmpdir(), "rashomon-doctor-"));
  try {
    const file = join(directory, "clock");
    writeClockFile(file, 3_600_000, 1);
    const { stdout } = await execa(process.execPath, ["-p", "Date.now()"], {
      env: faketimeEnvironment(library, file),
      timeout: 20_000,
    });
    const ahead = Number(stdout) - Date.now();
    if (!(Math.abs(ahead - 3_600_000) < 60_000))
      throw new Error(`libfaketime is installed but moves the clock by ${ahead} ms, not an hour`);
    return "by libfaketime";
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
