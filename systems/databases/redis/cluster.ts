import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { NodeId } from "../../contracts/protocol.ts";
import type { Address, Surroundings, System } from "../../contracts/system.ts";
import { machineOf, programOnNodes } from "../machines.ts";
import { missing } from "../missing.ts";
import { faultsOfResources, faultsOfServers } from "../faults.ts";
import { RedisClient } from "./client.ts";
import { busPort, RedisClusterMembers } from "./cluster-members.ts";
import { loadIoredis, type Command } from "./connection.ts";
import { programOf, workloadsOfOneKey } from "./programs.ts";
import { runningCluster } from "./running-cluster.ts";
import { isPrimary } from "./sentinels.ts";
import { answerOf, clockOf, directives, ordered, redisServer, untilItServes, versionOf } from "./server.ts";
import { ClusterFinder, slotRanges } from "./slots.ts";
import * as redisSettings from "./settings.ts";

/** How long a client waits for an answer, in milliseconds: about as long as a failover takes. */
const patience = 5_000;
/** How long the members may take to find one another, and over a failover that was ordered. */
const formingPatience = 60_000;
/** With so many nodes or more, primaries have replicas. */
const replicated = 6;
/** After so long without an answer a member is taken for dead, in milliseconds. */
const nodeTimeout = 1_500;

/**
 * Redis Cluster: keys are shared out among primaries; with six nodes or more, half of them are replicas, which take the place of a primary that is down. The manual
 * ("Scaling with Redis Cluster") promises no strong consistency: replication is asynchronous, and a primary that is cut off goes on until it notices.
 */
export const redisCluster: System = {
  name: "redis-cluster",
  summary: "Redis Cluster: keys shared out among primaries; from six nodes on, half of them are replicas",
  claims: [],
  workloads: workloadsOfOneKey,
  capabilities: new Set([...faultsOfServers, ...faultsOfResources, "failover", "membership"]),
  withoutFaults: (_, nodes) =>
    new Map(
      nodes >= replicated
        ? []
        : [["membership", "a primary leaves only when a replica has its keys: it takes six nodes or more"]],
    ),
  withoutLibfaketime: redisSettings.withoutLibfaketime,
  nodeCounts: { default: replicated, minimum: 3, maximum: 12 },
  ports: [busPort],
  peers: "one-list",
  mutants: [],
  remote: true,
  settings: [redisSettings.appendfsync, redisSettings.replication],
  running: runningCluster,
  missing: () => missing(async () => redisServer(), loadIoredis),
  async open(surroundings, { workload = "register", settings = {} }) {
    const { appendfsync: fsync = "always", replication } = settings;
    const server = await programOnNodes(surroundings, "redis-server", "redis-server");
    await loadIoredis();
    const program = programOf(workload);
    const started = new Set<NodeId>();
    const folderOf = (node: NodeId): string => join(surroundings.directory(node), "data");
    const launch = async (node: NodeId): Promise<void> => {
      await machineOf(surroundings, node).makeFolder(folderOf(node));
      const all = {
        ...directives(surroundings.address(node), fsync),
        dir: folderOf(node),
        "cluster-enabled": "yes",
        "cluster-port": String(surroundings.address(node, busPort).port),
        "cluster-node-timeout": String(nodeTimeout),
      };
      await surroundings.spawn(node, {
        command: server,
        arguments: Object.entries(all).flatMap(([name, value]) => [`--${name}`, ...value.split(" ")]),
      });
      await untilItServes(surroundings, node);
    };
    return {
      members: new RedisClusterMembers(surroundings, folderOf, launch),
      async start(node) {
        const fresh = !(await machineOf(surroundings, node).exists(folderOf(node)));
        await launch(node);
        if (!fresh) return;
        started.add(node);
        if (started.size === surroundings.nodes.length) await form(surroundings);
      },
      openClient: (node) =>
        Promise.resolve(
          new RedisClient({
            program,
            copies: replication === "synchronous" && surroundings.nodes.length >= replicated ? 1 : 0,
            patience,
            finder: new ClusterFinder(surroundings, node),
          }),
        ),
      ping: async (address, milliseconds) => (await answerOf(address, milliseconds, "PING")) !== undefined,
      clock: clockOf,
      version: () => versionOf(surroundings.address(surroundings.nodes[0] ?? "")),
      async primaries() {
        const asked = await Promise.all(
          surroundings.nodes.map(async (node) =>
            (await isPrimary(surroundings.address(node))) ? [node] : [],
          ),
        );
        return asked.flat();
      },
      promote: (candidates) => promote(surroundings, candidates),
      close: () => Promise.resolve(),
    };
  },
};

/** Makes servers that know nothing of one another a cluster. */
async function form(surroundings: Surroundings): Promise<void> {
  const { nodes } = surroundings;
  const [first = "", ...others] = nodes;
  const order = (node: NodeId, ...command: Command) =>
    ordered(surroundings.address(node), patience, ...command);
  const count = nodes.length >= replicated ? Math.ceil(nodes.length / 2) : nodes.length;
  const [primaries, replicas] = [nodes.slice(0, count), nodes.slice(count)];
  for (const [i, node] of nodes.entries()) await order(node, "CLUSTER", "SET-CONFIG-EPOCH", i + 1);
  for (const other of others) {
    const { host, port } = surroundings.address(other);
    await order(first, "CLUSTER", "MEET", host, port, surroundings.address(other, busPort).port);
  }
  for (const [i, [from, to]] of slotRanges(count).entries())
    await order(primaries[i] ?? "", "CLUSTER", "ADDSLOTSRANGE", from, to);
  await until(async () => {
    const known = await Promise.all(nodes.map((node) => told(surroundings.address(node))));
    return known.every((info) => info.includes(`cluster_known_nodes:${nodes.length}\r`));
  }, "the members did not find one another");
  for (const [i, replica] of replicas.entries()) {
    const primary = primaries[i % primaries.length] ?? "";
    const id = await order(primary, "CLUSTER", "MYID");
    if (typeof id !== "string") throw new Error(`${primary} has no name in the cluster`);
    await order(replica, "CLUSTER", "REPLICATE", id);
  }
  await until(async () => {
    const heard = await Promise.all(nodes.map((node) => told(surroundings.address(node))));
    const roles = await Promise.all(
      replicas.map((node) => answerOf(surroundings.address(node), patience, "ROLE")),
    );
    return (
      heard.every((info) => info.includes("cluster_state:ok")) &&
      roles.every((role) => Array.isArray(role) && role[0] === "slave" && role[3] === "connected")
    );
  }, "the cluster did not come to serve");
}

/** Has a replica among the candidates take its primary's place, whatever the others think: the primary of the slots that nobody serves. */
async function promote(surroundings: Surroundings, candidates: readonly NodeId[]): Promise<NodeId> {
  for (const node of candidates) {
    const role = await answerOf(surroundings.address(node), patience, "ROLE");
    if (!Array.isArray(role) || role[0] !== "slave") continue;
    const [, host, port]: readonly unknown[] = role;
    const primary = surroundings.nodes.find((each) => {
      const address = surroundings.address(each);
      return address.host === host && address.port === port;
    });
    if (primary === undefined || candidates.includes(primary)) continue;
    await ordered(surroundings.address(node), patience, "CLUSTER", "FAILOVER", "TAKEOVER");
    await until(() => isPrimary(surroundings.address(node)), `${node} did not take over`);
    return node;
  }
  throw new Error("no candidate is a replica of a primary that is down");
}

/** What a member says of the cluster. */
async function told(address: Address): Promise<string> {
  const answer = await answerOf(address, patience, "CLUSTER", "INFO");
  return typeof answer === "string" ? answer : "";
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const before = performance.now();
  while (!(await holds())) {
    if (performance.now() - before > formingPatience)
      throw new Error(`${what} within ${formingPatience / 1000} s`);
    await sleep(50);
  }
}
