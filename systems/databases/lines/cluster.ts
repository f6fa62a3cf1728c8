import { setTimeout as sleep } from "node:timers/promises";

import type { Client } from "../../contracts/client.ts";
import {
  packetFaultKinds,
  type Address,
  type Cluster,
  type FaultKind,
  type Surroundings,
} from "../../contracts/system.ts";
import { LineConnection } from "./connection.ts";

/** What can be done to a server that keeps all in memory, and so must not be killed. */
export const memoryFaults: ReadonlySet<FaultKind> = new Set([
  "partition",
  "latency",
  "reset",
  "bandwidth",
  "slow-close",
  ...packetFaultKinds,
  "pause",
  "clock",
]);

/** How long a server may take from its start to its first answer, in milliseconds. */
const startPatience = 30_000;

/** A server of lines a node: `program` is run by Node with HOST, PORT and `options`. */
export function lineCluster(
  surroundings: Surroundings,
  program: string,
  options: readonly string[],
  client: (address: Address) => Client,
): Cluster {
  return {
    async start(node) {
      const address = surroundings.address(node);
      const { host, port } = address;
      await surroundings.spawn(node, {
        command: process.execPath,
        arguments: [program, host, String(port), ...options],
      });
      const before = performance.now();
      while ((await ping(address, 1_000)) === undefined) {
        if (!surroundings.alive(node)) throw new Error(`node ${node} ended as it started; its log says why`);
        if (performance.now() - before > startPatience) {
          throw new Error(`node ${node} gave no answer within ${startPatience / 1000} s of its start`);
        }
        await sleep(10);
      }
    },
    openClient: (node) => Promise.resolve(client(surroundings.route("clients", node))),
    ping: async (address, milliseconds) => (await ping(address, milliseconds)) !== undefined,
    clock: ping,
    close: () => Promise.resolve(),
  };
}

/** The wall clock of the server at `address`, in milliseconds since 1970; undefined without an answer. */
async function ping(address: Address, milliseconds: number): Promise<number | undefined> {
  const before = performance.now();
  let connection: LineConnection | undefined;
  try {
    connection = await LineConnection.open(address, milliseconds);
    const left = Math.max(1, milliseconds - (performance.now() - before));
    const [word, clock] = (await connection.ask("PING", left)).split("\t");
    return word === "PONG" ? Number(clock) : undefined;
  } catch {
    return undefined;
  } finally {
    connection?.close();
  }
}
