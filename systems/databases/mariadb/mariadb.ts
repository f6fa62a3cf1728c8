import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Address, System } from "../../contracts/system.ts";
import { installedProgram } from "../installed.ts";
import { missing } from "../missing.ts";
import { asOrdinaryUser } from "../ordinary-user.ts";
import { sqlCluster } from "../sql/cluster.ts";
import { faultsOfServers } from "../sql/faults.ts";
import { sqlWorkloads } from "../sql/programs.ts";
import { isolationLevels, mariadbDialect } from "./dialect.ts";
import { database, loadMysql2, MariadbSession } from "./session.ts";

/** MariaDB with InnoDB: one server, as installed. */
export const mariadb: System = {
  name: "mariadb",
  summary: "MariaDB with InnoDB, one server, as installed",
  claims: ["repeatable-read"],
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
      name: "innodb-snapshot-isolation",
      summary: "whether repeatable read is to be snapshot isolation, which it is not by default before 11.6",
      values: ["off", "on"],
    },
  ],
  promises: ({ "isolation-level": level = "repeatable-read", "innodb-snapshot-isolation": snapshots }) => [
    level === "repeatable-read" && snapshots === "on" ? "snapshot-isolation" : level,
  ],
  missing: () => missing(async () => programs(), loadMysql2, asOrdinaryUser),
  async open(surroundings, { workload = "list-append", settings = {} }) {
    const {
      "isolation-level": isolationLevel = isolationLevels[0],
      "innodb-snapshot-isolation": snapshots = "off",
    } = settings;
    const { server, install } = programs();
    await loadMysql2();
    const ordinary = await asOrdinaryUser();
    const dataOf = (node: string): string => join(surroundings.directory(node), "data");
    const initFileOf = (node: string): string => join(surroundings.directory(node), "init.sql");
    const servers = {
      dialect: mariadbDialect,
      now: "SELECT CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED) AS now",
      connect: async (address: Address, patience: number) => {
        const session = await MariadbSession.open(address, patience);
        await session.run(`USE ${database}`);
        return session;
      },
      async prepare(node: string) {
        const data = dataOf(node);
        if (existsSync(data)) return false;
        await surroundings.run(
          node,
          ordinary({
            command: install,
            arguments: [
              "--no-defaults",
              `--datadir=${data}`,
              "--auth-root-authentication-method=normal",
              "--skip-test-db",
            ],
          }),
        );
        writeFileSync(initFileOf(node), `CREATE DATABASE IF NOT EXISTS ${database};\n`);
        return true;
      },
      server(node: string) {
        const { host, port } = surroundings.address(node);
        return ordinary({
          command: server,
          arguments: [
            "--no-defaults",
            `--datadir=${dataOf(node)}`,
            `--bind-address=${host}`,
            `--port=${port}`,
            // In the folder of the data: the whole path may be longer than those of sockets can be.
            "--socket=socket",
            `--pid-file=${join(surroundings.directory(node), "pid")}`,
            // Reached from this machine only.
            "--skip-grant-tables",
            "--skip-name-resolve",
            "--innodb-buffer-pool-size=32M",
            `--innodb-snapshot-isolation=${snapshots.toUpperCase()}`,
            // Clients that were cut off leave transactions behind, whose locks others wait for.
            "--idle-transaction-timeout=3",
            "--innodb-lock-wait-timeout=1",
            `--init-file=${initFileOf(node)}`,
          ],
        });
      },
    };
    return sqlCluster(surroundings, servers, { workload, isolationLevel });
  },
};

/** The paths of the server's programs; a usage error if they are not installed. */
function programs(): { server: string; install: string } {
  return {
    server: installedProgram("mariadbd", "mariadb-server-core"),
    install: installedProgram("mariadb-install-db", "mariadb-server-core"),
  };
}
