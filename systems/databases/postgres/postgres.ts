import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { UsageError } from "../../../histories/errors.ts";
import type { Address, Cluster, FaultKind, Surroundings, System } from "../../contracts/system.ts";
import type { NodeId } from "../../contracts/protocol.ts";
import { asOrdinaryUser, type AsOrdinaryUser } from "../ordinary-user.ts";
import { SqlClient } from "../sql/client.ts";
import { programOf, sqlWorkloads } from "../sql/programs.ts";
import { wholeNumberIn } from "../sql/session.ts";
import { tables } from "../sql/tables.ts";
import { postgresBinaries, serverKinds, type PostgresBinaries, type ServerKind } from "./binaries.ts";
import { isolationLevels, postgresDialect } from "./dialect.ts";
import { loadPg, owner, PostgresSession } from "./session.ts";

const faults: ReadonlySet<FaultKind> = new Set([
  "partition",
  "latency",
  "reset",
  "bandwidth",
  "slow-close",
  "kill",
  "terminate",
  "pause",
]);

/** How long a client waits for a connection, and for each answer, in milliseconds. */
const patience = 2_000;
/** How long a server may take from its start to its first answer: it may have to recover. */
const startPatience = 60_000;

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
  capabilities: faults,
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
  async missing() {
    try {
      await postgresBinaries("any");
      await loadPg();
      await asOrdinaryUser();
      return undefined;
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
  },
  async open(surroundings, { workload = "list-append", settings = {} }) {
    const { "isolation-level": isolationLevel = isolationLevels[0], server = "any" } = settings;
    const kind = serverKinds.find((each) => each === server) ?? "any";
    return cluster(surroundings, {
      binaries: await postgresBinaries(kind satisfies ServerKind),
      ordinary: await asOrdinaryUser(),
      workload,
      isolationLevel,
    });
  },
};

interface Options {
  readonly binaries: PostgresBinaries;
  readonly ordinary: AsOrdinaryUser;
  readonly workload: string;
  readonly isolationLevel: string;
}

function cluster(surroundings: Surroundings, options: Options): Cluster {
  const { workload, isolationLevel } = options;
  const program = programOf(workload, postgresDialect);
  return {
    async start(node) {
      const fresh = await prepare(surroundings, node, options);
      await serve(surroundings, node, options);
      if (fresh) await createTables(surroundings.address(node));
    },
    openClient: (node) =>
      Promise.resolve(
        new SqlClient({
          dialect: postgresDialect,
          program,
          isolationLevel,
          connect: () => PostgresSession.open(surroundings.route("clients", node), patience),
        }),
      ),
    ping: async (address, milliseconds) => (await clock(address, milliseconds)) !== undefined,
    clock,
    primaries: () => Promise.resolve(surroundings.nodes.filter((node) => surroundings.alive(node))),
    close: () => Promise.resolve(),
  };
}

function dataOf(surroundings: Surroundings, node: NodeId): string {
  return join(surroundings.directory(node), "data");
}

/** Makes the folder of a server's data, unless it is there; says whether it did. */
async function prepare(
  surroundings: Surroundings,
  node: NodeId,
  { binaries, ordinary }: Options,
): Promise<boolean> {
  const data = dataOf(surroundings, node);
  if (existsSync(data)) return false;
  const options = ["-D", data, "-U", owner, "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"];
  await surroundings.run(node, ordinary({ command: binaries.initdb, arguments: options }));
  return true;
}

async function serve(
  surroundings: Surroundings,
  node: NodeId,
  { binaries, ordinary }: Options,
): Promise<void> {
  const address = surroundings.address(node);
  const settings = {
    listen_addresses: address.host,
    port: address.port,
    unix_socket_directories: "",
    max_connections: 200,
    shared_buffers: "32MB",
    // Clients that were cut off leave transactions behind, whose locks others wait for.
    idle_in_transaction_session_timeout: "3s",
    deadlock_timeout: "100ms",
  };
  await surroundings.spawn(
    node,
    ordinary({
      command: binaries.postgres,
      arguments: [
        "-D",
        dataOf(surroundings, node),
        ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      // Fast shutdown: SIGTERM would wait for the clients to leave.
      endedBy: "SIGINT",
    }),
  );
  const before = performance.now();
  while ((await clock(address, 1_000)) === undefined) {
    if (!surroundings.alive(node)) throw new Error("the server ended as it started");
    if (performance.now() - before > startPatience)
      throw new Error(`the server gave no answer within ${startPatience / 1000} s of its start`);
    await sleep(20);
  }
}

async function createTables(address: Address): Promise<void> {
  const session = await PostgresSession.open(address, startPatience);
  try {
    for (const table of tables) await session.run(table);
  } finally {
    session.close();
  }
}

/** The wall clock of the server at `address`, in milliseconds since 1970; undefined without an answer in time. */
async function clock(address: Address, milliseconds: number): Promise<number | undefined> {
  const before = performance.now();
  let session: PostgresSession | undefined;
  // One deadline for connection and answer together.
  const deadline = setTimeout(() => session?.close(), milliseconds);
  try {
    session = await PostgresSession.open(address, milliseconds);
    if (performance.now() - before >= milliseconds) return undefined;
    const { rows } = await session.run(
      "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS now",
    );
    const [row = {}] = rows;
    return wholeNumberIn(row, "now") ?? undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(deadline);
    session?.close();
  }
}
