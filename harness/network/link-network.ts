import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { Address, ProcessSpecification } from "../../systems/contracts/system.ts";
import type { LinkDisturbance } from "../nemesis/fault-world.ts";
import type { Residence } from "../local/residence.ts";
import type { Link, Source } from "../nemesis/grudge.ts";

/** What one fault does to the bytes of a link; a cut one carries none. */
export type LinkFault = { readonly kind: "cut" } | LinkDisturbance;

/** How the links of a run are made: proxies between processes, network namespaces with a router between them, or the network between machines. */
export const networkKinds = ["namespaces", "proxies", "remote"] as const;
export type NetworkKind = (typeof networkKinds)[number];

/** What joins the nodes of a run with one another and with the clients, and can be hurt link by link. */
export interface LinkNetwork {
  readonly kind: NetworkKind;
  /** The address on which `node` is to listen: for clients, or at one of the system's further ports. */
  address(node: NodeId, port?: string): Address;
  /** The address at which `from` reaches `to`. */
  route(from: Source, to: NodeId, port?: string): Address;
  /** The address at which the harness reaches `to` as if it were `from`: what it sends there passes that link. */
  probe(from: Source, to: NodeId): Address;
  /** Whether a connection that is made at `from` itself comes about in time, where nobody can send as if it were there. */
  connects?(from: NodeId, to: NodeId, milliseconds: number): Promise<boolean>;
  /** How a process is started at the place of `node`. */
  place(node: NodeId, specification: ProcessSpecification): ProcessSpecification;
  /** Who is at the place of `node`, where places are apart; whoever is there belongs to the node, even if it has left its process tree. */
  residence?(node: NodeId): Residence;
  /** Puts `fault` on what is sent along `links`, under `name`; all of it or, on an error, none. */
  apply(name: string, fault: LinkFault, links: readonly Link[]): Promise<void>;
  /** Takes fault `name` off every link; fine if it is not on. */
  remove(name: string): Promise<void>;
  /** How many faults the machine says are in force, over all links; counted in whatever it makes them of. */
  faultsInForce(): Promise<number>;
  /** Removes all faults, and the network. */
  close(): Promise<void>;
}
