import type { NodeId } from "../../contracts/protocol.ts";
import type { Address, Surroundings } from "../../contracts/system.ts";
import type { Finder } from "./client.ts";
import { codeOf } from "./errors.ts";

/** Slots of a cluster, to each of which many keys belong. */
export const slotCount = 16384;

/** As many ranges of slots as there are primaries, as equal as can be: first and last of each. */
export function slotRanges(primaries: number): readonly (readonly [number, number])[] {
  const first = (i: number): number => Math.floor((i * slotCount) / primaries);
  return Array.from({ length: primaries }, (_, i) => [first(i), first(i + 1) - 1] as const);
}

/**
 * Finds the server of a key as the manual has clients do it ("Redis Cluster specification"): asks any, and goes where that sends it. What it was told of a
 * key holds until a server says otherwise, or a connection ends.
 */
export class ClusterFinder implements Finder {
  readonly #surroundings: Surroundings;
  readonly #node: NodeId;
  readonly #nodeNamed: NodeNamed;
  readonly #servers = new Map<string, NodeId>();
  /** The server that is asked about keys of which nothing is known. */
  #asked: NodeId;

  constructor(surroundings: Surroundings, node: NodeId, nodeNamed: NodeNamed = namedAsHere(surroundings)) {
    this.#surroundings = surroundings;
    this.#nodeNamed = nodeNamed;
    this.#node = node;
    this.#asked = node;
  }

  find(key: string): Promise<Address> {
    return Promise.resolve(this.#surroundings.route("clients", this.#servers.get(key) ?? this.#asked));
  }

  learn(error: unknown, key: string): boolean {
    const code = codeOf(error);
    if (code === "MOVED") {
      const node = this.#nodeIn(error);
      if (node === undefined) return false;
      this.#servers.set(key, node);
      return true;
    }
    if (code !== undefined) return false;
    // The connection ended: whoever else is there may know more.
    const { nodes } = this.#surroundings;
    const failed = this.#servers.get(key) ?? this.#asked;
    for (const [each, node] of this.#servers) if (node === failed) this.#servers.delete(each);
    if (this.#asked === failed) this.#asked = nodes[(nodes.indexOf(failed) + 1) % nodes.length] ?? this.#node;
    return false;
  }

  /** The node that a redirection names: "MOVED 3999 127.0.0.1:6381". */
  #nodeIn(error: unknown): NodeId | undefined {
    const [, , server = ""] = error instanceof Error ? error.message.split(" ") : [];
    const colon = server.lastIndexOf(":");
    return this.#nodeNamed({ host: server.slice(0, colon), port: Number(server.slice(colon + 1)) });
  }
}

/** The node that the servers call by an address; undefined if it is none of ours. */
export type NodeNamed = (address: Address) => NodeId | undefined;

/** Servers that call one another by the addresses that we gave them. */
function namedAsHere(surroundings: Surroundings): NodeNamed {
  return ({ host, port }) =>
    surroundings.nodes.find((node) => {
      const address = surroundings.address(node);
      return address.host === host && address.port === port;
    });
}
