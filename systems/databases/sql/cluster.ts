import { setTimeout as sleep } from "node:timers/promises";

import type { NodeId } from "../../contracts/protocol.ts";
import type { Address, Cluster, ProcessSpecification, Surroundings } from "../../contracts/system.ts";
import { SqlClient } from "./client.ts";
import type { SqlDialect } from "./dialect.ts";
import { programOf } from "./programs.ts";
import { wholeNumberIn, type SqlSession } from "./session.ts";
import { tables } from "./tables.ts";

/** How long a client waits for a connection, and for each answer, in milliseconds. */
const patience = 2_000;
/** How long a server may take from its start to its first answer: it may have to recover. */
const startPatience = 60_000;

/** What a database that speaks SQL has of its own. */
export interface SqlServers {
  readonly dialect: SqlDialect;
  /** A statement that gives the wall clock as `now`, in milliseconds since 1970. */
  readonly now: string;
  /** Connects to a server; connecting, and each statement, may take `patience` milliseconds. */
  connect(address: Address, patience: number): Promise<SqlSession>;
  /** Makes the folder of a server's data, unless it is there; says whether it did. */
  prepare(node: NodeId): Promise<boolean>;
  /** How a node's server is started. */
  server(node: NodeId): ProcessSpecification;
  /** The node that clients of `node` are to speak to; `node` itself unless given. */
  serving?(node: NodeId): NodeId;
  /** The node that takes writes; every one that is alive unless given. */
  primary?(): NodeId;
  /** Makes one of the candidates the primary. */
  readonly promote?: (candidates: readonly NodeId[]) => Promise<NodeId>;
}

/** Servers that speak SQL, on which the clients of a workload run transactions at an isolation level. */
export function sqlCluster(
  surroundings: Surroundings,
  servers: SqlServers,
  { workload, isolationLevel }: { workload: string; isolationLevel: string },
): Cluster {
  const { dialect } = servers;
  const program = programOf(workload, dialect);

  /** The wall clock of the server at `address`; undefined without an answer in time. */
  const clock = async (address: Address, milliseconds: number): Promise<number | undefined> => {
    const before = performance.now();
    let session: SqlSession | undefined;
    // One deadline for connection and answer together.
    const deadline = setTimeout(() => session?.close(), milliseconds);
    try {
      session = await servers.connect(address, milliseconds);
      if (performance.now() - before >= milliseconds) return undefined;
      const [row = {}] = (await session.run(servers.now)).rows;
      return wholeNumberIn(row, "now") ?? undefined;
    } catch {
      return undefined;
    } finally {
      clearTimeout(deadline);
      session?.close();
    }
  };

  const untilItServes = async (node: NodeId): Promise<void> => {
    const before = performance.now();
    while ((await clock(surroundings.address(node), 1_000)) === undefined) {
      if (!surroundings.alive(node)) throw new Error("the server ended as it started");
      if (performance.now() - before > startPatience)
        throw new Error(`the server gave no answer within ${startPatience / 1000} s of its start`);
      await sleep(20);
    }
  };

  const createTables = async (node: NodeId): Promise<void> => {
    const session = await servers.connect(surroundings.address(node), startPatience);
    try {
      for (const table of tables) await session.run(table);
    } finally {
      session.close();
    }
  };

  return {
    async start(node) {
      const fresh = await servers.prepare(node);
      await surroundings.spawn(node, servers.server(node));
      await untilItServes(node);
      if (fresh) await createTables(node);
    },
    openClient: (node) =>
      Promise.resolve(
        new SqlClient({
          dialect,
          program,
          isolationLevel,
          connect: () =>
            servers.connect(surroundings.route("clients", servers.serving?.(node) ?? node), patience),
        }),
      ),
    ping: async (address, milliseconds) => (await clock(address, milliseconds)) !== undefined,
    clock,
    primaries() {
      const primary = servers.primary?.();
      const all = primary === undefined ? surroundings.nodes : [primary];
      return Promise.resolve(all.filter((node) => surroundings.alive(node)));
    },
    ...(servers.promote === undefined ? {} : { promote: servers.promote }),
    close: () => Promise.resolve(),
  };
}
