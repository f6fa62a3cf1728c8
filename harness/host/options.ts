import { parseArgs } from "node:util";

import { UsageError } from "../../histories/errors.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { Address } from "../../systems/contracts/system.ts";

interface CommonOptions {
  readonly protocol: string;
  readonly mutant: string | undefined;
  readonly seed: string;
}

/** How a node is run: as a server on TCP, or by someone who speaks to its standard input and output. */
export type HostOptions =
  | (CommonOptions & {
      readonly transport: "tcp";
      readonly node: NodeId;
      readonly nodes: readonly NodeId[];
      readonly listen: Address;
      readonly routes: ReadonlyMap<NodeId, Address>;
      readonly data: string;
      /** Where the node writes what it comes to know as committed; nowhere unless given. */
      readonly consensusLog: string | undefined;
    })
  | (CommonOptions & {
      readonly transport: "stdio";
      /** Absent: a folder of its own, gone with the process. */
      readonly data: string | undefined;
    });

/** Reads the command line of a node; a `UsageError` says what is wrong with it. */
export function parseHostOptions(args: readonly string[]): HostOptions {
  const values = parse(args);
  const protocol = required(values.protocol, "--protocol NAME");
  const common = { protocol, mutant: values.mutant, seed: values.seed ?? "0" };
  if (values.stdio === true) return { ...common, transport: "stdio", data: values.data };
  const node = required(values.node, "--node NAME");
  const nodes = required(values.nodes, "--nodes NAME,NAME,…").split(",");
  if (!nodes.includes(node))
    throw new UsageError(`--nodes: expected ${node} among them, found ${nodes.join()}`);
  const routes = new Map<NodeId, Address>();
  for (const route of values.route ?? []) {
    const [peer, address] = route.split("=");
    if (peer === undefined || address === undefined || !nodes.includes(peer)) {
      throw new UsageError(`--route: expected NODE=HOST:PORT, found ${route}`);
    }
    routes.set(peer, parseAddress(address, "--route"));
  }
  for (const peer of nodes) {
    if (peer !== node && !routes.has(peer)) throw new UsageError(`expected --route ${peer}=HOST:PORT`);
  }
  return {
    ...common,
    transport: "tcp",
    node,
    nodes,
    listen: parseAddress(required(values.listen, "--listen HOST:PORT"), "--listen"),
    routes,
    data: required(values.data, "--data DIRECTORY"),
    consensusLog: values["consensus-log"],
  };
}

export function formatAddress({ host, port }: Address): string {
  return `${host}:${port}`;
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        protocol: { type: "string" },
        mutant: { type: "string" },
        node: { type: "string" },
        nodes: { type: "string" },
        listen: { type: "string" },
        route: { type: "string", multiple: true },
        data: { type: "string" },
        "consensus-log": { type: "string" },
        seed: { type: "string" },
        stdio: { type: "boolean" },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function parseAddress(text: string, option: string): Address {
  const colon = text.lastIndexOf(":");
  const port = Number(text.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port) || port < 1 || port > 65535) {
    throw new UsageError(`${option}: expected HOST:PORT, found ${text}`);
  }
  return { host: text.slice(0, colon), port };
}

function required(value: string | undefined, option: string): string {
  if (value === undefined) throw new UsageError(`expected ${option}`);
  return value;
}
