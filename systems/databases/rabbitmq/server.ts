import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { dirname, join } from "node:path";

import type { NodeId } from "../../contracts/protocol.ts";
import type { Address, ProcessSpecification, Surroundings } from "../../contracts/system.ts";
import { installedProgram } from "../installed.ts";
import type { TlsAccess } from "../server-url.ts";
import type { Mapping } from "./mapping.ts";

/** Ports of a node besides the one for clients: for other nodes, and of its port mapper. */
export const furtherPorts = ["peer", "mapper"] as const;

/** Seconds without a sign after which nodes take one another for dead; a minute by default, longer than most tests. */
const tickSeconds = 5;

/** How long one of its tools may take, in seconds. */
const toolSeconds = 15;

export interface ServerOptions {
  /** What nodes do when they lose touch with others: the setting `cluster_partition_handling`. */
  readonly partitionHandling: string;
  /** Whether classic queues are mirrored on all nodes. */
  readonly mirrored: boolean;
  /** Whom it joins as it begins; the first unless given, who founds the cluster. */
  readonly joins?: NodeId | undefined;
}

/** The path of the script that starts a node in the foreground; a usage error if it is not installed. */
export function rabbitmqProgram(): string {
  const installed = "/usr/lib/rabbitmq/bin/rabbitmq-server";
  // The one in the PATH of Debian becomes another user, whose files would not be ours.
  return existsSync(installed) ? installed : installedProgram("rabbitmq-server", "rabbitmq-server");
}

/** Writes what a node reads as it starts; the same again whenever it does. Its folder holds all that it keeps: nothing of the user's home is read. */
export function prepareNode(surroundings: Surroundings, node: NodeId, options: ServerOptions): void {
  const folder = surroundings.directory(node);
  const { host, port } = surroundings.address(node);
  const [first = node] = surroundings.nodes;
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, "data"), { recursive: true });
  write(
    "rabbitmq.conf",
    [
      `listeners.tcp.1 = ${host}:${port}`,
      "loopback_users = none",
      `load_definitions = ${join(folder, "definitions.json")}`,
      // The first founds the cluster, and the others join it; whoever comes back later joins one that is there.
      "cluster_formation.peer_discovery_backend = classic_config",
      `cluster_formation.classic_config.nodes.1 = ${nodeName(surroundings, options.joins ?? first)}`,
      `cluster_partition_handling = ${options.partitionHandling.replace("-", "_")}`,
      "disk_free_limit.absolute = 1MB",
      // Enough for a test, and soon read again after a crash.
      "raft.wal_max_size_bytes = 16777216",
      "log.console = true",
      "log.console.level = info",
      "log.file = false",
      "",
    ].join("\n"),
  );
  write("definitions.json", JSON.stringify(definitions(options)));
  write("enabled_plugins", "[].\n");
  const cookie = join(folder, ".erlang.cookie");
  if (!existsSync(cookie)) writeFileSync(cookie, "rashomon", { mode: 0o400 });
}

function definitions({ mirrored }: ServerOptions): object {
  const everything = { configure: ".*", write: ".*", read: ".*" };
  const mirroring = {
    vhost: "/",
    name: "mirrored",
    pattern: ".*",
    "apply-to": "queues",
    definition: { "ha-mode": "all", "ha-sync-mode": "automatic" },
  };
  return {
    vhosts: [{ name: "/" }],
    users: [{ name: "guest", password: "guest", tags: "administrator" }],
    permissions: [{ user: "guest", vhost: "/", ...everything }],
    policies: mirrored ? [mirroring] : [],
  };
}

/** How a node is started, with its port mapper beside it. */
export function rabbitmqServer(surroundings: Surroundings, node: NodeId): ProcessSpecification {
  const { host } = surroundings.address(node);
  const launcher = createRequire(import.meta.url).resolve("rashomon/systems/rabbitmq");
  return {
    command: process.execPath,
    arguments: [launcher, JSON.stringify(mappingOf(surroundings, node)), rabbitmqProgram()],
    environment: {
      ...environmentOf(surroundings, node),
      RABBITMQ_DIST_PORT: String(surroundings.address(node, "peer").port),
      // The script then becomes Erlang's process, and waits for none of its own.
      RABBITMQ_ALLOW_INPUT: "true",
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: [
        "-noinput",
        // As many schedulers as it takes, none of which waits by spinning.
        "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none",
        `-kernel net_ticktime ${tickSeconds}`,
        `-kernel inet_dist_use_interface {${host.replaceAll(".", ",")}}`,
      ].join(" "),
    },
  };
}

/** How one of RabbitMQ's tools is run for a node that runs: for so long at most, its output in a file where one is given. */
export function rabbitmqTools(
  surroundings: Surroundings,
  node: NodeId,
  [tool, ...rest]: readonly [string, ...string[]],
  output?: string,
): ProcessSpecification {
  const limited = ["timeout", "--kill-after=5", String(toolSeconds), join(dirname(rabbitmqProgram()), tool)];
  const shell = output === undefined ? 'exec "$@"' : 'to="$1"; shift; exec "$@" > "$to"';
  return {
    command: "/bin/sh",
    arguments: ["-c", shell, "sh", ...(output === undefined ? [] : [output]), ...limited, ...rest],
    environment: environmentOf(surroundings, node),
  };
}

/** What a node keeps of its own, and loses when it joins a cluster anew. */
export function dataOf(surroundings: Surroundings, node: NodeId): readonly string[] {
  return ["data", "feature_flags", "plugins-expand"].map((name) => join(surroundings.directory(node), name));
}

/** Where a node has what, which its tools are to know as well. */
function environmentOf(surroundings: Surroundings, node: NodeId): Record<string, string> {
  const folder = surroundings.directory(node);
  return {
    HOME: folder,
    RABBITMQ_NODENAME: nodeName(surroundings, node),
    RABBITMQ_USE_LONGNAME: "true",
    RABBITMQ_CONF_ENV_FILE: join(folder, "none"),
    RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq.conf"),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "enabled_plugins"),
    // Everything that it would otherwise keep in folders of the machine, where one run would find what another left.
    RABBITMQ_MNESIA_BASE: folder,
    RABBITMQ_MNESIA_DIR: join(folder, "data"),
    RABBITMQ_FEATURE_FLAGS_FILE: join(folder, "feature_flags"),
    RABBITMQ_PLUGINS_EXPAND_DIR: join(folder, "plugins-expand"),
    RABBITMQ_LOG_BASE: folder,
    RABBITMQ_LOGS: "-",
    RABBITMQ_PID_FILE: join(folder, "pid"),
    ERL_EPMD_PORT: String(surroundings.address(node, "mapper").port),
    // Erlang would start its own port mapper, a daemon that nobody ends.
    ERL_AFLAGS: "-start_epmd false",
  };
}

/** A node's name in Erlang: with an address behind the @, which nobody has to look up. */
export function nodeName(surroundings: Surroundings, node: NodeId): string {
  return `${node}@${surroundings.address(node).host}`;
}

/**
 * Where the port mapper of a node listens. A node asks its own by the name of this machine; for another node it asks at that one's address, and at
 * the port of its own mapper. So where nodes have addresses of their own, each listens at the ports of all.
 */
function mappingOf(surroundings: Surroundings, node: NodeId): Mapping {
  const own = surroundings.address(node, "mapper");
  const others = surroundings.nodes
    .map((each) => surroundings.address(each, "mapper"))
    .filter(({ host }) => host !== own.host);
  const listens = new Map<string, Address>();
  for (const address of [
    own,
    { ...own, host: "127.0.0.1" },
    ...others.map(({ port }) => ({ host: own.host, port })),
  ])
    listens.set(`${address.host}:${address.port}`, address);
  return {
    listens: [...listens.values()],
    nodes: surroundings.nodes.map((each) => ({ name: each, port: surroundings.address(each, "peer").port })),
  };
}

/** Whether a node answers the first words of AMQP 0-9-1 within `milliseconds`. */
export function answers(address: Address, milliseconds: number, tls?: TlsAccess): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = tls === undefined ? connect(address) : connectSecurely({ ...tls, ...address });
    const end = (answered: boolean): void => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(answered);
    };
    const deadline = setTimeout(() => end(false), milliseconds);
    socket.on(tls === undefined ? "connect" : "secureConnect", () =>
      socket.write(Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1])),
    );
    socket.on("data", () => end(true));
    socket.on("error", () => end(false));
    socket.on("close", () => end(false));
  });
}
