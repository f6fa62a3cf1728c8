import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { NodeId } from "../../contracts/protocol.ts";
import type { System } from "../../contracts/system.ts";
import { missing } from "../missing.ts";
import { sideBySide } from "../side-by-side/programs.ts";
import { faultsOfResources, faultsOfServers } from "../faults.ts";
import { RedisClient } from "./client.ts";
import { loadIoredis } from "./connection.ts";
import { programOf, redisWorkloads } from "./programs.ts";
import { runningSentinel } from "./running-sentinel.ts";
import {
  answerOf,
  clockOf,
  configuration,
  directives,
  redisServer,
  untilItFollows,
  untilItServes,
  versionOf,
} from "./server.ts";
import {
  isPrimary,
  orderFailover,
  ownGroup,
  primaryBy,
  sentinelConfiguration,
  SentinelFinder,
  sentinelPort,
} from "./sentinels.ts";
import * as redisSettings from "./settings.ts";

/** How long a client waits for an answer, in milliseconds: about as long as a failover takes. */
const patience = 5_000;
/** How long the sentinels may take over a failover that was ordered. */
const failoverPatience = 15_000;

/**
 * Redis Sentinel: a primary, replicas, and beside each of them a sentinel; a majority of these agrees that the primary is down, and has a replica take
 * its place. The manual ("High availability with Redis Sentinel") promises nothing of what was acknowledged meanwhile: replication is asynchronous, and an old primary
 * goes on for a while.
 */
export const redisSentinel: System = {
  name: "redis-sentinel",
  summary: "Redis with replicas and a Sentinel beside each server, which choose the primary",
  claims: [],
  workloads: redisWorkloads,
  capabilities: new Set([...faultsOfServers, ...faultsOfResources, "failover"]),
  withoutLibfaketime: redisSettings.withoutLibfaketime,
  nodeCounts: { default: 3, minimum: 3, maximum: 7 },
  ports: [sentinelPort],
  peers: "one-list",
  mutants: [],
  settings: [redisSettings.appendfsync, redisSettings.reads, redisSettings.replication],
  running: runningSentinel,
  missing: () => missing(async () => redisServer(), loadIoredis),
  async open(surroundings, { workload = "register", settings = {} }) {
    const { appendfsync: fsync = "always", reads = "primary", replication } = settings;
    const server = redisServer();
    await loadIoredis();
    const program = programOf(workload);
    const [first = ""] = surroundings.nodes;
    /** The first start of the first node, whoever asks for it: its sentinel must not find the primary missing that has yet to start. */
    let founding: Promise<void> | undefined;
    const started = new Set<NodeId>();

    const launch = async (node: NodeId): Promise<void> => {
      const folder = join(surroundings.directory(node), "data");
      const [own, sentinels] = [join(folder, "redis.conf"), join(folder, "sentinel.conf")];
      const fresh = !existsSync(sentinels);
      if (fresh) {
        mkdirSync(folder, { recursive: true });
        const primary = surroundings.address(first);
        const follow = node === first ? {} : { replicaof: `${primary.host} ${primary.port}` };
        const all = { ...directives(surroundings.address(node), fsync), dir: folder, ...follow };
        writeFileSync(own, configuration(all));
        writeFileSync(sentinels, sentinelConfiguration(surroundings, node, folder));
      }
      await surroundings.spawn(
        node,
        sideBySide(
          { command: server, arguments: [own] },
          { command: server, arguments: [sentinels, "--sentinel"] },
        ),
      );
      await untilItServes(surroundings, node);
      await untilItServes(surroundings, node, sentinelPort);
      if (fresh && node !== first) await untilItFollows(surroundings, node);
    };

    return {
      async start(node) {
        if (started.has(node)) return launch(node);
        await (founding ??= launch(first));
        if (node !== first) await launch(node);
        started.add(node);
      },
      openClient: (node) =>
        Promise.resolve(
          new RedisClient({
            program,
            copies: replication === "synchronous" ? 1 : 0,
            patience,
            finder: new SentinelFinder(ownGroup(surroundings), node, { readsHere: reads === "replicas" }),
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
      async promote(candidates) {
        const before = performance.now();
        await orderFailover(sentinelOf(candidates[0] ?? ""), patience);
        for (;;) {
          const chosen = await agreed(candidates);
          if (chosen !== undefined) return chosen;
          if (performance.now() - before > failoverPatience)
            throw new Error(`the sentinels have chosen no primary within ${failoverPatience / 1000} s`);
          await sleep(50);
        }
      },
      close: () => Promise.resolve(),
    };

    function sentinelOf(node: NodeId) {
      return surroundings.address(node, sentinelPort);
    }

    /** The candidate that a sentinel names and that says itself that it is the primary. */
    async function agreed(candidates: readonly NodeId[]): Promise<NodeId | undefined> {
      for (const node of candidates) {
        const named = await primaryBy(surroundings, sentinelOf(node), patience);
        if (
          named !== undefined &&
          candidates.includes(named) &&
          (await isPrimary(surroundings.address(named)))
        )
          return named;
      }
      return undefined;
    }
  },
};
