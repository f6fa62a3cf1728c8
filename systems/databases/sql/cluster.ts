import { setTimeout as sleep } from "node:timers/promises";

import type { NodeId } from "../../contracts/protocol.ts";
import type { Address, Cluster, ProcessSpecification, Surroundings } from "../../contracts/system.ts";
import { SqlClient } from "./client.ts";
import type { SqlDialect } from "./dialect.ts";
import { programOf } from "./programs.ts";
import { textIn, wholeNumberIn, type SqlSession } from "./session.ts";
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
  /** A statement that gives the server's name and version, as `version`; unless given, it does not say. */
  readonly version?: string;
  /** Makes what a node's server needs, its folder of data say, unless it is there; says whether it did, so that tables are to be made. */
  prepare(node: NodeId): Promise<boolean>;
  /** How a node's server is started; somebody else has done it unless given. */
  server?(node: NodeId): ProcessSpecification;
  /** Takes away what `prepare` has made and nothing else takes away. */
  close?(): Promise<void>;
  /** The node that clients of `node` are to speak to; `node` itself unless given. */
  serving?(node: NodeId): NodeId;
  /** What the client of a node that was opened as its `position`th, from 0, says first on each connection; nothing unless given. */
  greeting?(position: number): readonly string[];
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
      for (const table of tables(dialect)) await session.run(table);
    } finally {
      session.close();
    }
  };

  /** How many clients of each node there have been. */
  const opened = new Map<NodeId, number>();

  return {
    async start(node) {
      const fresh = await servers.prepare(node);
      if (servers.server !== undefined) await surroundings.spawn(node, servers.server(node));
      await untilItServes(node);
      if (fresh) await createTables(node);
    },
    openClient(node) {
      const position = opened.get(node) ?? 0;
      opened.set(node, position + 1);
      const greeting = servers.greeting?.(position) ?? [];
      const connect = async (): Promise<SqlSession> => {
        const address = surroundings.route("clients", servers.serving?.(node) ?? node);
        return greeted(await servers.connect(address, patience), greeting);
      };
      return Promise.resolve(new SqlClient({ dialect, program, isolationLevel, connect }));
    },
    ping: async (address, milliseconds) => (await clock(address, milliseconds)) !== undefined,
    clock,
    primaries() {
      const primary = servers.primary?.();
      const all = primary === undefined ? surroundings.nodes : [primary];
      return Promise.resolve(all.filter((node) => surroundings.alive(node)));
    },
    ...(servers.promote === undefined ? {} : { promote: servers.promote }),
    async version() {
      if (servers.version === undefined) return undefined;
      const [first = ""] = surroundings.nodes;
      const session = await servers.connect(surroundings.address(first), patience);
      try {
        const [row = {}] = (await session.run(servers.version)).rows;
        return textIn(row, "version");
      } finally {
        session.close();
      }
    },
    close: async () => servers.close?.(),
  };
}

/** A connection on which `greeting` was said; none is left if that fails. */
async function greeted(session: SqlSession, greeting: readonly string[]): Promise<SqlSession> {
  try {
    for (const statement of greeting) await session.run(statement);
    return session;
  } catch (error) {
    session.close();
    throw error;
  }
}
