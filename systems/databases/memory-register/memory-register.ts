import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

import type { Address, Cluster, Surroundings, System } from "../../contracts/system.ts";
import { RegisterClient, RegisterConnection } from "./client.ts";

/** How long the server may take from its start to its first answer, in milliseconds. */
const startPatience = 30_000;

/**
 * One server that holds registers in memory: the simplest system there is, linearizable for as long as it
 * lives. It forgets everything when it ends, so it must not be killed.
 */
export const memoryRegister: System = {
  name: "memory-register",
  summary: "Registers in the memory of one server; a system so simple that it should always pass.",
  claims: ["linearizable"],
  workloads: ["register"],
  capabilities: new Set(["partition", "latency", "reset", "bandwidth", "slow-close", "pause", "clock"]),
  nodeCounts: { default: 1, minimum: 1, maximum: 1 },
  mutants: [],
  open: (surroundings) => Promise.resolve(memoryRegisterCluster(surroundings)),
};

function memoryRegisterCluster(surroundings: Surroundings): Cluster {
  const server = createRequire(import.meta.url).resolve("rashomon/systems/memory-register");
  return {
    async start(node) {
      const address = surroundings.address(node);
      const { host, port } = address;
      await surroundings.spawn(node, { command: process.execPath, arguments: [server, host, String(port)] });
      const before = performance.now();
      while ((await ping(address, 1_000)) === undefined) {
        if (!surroundings.alive(node)) throw new Error(`node ${node} ended as it started; its log says why`);
        if (performance.now() - before > startPatience) {
          throw new Error(`node ${node} gave no answer within ${startPatience / 1000} s of its start`);
        }
        await sleep(10);
      }
    },
    openClient: (node) => Promise.resolve(new RegisterClient(surroundings.route("clients", node))),
    ping: async (address, milliseconds) => (await ping(address, milliseconds)) !== undefined,
    clock: ping,
    close: () => Promise.resolve(),
  };
}

/** The wall clock of the server at `address`, in milliseconds since 1970; undefined without an answer. */
async function ping(address: Address, milliseconds: number): Promise<number | undefined> {
  const before = performance.now();
  let connection: RegisterConnection | undefined;
  try {
    connection = await RegisterConnection.open(address, milliseconds);
    const left = Math.max(1, milliseconds - (performance.now() - before));
    const [word, clock] = (await connection.ask("PING", left)).split("\t");
    return word === "PONG" ? Number(clock) : undefined;
  } catch {
    return undefined;
  } finally {
    connection?.close();
  }
}
