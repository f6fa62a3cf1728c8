import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { Address } from "../../../systems/contracts/system.ts";
import type { Source } from "../../nemesis/grudge.ts";

/** Where somebody stands in the network of a run: in a network namespace of its own, joined to the router by a pair of interfaces. */
export interface Place {
  readonly address: string;
  /** The hardware address of its interface, `eth0`. */
  readonly hardware: string;
  /** The name of the router's interface to it, and that one's hardware address. */
  readonly gate: string;
  readonly gateHardware: string;
}

/** The router, as everybody sees it. */
export const gateway = "10.76.0.1";
/** From where the harness probes links. No link is called by it, so no fault of the links to clients hits a probe. */
export const probing = "10.77.0.253";
/** Every address behind which a link stands, as it is probed. */
export const probed = "10.78.0.0/16";
/** The ports that probes have at the place that they pretend to be at; above those that systems hand out. */
export const probePorts = [61000, 65535] as const;

const clientsNumber = 254;
/** Nodes have the numbers from 1. */
export const mostNodes = 250;
/** The port for clients; further ones follow it. Every node has an address of its own, so all have the same. */
const firstPort = 7000;

/** The addresses of the network of a run: it is nobody else's, so they are always the same. */
export class Layout {
  readonly nodes: readonly NodeId[];
  readonly #ports: readonly string[];

  constructor(nodes: readonly NodeId[], ports: readonly string[]) {
    if (nodes.length > mostNodes) throw new Error(`at most ${mostNodes} nodes, not ${nodes.length}`);
    this.nodes = nodes;
    this.#ports = ports;
  }

  place(who: Source): Place {
    const number = this.#number(who);
    const last = number.toString(16).padStart(2, "0");
    return {
      address: `10.77.0.${number}`,
      hardware: `02:00:0a:4d:00:${last}`,
      gate: who === "clients" ? "clients" : `node${number}`,
      gateHardware: `02:01:0a:4d:00:${last}`,
    };
  }

  /** Everybody: the nodes, and the clients. */
  get everybody(): readonly Source[] {
    return [...this.nodes, "clients"];
  }

  /** Where `node` listens: for clients, or at one of its further ports. */
  listen(node: NodeId, port?: string): Address {
    const offset = port === undefined ? 0 : this.#ports.indexOf(port) + 1;
    if (port !== undefined && offset === 0)
      throw new Error(`no port ${port}: a system names its further ports in \`ports\``);
    return { host: this.place(node).address, port: firstPort + offset };
  }

  /** Behind this address stands `to` as `from` sees it. */
  probe(from: NodeId, to: NodeId): string {
    return `10.78.${this.#number(from)}.${this.#number(to)}`;
  }

  /** All such addresses of `from`. */
  probes(from: NodeId): string {
    return `10.78.${this.#number(from)}.0/24`;
  }

  #number(who: Source): number {
    if (who === "clients") return clientsNumber;
    const i = this.nodes.indexOf(who);
    if (i < 0) throw new Error(`no node ${who} in this world`);
    return i + 1;
  }
}
