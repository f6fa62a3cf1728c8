import { createServer, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { execa } from "execa";
import { Toxiproxy } from "toxiproxy-node-client";

import { faultKinds, packetFaultKinds, type FaultKind, type System } from "../systems/contracts/system.ts";
import { missingForClocks } from "./local/clock/open-clocks.ts";
import { probeClock } from "./local/clock/probe.ts";
import { missingForDisks, needsOwnDisk, needsTracing } from "./local/disk/needs.ts";
import { probeDisk, probeTracing } from "./local/disk/probe.ts";
import { missingForTracing } from "./local/disk/tracer.ts";
import { findProcess, signal } from "./local/process-table.ts";
import { missingForLimits } from "./local/resources/needs.ts";
import { probeNamespaces } from "./network/namespaces/probe.ts";
import { findToxiproxy } from "./toxiproxy/find.ts";

/** Whether this host can do a fault, found out by doing it to something of our own. */
export interface Diagnosis {
  readonly faults: readonly FaultKind[];
  readonly available: boolean;
  /** By what means, or why not and what would help. */
  readonly explanation: string;
}

/** How long a probe waits for an answer that should come, and for one that must not, in milliseconds. */
const answerPatience = 5_000;
const silencePatience = 300;

/** Probes every kind of fault on this host. */
export async function diagnose(): Promise<Diagnosis[]> {
  return Promise.all([
    probe(["partition", "latency", "bandwidth", "slow-close", "reset"], probeProxy),
    ...probeNetwork(),
    probe(["kill", "terminate", "pause", "failover"], probeSignals),
    probe(["clock"], probeClock),
    probe(["power-cut", "disk-full"], probeDisk),
    probe(["kill-at-sync", "disk-error", "disk-slow"], probeTracing),
    probe(["lying-sync"], async () => `${await probeTracing()}; ${await probeDisk()}`),
    probe(["restart-storm"], probeSignals),
    probe(["cpu"], () => probeLimits("cpu")),
    probe(["memory"], () => probeLimits("memory")),
    probe(["membership"], async () => `${await probeSignals()}, and what systems themselves offer`),
    probe(["file-corruption"], () => Promise.resolve("by writing to files of nodes that do not run")),
  ]);
}

/** Makes a network of namespaces; its switch is a matter of its own. */
function probeNetwork(): Promise<Diagnosis>[] {
  const found = probeNamespaces();
  const router = async (): Promise<string> => {
    const outcome = await found;
    if (!outcome.available) throw new Error(`no network namespaces: ${outcome.reason}`);
    return `in network namespaces, by nftables, as ${outcome.by === "root" ? "root" : "an ordinary user, by user namespaces"}`;
  };
  const packets = async (): Promise<string> => {
    const means = await router();
    const outcome = await found;
    if (outcome.available && outcome.noSwitch !== undefined)
      throw new Error(`no switch: ${outcome.noSwitch}`);
    return `${means} and a switch for packets`;
  };
  return [
    probe(["partition", "reset"], router),
    probe(["latency", "bandwidth", "slow-close", ...packetFaultKinds], packets),
  ];
}

/** The kinds of fault that can not be done on this host without looking closely, each with the reason. */
export function unavailableFaults({
  withoutLibfaketime,
}: Pick<System, "withoutLibfaketime"> = {}): ReadonlyMap<FaultKind, string> {
  const noClocks = missingForClocks(withoutLibfaketime);
  const noDisks = missingForDisks();
  const noTracing = missingForTracing();
  const noLimits = (["cpu", "memory"] as const).flatMap((kind) => {
    const missing = missingForLimits(kind);
    return missing === undefined ? [] : [[kind, missing] as const];
  });
  return new Map<FaultKind, string>([
    ...(noClocks === undefined ? [] : [["clock", noClocks] as const]),
    ...noLimits,
    ...(noTracing === undefined
      ? []
      : faultKinds.filter(needsTracing).map((kind) => [kind, noTracing] as const)),
    ...(noDisks === undefined ? [] : faultKinds.filter(needsOwnDisk).map((kind) => [kind, noDisks] as const)),
  ]);
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
      if (!(await answers(port, answerPatience))) throw new Error("nothing comes through the proxy");
      const toxic = await proxy.addToxic({
        type: "timeout",
        name: "cut",
        stream: "upstream",
        toxicity: 1,
        attributes: { timeout: 0 },
      });
      if (await answers(port, silencePatience)) throw new Error("a cut link lets data through");
      await toxic.remove();
      if (!(await answers(port, answerPatience))) throw new Error("a healed link lets nothing through");
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

async function answers(port: number, patience: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    return await Promise.race([
      new Promise<boolean>((resolve) => {
        socket.once("data", () => resolve(true));
        socket.once("error", () => resolve(false));
        socket.once("connect", () => socket.write("?"));
      }),
      sleep(patience, false, { ref: false }),
    ]);
  } finally {
    socket.destroy();
  }
}

function probeLimits(controller: "cpu" | "memory"): Promise<string> {
  const missing = missingForLimits(controller);
  return missing === undefined ? Promise.resolve("by control groups") : Promise.reject(new Error(missing));
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
