import { existsSync } from "node:fs";
import { join } from "node:path";

import type { Address, System } from "../../contracts/system.ts";
import { missing } from "../missing.ts";
import { asOrdinaryUser } from "../ordinary-user.ts";
import { sqlCluster } from "../sql/cluster.ts";
import { faultsOfServers } from "../sql/faults.ts";
import { sqlWorkloads } from "../sql/programs.ts";
import { postgresBinaries, serverKinds } from "./binaries.ts";
import { isolationLevels, postgresDialect } from "./dialect.ts";
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

/** PostgreSQL: one server, the embedded one that comes with npm or an installed one. */
export const postgres: System = {
  name: "postgres",
  summary: "PostgreSQL, one server: embedded, from npm, or installed",
  claims: ["serializable"],
  workloads: sqlWorkloads,
  capabilities: faultsOfServers,
  nodeCounts: { default: 1, minimum: 1, maximum: 1 },
  mutants: [],
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
  ],
  promises: ({ "isolation-level": level = "" }) => [promises[level] ?? "serializable"],
  missing: () => missing(() => postgresBinaries("any"), loadPg, asOrdinaryUser),
  async open(surroundings, { workload = "list-append", settings = {} }) {
    const { "isolation-level": isolationLevel = isolationLevels[0], server = "any" } = settings;
    const binaries = await postgresBinaries(serverKinds.find((kind) => kind === server) ?? "any");
    const ordinary = await asOrdinaryUser();
    await loadPg();
    const dataOf = (node: string): string => join(surroundings.directory(node), "data");
    const servers = {
      dialect: postgresDialect,
      now: "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS now",
      connect: (address: Address, patience: number) => PostgresSession.open(address, patience),
      async prepare(node: string) {
        const data = dataOf(node);
        if (existsSync(data)) return false;
        const options = [
          "-D",
          data,
          "-U",
          owner,
          "--auth=trust",
          "--encoding=UTF8",
          "--no-locale",
          "--no-sync",
        ];
        await surroundings.run(node, ordinary({ command: binaries.initdb, arguments: options }));
        return true;
      },
      server(node: string) {
        const { host, port } = surroundings.address(node);
        const parameters = {
          listen_addresses: host,
          port,
          unix_socket_directories: "",
          max_connections: 200,
          shared_buffers: "32MB",
          // Clients that were cut off leave transactions behind, whose locks others wait for.
          idle_in_transaction_session_timeout: "3s",
          deadlock_timeout: "100ms",
        };
        const options = Object.entries(parameters).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
        return ordinary({
          command: binaries.postgres,
          arguments: ["-D", dataOf(node), ...options],
          // Fast shutdown: SIGTERM would wait for the clients to leave.
          endedBy: "SIGINT",
        });
      },
    };
    return sqlCluster(surroundings, servers, { workload, isolationLevel });
  },
};
