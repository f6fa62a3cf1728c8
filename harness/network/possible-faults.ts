import { packetFaultKinds, type FaultKind, type System } from "../../systems/contracts/system.ts";
import type { NetworkKind } from "./link-network.ts";
import { lackOfSwitch } from "./namespaces/switch/needs.ts";

/** Faults that are done to connections, by proxies as well as by routers. */
const connectionFaultKinds = [
  "partition",
  "latency",
  "reset",
  "bandwidth",
  "slow-close",
] as const satisfies readonly FaultKind[];

/** Faults that are done to links, and not to nodes. */
export const linkFaultKinds: readonly FaultKind[] = [...connectionFaultKinds, ...packetFaultKinds];

/** What it takes to have what proxies cannot do. */
const instead = "it takes --network namespaces (rashomon doctor says whether this machine can)";

/** The faults that a network cannot do to a system, each with the reason. */
export function impossibleFaults(
  network: NetworkKind,
  system: Pick<System, "name" | "peers">,
  nodes: readonly string[],
): ReadonlyMap<FaultKind, string> {
  if (network === "namespaces") {
    const lack = lackOfSwitch();
    const switched = linkFaultKinds.filter((kind) => kind !== "partition" && kind !== "reset");
    return new Map(lack === undefined ? [] : switched.map((kind) => [kind, lack]));
  }
  const impossible = new Map<FaultKind, string>(
    packetFaultKinds.map((kind) => [kind, `proxies see no packets; ${instead}`]),
  );
  // A single node has only the links to its clients, on which there are proxies.
  if (system.peers !== "one-list" || nodes.length === 1) return impossible;
  const reason = `the nodes of ${system.name} share one list of addresses, so that no proxy can stand between them; ${instead}`;
  for (const kind of connectionFaultKinds) impossible.set(kind, reason);
  return impossible;
}
