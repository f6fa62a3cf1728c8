import { join } from "node:path";

import type { Address, System } from "../../contracts/system.ts";
import { installedProgram } from "../installed.ts";
import { machineOf, programOnNodes } from "../machines.ts";
import { missing } from "../missing.ts";
import { asOrdinaryUser, asOrdinaryUserOnNodes } from "../ordinary-user.ts";
import { sqlCluster } from "../sql/cluster.ts";
import { faultsOfMachines, faultsOfServers } from "../faults.ts";
import { sqlWorkloads } from "../sql/programs.ts";
import { sqlPromises } from "../sql/promises.ts";
import { isolationLevels, mariadbDialect } from "./dialect.ts";
import { now, runningMariadb, version } from "./running.ts";
import { database, loadMysql2, MariadbSession } from "./session.ts";

/** MariaDB with InnoDB: one server, as installed. */
export const mariadb: System = {
  name: "mariadb",
  summary: "MariaDB with InnoDB, one server, as installed",
  claims: ["repeatable-read"],
  workloads: sqlWorkloads,
  capabilities: new Set([...faultsOfServers, ...faultsOfMachines]),
  nodeCounts: { default: 1, minimum: 1, maximum: 1 },
  mutants: [],
  remote: true,
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
    {
      name: "binary-log",
      summary:
        "whether commits are in a log on disk before others see them; without, a crash may take back what was read",
      values: ["off", "on"],
    },
  ],
  promises: (
    { "isolation-level": level = "repeatable-read", "innodb-snapshot-isolation": snapshots },
    workload,
    servers,
  ) => {
    const promised = level === "repeatable-read" && snapshots === "on" ? "snapshot-isolation" : level;
    return sqlPromises(workload, { level, promised, servers });
  },
  running: runningMariadb,
  missing: () => missing(async () => programs(), loadMysql2, asOrdinaryUser),
  async open(surroundings, { workload = "list-append", settings = {} }) {
    const {
      "isolation-level": isolationLevel = isolationLevels[0],
      "innodb-snapshot-isolation": snapshots = "off",
      "binary-log": binaryLog = "off",
    } = settings;
    const [server, install] = await Promise.all(
      ["mariadbd", "mariadb-install-db"].map((name) => programOnNodes(surroundings, name, debianPackage)),
    );
    if (server === undefined || install === undefined) throw new Error("a program is missing");
    await loadMysql2();
    const ordinary = await asOrdinaryUserOnNodes(surroundings);
    const dataOf = (node: string): string => join(surroundings.directory(node), "data");
    const initFileOf = (node: string): string => join(surroundings.directory(node), "init.sql");
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
        const data = dataOf(node);
        const machine = machineOf(surroundings, node);
        if (await machine.exists(data)) return false;
        await surroundings.run(
          node,
          ordinary(node, {
            command: install,
            arguments: [
              "--no-defaults",
              `--datadir=${data}`,
              "--auth-root-authentication-method=normal",
              "--skip-test-db",
              logSize,
            ],
          }),
        );
        await machine.write(initFileOf(node), `CREATE DATABASE IF NOT EXISTS ${database};\n`);
        return true;
      },
      server(node: string) {
        const { host, port } = surroundings.address(node);
        return ordinary(node, {
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
            logSize,
            `--innodb-snapshot-isolation=${snapshots.toUpperCase()}`,
            // Clients that were cut off leave transactions behind, whose locks others wait for.
            "--idle-transaction-timeout=3",
            "--innodb-lock-wait-timeout=1",
            `--init-file=${initFileOf(node)}`,
            // Of the two logs the first is synced before a transaction commits, and decides whether it does (manual, "Binary Log Group Commit and InnoDB Flushing").
            ...(binaryLog === "on" ? ["--log-bin=binlog", "--server-id=1", "--sync-binlog=1"] : []),
          ],
        });
      },
    };
    return sqlCluster(surroundings, servers, { workload, isolationLevel });
  },
};

/** Enough for workloads, and a tenth of what would be written for each node. */
const logSize = "--innodb-log-file-size=8M";

const debianPackage = "mariadb-server-core";

/** Throws a usage error if the server's programs are not installed on this machine. */
function programs(): void {
  for (const name of ["mariadbd", "mariadb-install-db"]) installedProgram(name, debianPackage);
}
