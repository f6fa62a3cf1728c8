import { createServer } from "node:net";

import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { Address } from "../../systems/contracts/system.ts";

/** The addresses on which nodes listen: for clients, and at their further ports by name. */
export class NodeAddresses {
  readonly nodes: readonly NodeId[];
  /** Names of the further ports. */
  readonly ports: readonly string[];
  readonly #addressOf: (node: number, port: number) => Address;

  /** `addressOf` gives the address of the i-th node at the port for clients, 0, or at the j-th further one, j + 1. */
  constructor(
    nodes: readonly NodeId[],
    ports: readonly string[],
    addressOf: (node: number, port: number) => Address,
  ) {
    this.nodes = nodes;
    this.ports = ports;
    this.#addressOf = addressOf;
  }

  of(node: NodeId, port?: string): Address {
    const i = this.nodes.indexOf(node);
    if (i < 0) throw new Error(`no node ${node} in this world`);
    const j = port === undefined ? 0 : this.ports.indexOf(port) + 1;
    if (port !== undefined && j === 0)
      throw new Error(`no port ${port}: a system names its further ports in \`ports\``);
    return this.#addressOf(i, j);
  }
}

/** Addresses of this machine for `nodes`, which nobody else gets until `release`. */
export async function reserveAddresses(
  nodes: readonly NodeId[],
  names: readonly string[],
): Promise<{ addresses: NodeAddresses; release: () => Promise<void> }> {
  const perNode = names.length + 1;
  const { ports, release } = await reservePorts(nodes.length * perNode);
  const addresses = new NodeAddresses(nodes, names, (node, port) => ({
    host: "127.0.0.1",
    port: ports[node * perNode + port] ?? 0,
  }));
  return { addresses, release };
}

/** The addresses of servers that run already; there is nothing to hold. */
export function knownAddresses(
  nodes: readonly NodeId[],
  listening: readonly Address[],
): { addresses: NodeAddresses; release: () => Promise<void> } {
  const addresses = new NodeAddresses(nodes, [], (node) => {
    const address = listening[node];
    if (address === undefined) throw new Error(`no address for node ${node + 1}`);
    return address;
  });
  return { addresses, release: () => Promise.resolve() };
}

/** `count` TCP ports of this machine, which nobody else gets until `release`. */
export async function reservePorts(
  count: number,
): Promise<{ ports: number[]; release: () => Promise<void> }> {
  // All are held open at once, so that no port is handed out twice.
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("a TCP server without a port");
    return address.port;
  });
  const release = async (): Promise<void> => {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  };
  return { ports, release };
}
