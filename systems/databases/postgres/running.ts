import type { NodeId } from "../../contracts/protocol.ts";
import type { RunningServers } from "../../contracts/running-servers.ts";
import type { Address } from "../../contracts/system.ts";
import { nodeAt } from "../running.ts";
import { addressIn, commonLogin, type UrlForm } from "../server-url.ts";
import { sqlCluster } from "../sql/cluster.ts";
import { ownPlace } from "../sql/running.ts";
import { isolationLevels, postgresDialect } from "./dialect.ts";
import { loadPg, PostgresSession, type PostgresAccess } from "./session.ts";
import { parametersOfTls, postgresTls, sslModeIn } from "./tls.ts";

export const now = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS now";
export const version = "SELECT 'PostgreSQL ' || current_setting('server_version') AS version";

const form: UrlForm = {
  example: "postgres://user:password@host:5432/database, or …?sslmode=verify-full&sslrootcert=file",
  protocols: ["postgres", "postgresql"],
  port: 5432,
  parameters: parametersOfTls,
};
/** How long a session of our own may take, in milliseconds. */
const patience = 5_000;

/** Servers of PostgreSQL that run already: the tables of a run are in a schema of its own, in the database that the URL names. */
export const runningPostgres: RunningServers = {
  example: form.example,
  settings: ["isolation-level"],
  address(url) {
    const address = addressIn(url, form);
    sslModeIn(url);
    return address;
  },
  async open(surroundings, { urls, name, keep, workload = "list-append", settings = {} }) {
    const { "isolation-level": isolationLevel = isolationLevels[0] } = settings;
    await loadPg();
    const accesses = accessesOf(urls);
    const enter = (address: Address, milliseconds: number): Promise<PostgresSession> => {
      const node = nodeAt(surroundings, address);
      return PostgresSession.open(address, milliseconds, node === undefined ? undefined : accesses.get(node));
    };
    const servers = {
      dialect: postgresDialect,
      now,
      version,
      async connect(address: Address, milliseconds: number) {
        const session = await enter(address, milliseconds);
        await session.run(`SET search_path TO ${name}`);
        // Clients that were cut off leave transactions behind, whose locks others wait for.
        await session.run("SET idle_in_transaction_session_timeout = '3s'");
        return session;
      },
      ...ownPlace(
        {
          open: (node) => enter(surroundings.address(node), patience),
          create: `CREATE SCHEMA IF NOT EXISTS ${name}`,
          drop: `DROP SCHEMA ${name} CASCADE`,
          look: `SELECT 1 FROM pg_namespace WHERE nspname = '${name}'`,
          readOnly: "SELECT 1 WHERE pg_is_in_recovery()",
        },
        surroundings,
        keep,
      ),
    };
    return sqlCluster(surroundings, servers, { workload, isolationLevel });
  },
};

/** How each server is come to. */
function accessesOf(urls: ReadonlyMap<NodeId, URL>): ReadonlyMap<NodeId, PostgresAccess> {
  const { user, password, database } = commonLogin(urls);
  const login = { user: user || "postgres", password, database: database || "postgres" };
  return new Map(
    [...urls].map(([node, url]) => {
      const tls = postgresTls(url);
      return [node, { ...login, ...(tls === undefined ? {} : { tls }) }] as const;
    }),
  );
}
