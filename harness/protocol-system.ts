import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { unknownName } from "../histories/errors.ts";
import { consensusLogFile } from "../histories/store/layout.ts";
import type { BundledProtocol, NodeId, SystemModel } from "../systems/contracts/protocol.ts";
import {
  faultKinds,
  type Cluster,
  type FaultKind,
  type Surroundings,
  type System,
} from "../systems/contracts/system.ts";
import { pingNode } from "./host/node-connection.ts";
import { formatAddress } from "./host/options.ts";
import { ProtocolClient } from "./protocol-client.ts";
import { ProtocolMembers } from "./protocol-members.ts";

/** How long a node may take from its start to its first answer, in milliseconds. */
const startPatience = 30_000;
/** How long a node may take to say whether it leads: one that is paused says nothing. */
const pingPatience = 500;

/** A bundled protocol as a system: one operating-system process a node, run by the process host. */
export function protocolSystem(protocol: BundledProtocol): System {
  const { name, summary, claims, workloads, nodeCounts, mutants, model } = protocol;
  // Members are seen where a monitor looks at them.
  const changesMembers = protocol.properties.includes("membership");
  return {
    name,
    summary,
    claims,
    workloads,
    capabilities: new Set(faultKinds.filter((kind) => isBorne(kind, model, changesMembers))),
    nodeCounts,
    mutants,
    ...(model.clockBound === undefined ? {} : { clockBound: model.clockBound }),
    remote: true,
    open(surroundings, { mutant }) {
      if (mutant !== undefined && !mutants.some((each) => each.name === mutant)) {
        throw unknownName(
          `mutant of ${name}`,
          mutant,
          mutants.map((each) => each.name),
        );
      }
      return Promise.resolve(protocolCluster(name, mutant, surroundings));
    },
  };
}

/** Faults after which nodes have to be started again. */
const deadly: ReadonlySet<FaultKind> = new Set([
  "kill",
  "terminate",
  "power-cut",
  "kill-at-sync",
  "disk-error",
  "disk-full",
  "lying-sync",
  "file-corruption",
  "restart-storm",
  "memory",
]);

/** Whether it is to bear a fault of real processes: one that is killed or ended is started again. Protocols choose their leaders themselves. */
function isBorne(kind: FaultKind, { failures }: SystemModel, changesMembers: boolean): boolean {
  if (kind === "failover") return false;
  if (kind === "membership") return changesMembers;
  return failures === "crash-recovery" || !deadly.has(kind);
}

function protocolCluster(name: string, mutant: string | undefined, surroundings: Surroundings): Cluster {
  const host = createRequire(import.meta.url).resolve("rashomon/harness/host");
  const hostArguments = (node: NodeId): string[] => [
    host,
    `--protocol=${name}`,
    ...(mutant === undefined ? [] : [`--mutant=${mutant}`]),
    `--node=${node}`,
    `--nodes=${surroundings.nodes.join(",")}`,
    `--listen=${formatAddress(surroundings.address(node))}`,
    ...surroundings.nodes
      .filter((peer) => peer !== node)
      .map((peer) => `--route=${peer}=${formatAddress(surroundings.route(node, peer))}`),
    `--data=${join(surroundings.directory(node), "data")}`,
    `--consensus-log=${join(surroundings.logs(node), consensusLogFile)}`,
    `--seed=${surroundings.seed}`,
  ];
  const start = async (node: NodeId): Promise<void> => {
    await surroundings.spawn(node, { command: process.execPath, arguments: hostArguments(node) });
    await answering(node, surroundings);
  };
  return {
    start,
    members: new ProtocolMembers(surroundings, start),
    openClient: (node) => Promise.resolve(new ProtocolClient(node, surroundings.route("clients", node))),
    ping: async (address, milliseconds) => (await pingNode(address, milliseconds)) !== undefined,
    async clock(address, milliseconds) {
      const clock = (await pingNode(address, milliseconds))?.["clock"];
      return typeof clock === "number" ? clock : undefined;
    },
    async primaries() {
      const leading: { readonly node: NodeId; readonly ballot: number }[] = [];
      const look = async (node: NodeId): Promise<void> => {
        const ballot = (await pingNode(surroundings.address(node), pingPatience))?.["leads"];
        if (typeof ballot === "number") leading.push({ node, ballot });
      };
      await Promise.all(surroundings.nodes.filter((node) => surroundings.alive(node)).map(look));
      // Whoever led before may not know yet that it does no more.
      const latest = Math.max(...leading.map(({ ballot }) => ballot));
      return leading.filter(({ ballot }) => ballot === latest).map(({ node }) => node);
    },
    close: () => Promise.resolve(),
  };
}

async function answering(node: NodeId, surroundings: Surroundings): Promise<void> {
  const before = performance.now();
  while (performance.now() - before < startPatience) {
    if ((await pingNode(surroundings.address(node), 1_000)) !== undefined) return;
    if (!surroundings.alive(node)) throw new Error(`node ${node} ended as it started; its log says why`);
    await sleep(10);
  }
  throw new Error(`node ${node} gave no answer within ${startPatience / 1000} s of its start`);
}
