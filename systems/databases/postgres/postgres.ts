import { join } from "node:path";

import type { System } from "../../contracts/system.ts";
import { machineOf } from "../machines.ts";
import { missing } from "../missing.ts";
import { asOrdinaryUser, asOrdinaryUserOnNodes } from "../ordinary-user.ts";
import { sqlCluster, type SqlServers } from "../sql/cluster.ts";
import { faultsOfMachines, faultsOfServers } from "../faults.ts";
import { sqlWorkloads } from "../sql/programs.ts";
import { sqlPromises } from "../sql/promises.ts";
import { binariesOnNodes, postgresBinaries, serverKinds } from "./binaries.ts";
import { isolationLevels, postgresDialect } from "./dialect.ts";
import { Replication, replicationKinds } from "./replication.ts";
import { now, runningPostgres, version } from "./running.ts";
import { loadPg, owner, PostgresSession } from "./session.ts";

/**
 * What the manual promises (13.2): serializable transactions are as if they ran one after another; repeatable read is snapshot
 * isolation; read committed is Adya's.
 */
const promises: Readonly<Record<string, string>> = {
  serializable: "serializable",
  "repeatable-read": "snapshot-isolation",
  "read-committed": "read-committed",
};

/**
 * PostgreSQL, the embedded server that comes with npm or an installed one: one server, or a primary and hot standbys. Clients of a standby read from it; it
 * refuses their writes, and transactions that are to be serializable.
 */
export const postgres: System = {
  name: "postgres",
  summary: "PostgreSQL, embedded from npm or installed: one server, or a primary and hot standbys",
  claims: ["serializable"],
  workloads: sqlWorkloads,
  capabilities: new Set([...faultsOfServers, ...faultsOfMachines, "failover"]),
  nodeCounts: { default: 1, minimum: 1, maximum: 5 },
  mutants: [],
  remote: true,
  settings: [
    {
      name: "isolation-level",
      summary: "the level at which transactions run, which is what is promised of them",
      values: isolationLevels,
    },
    {
      name: "server",
      summary: "the server from npm, the one installed, or the first of them there is",
      values: serverKinds,
    },
    {
      name: "replication",
      summary: "whether a commit waits until a standby has it; mixed: those of every second client do",
      values: replicationKinds,
    },
    {
      name: "clients",
      summary:
        "whether clients speak each to a node of their own, and so read on standbys, or all to the primary",
      values: ["everywhere", "primary"],
    },
    {
      name: "fsync",
      summary: "whether the server waits for the disk; if not, a power cut takes commits back",
      values: ["on", "off"],
    },
  ],
  promises: ({ "isolation-level": level = "" }, workload, servers) =>
    sqlPromises(workload, { level, promised: promises[level] ?? "serializable", servers }),
  running: runningPostgres,
  missing: () => missing(() => postgresBinaries("any"), loadPg, asOrdinaryUser),
  async open(surroundings, { workload = "list-append", settings = {} }) {
    const { "isolation-level": isolationLevel = isolationLevels[0], server = "any" } = settings;
    const kind = serverKinds.find((each) => each === server) ?? "any";
    const binaries = await binariesOnNodes(surroundings, kind);
    const ordinary = await asOrdinaryUserOnNodes(surroundings);
    await loadPg();
    const replication = new Replication(
      surroundings,
      replicationKinds.find((each) => each === settings["replication"]) ?? "asynchronous",
    );
    const servers: SqlServers = {
      dialect: postgresDialect,
      now,
      version,
      connect: (address, patience) => PostgresSession.open(address, patience),
      prepare: (node) =>
        replication.prepare(node, async () => {
          const data = replication.data(node);
          await surroundings.run(
            node,
            ordinary(node, { command: binaries(node).initdb, arguments: ["-D", data, ...initial] }),
          );
          await machineOf(surroundings, node).write(join(data, "pg_hba.conf"), admitted, "append");
        }),
      server(node) {
        const { host, port } = surroundings.address(node);
        const options = Object.entries({
          ...parameters,
          fsync: settings["fsync"] ?? "on",
          listen_addresses: host,
          port,
        }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
        return ordinary(node, {
          command: binaries(node).postgres,
          arguments: ["-D", replication.data(node), ...options],
          // Fast shutdown: SIGTERM would wait for the clients to leave.
          endedBy: "SIGINT",
        });
      },
      serving: (node) => (settings["clients"] === "primary" ? replication.primary : node),
      greeting: (position) => replication.greeting(position),
      primary: () => replication.primary,
      promote: (candidates) => replication.promote(candidates),
    };
    return sqlCluster(surroundings, servers, { workload, isolationLevel });
  },
};

/** Whoever reaches it may come in: it listens on loopback, or in a network of its own. */
const admitted = "host all all all trust\nhost replication all all trust\n";

/** How data are first made: owned by whom clients say they are, without passwords. */
const initial = ["-U", owner, "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"];

const parameters = {
  unix_socket_directories: "",
  max_connections: 200,
  shared_buffers: "32MB",
  // In the data folder: elsewhere a server that is killed would leave it behind.
  dynamic_shared_memory_type: "mmap",
  // Clients that were cut off leave transactions behind, whose locks others wait for.
  idle_in_transaction_session_timeout: "3s",
  deadlock_timeout: "100ms",
  // What standbys that were away still need.
  wal_keep_size: "512MB",
  // Links that are cut are given up, and made anew, in good time.
  wal_sender_timeout: "3s",
  wal_receiver_timeout: "3s",
  wal_retrieve_retry_interval: "200ms",
};
