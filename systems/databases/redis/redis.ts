import { join } from "node:path";

import type { NodeId } from "../../contracts/protocol.ts";
import type { System } from "../../contracts/system.ts";
import { machineOf, programOnNodes } from "../machines.ts";
import { missing } from "../missing.ts";
import { faultsOfResources, faultsOfServers } from "../faults.ts";
import { RedisClient } from "./client.ts";
import { loadIoredis } from "./connection.ts";
import { programOf, redisWorkloads } from "./programs.ts";
import { Replication } from "./replication.ts";
import { runningRedis } from "./running.ts";
import {
  clockOf,
  directives,
  patience,
  redisServer,
  untilItFollows,
  untilItServes,
  versionOf,
} from "./server.ts";
import * as redisSettings from "./settings.ts";

/** What one server promises of transactions, and of single operations. */
const claims = ["strict-serializable", "linearizable"];

/**
 * Redis: one server, or a primary with replicas, whose operator says which of them is the primary. One server that forces every change to the
 * disk keeps what it has acknowledged (manual, "Redis persistence"); replication is asynchronous, and loses acknowledged changes when a replica takes the primary's place.
 */
export const redis: System = {
  name: "redis",
  summary: "Redis, as installed: one server, or a primary with replicas",
  claims,
  workloads: redisWorkloads,
  capabilities: new Set([
    ...faultsOfServers,
    ...faultsOfResources,
    "failover",
    // Which ends a server that forces every change to the disk; the others then refuse changes.
    "kill-at-sync",
    "disk-error",
    "disk-full",
  ]),
  withoutLibfaketime: redisSettings.withoutLibfaketime,
  nodeCounts: { default: 1, minimum: 1, maximum: 7 },
  mutants: [],
  remote: true,
  settings: [redisSettings.appendfsync, redisSettings.reads, redisSettings.replication],
  promises: ({ appendfsync: fsync, reads }) => {
    // What was acknowledged may be lost with the power: then nothing is promised to those who have seen it. Where it is not ours to choose, nor is the power.
    if (fsync !== undefined && fsync !== "always") return [];
    // A replica has what the primary had a while ago.
    return reads === "replicas" ? ["serializable"] : claims;
  },
  running: runningRedis,
  missing: () => missing(async () => redisServer(), loadIoredis),
  async open(surroundings, { workload = "register", settings = {} }) {
    const { appendfsync: fsync = "always", reads = "primary", replication: kind } = settings;
    const server = await programOnNodes(surroundings, "redis-server", "redis-server");
    await loadIoredis();
    const program = programOf(workload);
    const replication = new Replication(surroundings);
    const copies = kind === "synchronous" && surroundings.nodes.length > 1 ? 1 : 0;
    const started = new Set<NodeId>();
    return {
      async start(node) {
        const data = join(surroundings.directory(node), "data");
        await machineOf(surroundings, node).makeFolder(data);
        const all = {
          ...directives(surroundings.address(node), fsync),
          dir: data,
          ...replication.directives(node),
        };
        await surroundings.spawn(node, {
          command: server,
          arguments: Object.entries(all).flatMap(([name, value]) => [`--${name}`, ...value.split(" ")]),
        });
        await untilItServes(surroundings, node);
        if (started.has(node)) return;
        started.add(node);
        if (node === replication.primary) return;
        await untilItFollows(surroundings, node);
      },
      openClient: (node) =>
        Promise.resolve(
          new RedisClient({
            program,
            copies,
            patience,
            finder: {
              find: (_, readOnly) =>
                Promise.resolve(
                  surroundings.route(
                    "clients",
                    readOnly && reads === "replicas" ? node : replication.primary,
                  ),
                ),
              learn: () => false,
            },
          }),
        ),
      ping: async (address, milliseconds) => (await clockOf(address, milliseconds)) !== undefined,
      clock: clockOf,
      version: () => versionOf(surroundings.address(surroundings.nodes[0] ?? "")),
      primaries: () => Promise.resolve([replication.primary].filter((node) => surroundings.alive(node))),
      promote: (candidates) => replication.promote(candidates),
      close: () => Promise.resolve(),
    };
  },
};
