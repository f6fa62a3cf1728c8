import type { NodeId } from "../../contracts/protocol.ts";
import type { Cluster, System } from "../../contracts/system.ts";
import { missing } from "../missing.ts";
import { faultsOfResources, faultsOfServers } from "../faults.ts";
import { untilItServes } from "../until-it-serves.ts";
import { VersionedClient } from "../versioned/client.ts";
import { programOf, versionedWorkloads } from "../versioned/programs.ts";
import { clockOf } from "./clock.ts";
import { loadZookeeperClient, ZookeeperConnection } from "./connection.ts";
import { lockSession, ZookeeperLocks } from "./locks.ts";
import { ZookeeperMembers } from "./members.ts";
import { runningZookeeper } from "./running.ts";
import { isWell, javaForZookeeper, javaOnNodes, modeOf, versionOf, zookeeperServer } from "./server.ts";
import { ZookeeperStore } from "./store.ts";

/** How long a client waits for a connection, and for each answer, in milliseconds. */
const patience = 2_000;

/**
 * ZooKeeper, servers that agree by Zab. Writes are always agreed upon. A read is answered by the server alone: each client keeps its own order, and
 * reads may be stale (manual, "Consistency Guarantees"), unless the server catches up with the leader before, as `sync` has it.
 */
export const zookeeper: System = {
  name: "zookeeper",
  summary: "ZooKeeper, three servers that agree by Zab",
  claims: ["strong-session-serializable", "sequential"],
  // First that of which every promise can be decided.
  workloads: [...new Set(["list-append", ...versionedWorkloads, "lock"])],
  capabilities: new Set([...faultsOfServers, ...faultsOfResources, "membership"]),
  nodeCounts: { default: 3, minimum: 1, maximum: 5 },
  ports: ["peer", "election"],
  peers: "one-list",
  mutants: [],
  remote: true,
  settings: [
    {
      name: "reads",
      summary: "whether reads are plain, or the server catches up with the leader before",
      values: ["plain", "sync"],
    },
  ],
  promises: ({ reads }) =>
    reads === "sync"
      ? ["strict-serializable", "linearizable"]
      : ["strong-session-serializable", "sequential"],
  running: runningZookeeper,
  missing: () => missing(async () => javaForZookeeper(), loadZookeeperClient),
  async open(surroundings, { workload = "register", settings = {} }): Promise<Cluster> {
    const java = await javaOnNodes(surroundings);
    await loadZookeeperClient();
    const program = workload === "lock" ? undefined : programOf(workload);
    const options = { patience, sync: settings["reads"] === "sync" };
    const start = async (node: NodeId): Promise<void> => {
      const joined = members.joinedWith(node);
      await surroundings.spawn(node, await zookeeperServer(surroundings, node, { java, joined }));
      const address = surroundings.address(node);
      await untilItServes({
        alive: () => surroundings.alive(node),
        up: () => isWell(address, 1_000),
        serves: async () => (await modeOf(address, 1_000)) !== undefined,
      });
    };
    const members = new ZookeeperMembers(surroundings, start);
    return {
      start,
      members,
      openClient(node) {
        const address = surroundings.route("clients", node);
        return Promise.resolve(
          program === undefined
            ? new ZookeeperLocks({
                patience,
                connect: () => ZookeeperConnection.open(address, patience, undefined, lockSession),
              })
            : new VersionedClient({ program, connect: () => ZookeeperStore.open(address, options) }),
        );
      },
      ping: isWell,
      clock: clockOf,
      version: () => versionOf(surroundings.address(surroundings.nodes[0] ?? ""), patience),
      async primaries() {
        const alive = surroundings.nodes.filter((node) => surroundings.alive(node));
        const modes = await Promise.all(alive.map((node) => modeOf(surroundings.address(node), 500)));
        return alive.filter((_, i) => modes[i] === "leader" || modes[i] === "standalone");
      },
      close: () => Promise.resolve(),
    };
  },
};
