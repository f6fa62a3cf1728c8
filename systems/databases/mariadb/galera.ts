import { setTimeout as sleep } from "node:timers/promises";

import type { Address, Cluster, System } from "../../contracts/system.ts";
import { missing } from "../missing.ts";
import { asOrdinaryUser } from "../ordinary-user.ts";
import { sqlCluster } from "../sql/cluster.ts";
import { faultsOfResources, faultsOfServers } from "../faults.ts";
import { sqlWorkloads } from "../sql/programs.ts";
import { sqlPromises } from "../sql/promises.ts";
import { isolationLevels, mariadbDialect } from "./dialect.ts";
import { untilItServes } from "../until-it-serves.ts";
import { GaleraGroup, galeraPrograms } from "./galera-group.ts";
import { GaleraMembers } from "./members.ts";
import { GaleraQuorum } from "./quorum.ts";
import { now, runningGalera, version } from "./running.ts";
import { database, loadMysql2, MariadbSession } from "./session.ts";

/** MariaDB with Galera: every node takes writes, and a commit is certified against those of all others. */
export const galera: System = {
  name: "galera",
  summary: "MariaDB with Galera: three nodes, each of which takes writes",
  claims: ["repeatable-read"],
  workloads: sqlWorkloads,
  // The state that nodes send one another is copied by programs that have not been seen to bear lost power.
  capabilities: new Set([
    ...[...faultsOfServers].filter((fault) => fault !== "power-cut"),
    ...faultsOfResources,
    "membership",
  ]),
  nodeCounts: { default: 3, minimum: 2, maximum: 5 },
  // Who is there and what is written; what a node has missed; the whole state.
  ports: ["group", "writes", "state"],
  peers: "one-list",
  mutants: [],
  settings: [
    {
      name: "isolation-level",
      summary: "the level at which transactions run on their node, which is what is promised of them",
      values: isolationLevels,
    },
    {
      name: "wsrep-sync-wait",
      summary: "which statements wait until their node has caught up: 0 none, 1 reads, 7 reads and writes",
      values: ["0", "1", "3", "7", "15"],
    },
    {
      name: "innodb-snapshot-isolation",
      summary: "whether repeatable read is to be snapshot isolation, which it is not by default before 11.6",
      values: ["off", "on"],
    },
  ],
  promises: (
    { "isolation-level": level = "repeatable-read", "innodb-snapshot-isolation": snapshots },
    workload,
    servers,
  ) => {
    // Transactions on different nodes are of snapshots, whatever the level (Galera's manual, "Isolation levels").
    const ofSnapshots = level === "serializable" || (level === "repeatable-read" && snapshots === "on");
    return sqlPromises(workload, { level, promised: ofSnapshots ? "snapshot-isolation" : level, servers });
  },
  running: runningGalera,
  missing: () => missing(async () => galeraPrograms(), loadMysql2, asOrdinaryUser),
  async open(surroundings, { workload = "list-append", settings = {} }): Promise<Cluster> {
    galeraPrograms();
    await loadMysql2();
    const {
      "isolation-level": isolationLevel = isolationLevels[0],
      "wsrep-sync-wait": syncWait = "0",
      "innodb-snapshot-isolation": snapshots = "off",
    } = settings;
    const group = new GaleraGroup(surroundings, await asOrdinaryUser(), [
      `--wsrep-sync-wait=${syncWait}`,
      `--innodb-snapshot-isolation=${snapshots.toUpperCase()}`,
    ]);
    const servers = {
      dialect: mariadbDialect,
      now,
      version,
      connect: async (address: Address, patience: number) => {
        const session = await MariadbSession.open(address, patience);
        await session.run(`USE ${database}`);
        return session;
      },
      async prepare(node: string) {
        await group.prepare(node);
        return false;
      },
      server: (node: string) => group.server(node),
    };
    const cluster = sqlCluster(surroundings, servers, { workload, isolationLevel });
    const joined = new Set<string>();
    const start = async (node: string): Promise<void> => {
      await group.prepare(node);
      await surroundings.spawn(node, group.server(node));
      await untilItServes({
        alive: () => surroundings.alive(node),
        // One that was in the group listens to nobody until it finds the others, from whom it may be cut off.
        up: () => Promise.resolve(joined.has(node)),
        serves: async () => (await cluster.clock?.(surroundings.address(node), 1_000)) !== undefined,
      });
      joined.add(node);
    };
    const members = new GaleraMembers(surroundings, async (node) => {
      group.forget(node);
      joined.delete(node);
      await start(node);
    });
    const quorum = new GaleraQuorum(surroundings, (node) => group.place(node), start);
    return {
      ...cluster,
      start,
      members,
      recover: (operator) => quorum.recover(operator),
      // A node that is cut off from the majority answers, though it does nothing for clients.
      ping: greets,
    };
  },
};

/** Whether the server at `address` lets a client in within `milliseconds`; one that joins the group does so after a while. */
async function greets(address: Address, milliseconds: number): Promise<boolean> {
  const before = performance.now();
  for (;;) {
    const left = milliseconds - (performance.now() - before);
    if (left <= 0) return false;
    try {
      (await MariadbSession.open(address, left)).close();
      return true;
    } catch {
      await sleep(50);
    }
  }
}
