import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { Address, System } from "../../systems/contracts/system.ts";
import type { FaultJournal } from "../journal.ts";
import { ProxyNetwork } from "../local/network.ts";
import { knownAddresses, reserveAddresses } from "../local/ports.ts";
import { findToxiproxy } from "../toxiproxy/index.ts";
import { NamespaceNetwork } from "./namespaces/namespace-network.ts";
import type { LinkNetwork, NetworkKind } from "./link-network.ts";

/** Makes the network of a run; nothing of it is left when it is closed. */
export async function openNetwork(options: {
  readonly kind: NetworkKind;
  readonly nodes: readonly NodeId[];
  readonly system: Pick<System, "ports" | "peers">;
  readonly seed: string;
  /** Begins the names of proxies, so that runs which share a server keep theirs apart. */
  readonly name: string;
  readonly journal: FaultJournal;
  /** Where the nodes listen, if they do so already; else they get addresses of this machine. */
  readonly listening?: readonly Address[];
}): Promise<LinkNetwork> {
  const { kind, nodes, system, seed, name, journal, listening } = options;
  const { ports = [], peers = "each-link" } = system;
  if (kind === "namespaces") return NamespaceNetwork.open({ nodes, ports, seed });
  const server = await findToxiproxy(undefined, { seed });
  try {
    const { addresses, release } =
      listening === undefined ? await reserveAddresses(nodes, ports) : knownAddresses(nodes, listening);
    // Held until every proxy listens, so that none of them gets the port of a node.
    return await ProxyNetwork.open({ server, prefix: name, addresses, peers, journal }).finally(release);
  } catch (error) {
    await server.close();
    throw error;
  }
}
