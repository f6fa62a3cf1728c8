import type { NodeId } from "../../contracts/protocol.ts";
import type { RunningServers } from "../../contracts/running-servers.ts";
import type { Address } from "../../contracts/system.ts";
import { nodeAt, NotYet, OfNoUse } from "../running.ts";
import { addressIn, commonLogin, tlsIn, type UrlForm } from "../server-url.ts";
import { sqlCluster } from "../sql/cluster.ts";
import { ownPlace } from "../sql/running.ts";
import { textIn, type SqlSession } from "../sql/session.ts";
import { tables } from "../sql/tables.ts";
import { isolationLevels, mariadbDialect } from "./dialect.ts";
import { loadMysql2, MariadbSession, type MariadbAccess } from "./session.ts";

export const now = "SELECT CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED) AS now";
export const version = "SELECT CONCAT('MariaDB ', VERSION()) AS version";

const form: UrlForm = {
  example: "mariadb://user:password@host:3306, or mariadbs://…?ca=file&cert=file&key=file",
  protocols: ["mariadb", "mysql"],
  port: 3306,
  tls: { protocols: ["mariadbs", "mysqls"], port: 3306 },
};
/** How long a session of our own may take, in milliseconds. */
const patience = 5_000;

/** Servers of MariaDB that run already, as they are set up: the tables of a run are in a database of its own. */
export const runningMariadb = runningServers({
  settings: ["isolation-level"],
  greeting: () => [],
});

/** Nodes of Galera that run already: the first makes the database of a run, and the others get it from there. */
export const runningGalera = runningServers({
  settings: ["isolation-level", "wsrep-sync-wait"],
  greeting: ({ "wsrep-sync-wait": wait = "0" }) => [`SET SESSION wsrep_sync_wait = ${wait}`],
  group: true,
});

interface Kind {
  readonly settings: readonly string[];
  /** What clients say first on each connection, under the user's settings. */
  readonly greeting: (settings: Readonly<Record<string, string>>) => readonly string[];
  /** Whether the servers are to be nodes of one group of Galera. */
  readonly group?: true;
}

function runningServers({ settings: chosen, greeting, group }: Kind): RunningServers {
  return {
    example: form.example,
    settings: chosen,
    address: (url) => addressIn(url, form),
    async open(surroundings, { urls, name, keep, workload = "list-append", settings = {} }) {
      const { "isolation-level": isolationLevel = isolationLevels[0] } = settings;
      await loadMysql2();
      const accesses = accessesOf(urls);
      const enter = (address: Address, milliseconds: number): Promise<MariadbSession> => {
        const node = nodeAt(surroundings, address);
        return MariadbSession.open(
          address,
          milliseconds,
          node === undefined ? undefined : accesses.get(node),
        );
      };
      const [first] = surroundings.nodes;
      const groups = new Map<string, NodeId>();
      const servers = {
        dialect: mariadbDialect,
        now,
        version,
        async connect(address: Address, milliseconds: number) {
          const session = await enter(address, milliseconds);
          await session.run(`USE ${name}`);
          // Clients that were cut off leave transactions behind, whose locks others wait for.
          await session.run("SET SESSION innodb_lock_wait_timeout = 1, idle_transaction_timeout = 3");
          return session;
        },
        greeting: () => greeting(settings),
        ...ownPlace(
          {
            async open(node) {
              const session = await enter(surroundings.address(node), patience);
              try {
                if (group === true) await joinGroup(session, node, groups);
                return session;
              } catch (error) {
                session.close();
                throw error;
              }
            },
            create: `CREATE DATABASE IF NOT EXISTS ${name}`,
            drop: `DROP DATABASE IF EXISTS ${name}`,
            look:
              group === true
                ? // Once the last of its tables is there, all are.
                  `SELECT 1 FROM (SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema = '${name}') AS made WHERE n = ${tables(mariadbDialect).length}`
                : `SELECT 1 FROM information_schema.schemata WHERE schema_name = '${name}'`,
            readOnly: "SELECT 1 FROM DUAL WHERE @@global.read_only = 1",
            ...(group === true && first !== undefined ? { maker: first } : {}),
          },
          surroundings,
          keep,
        ),
      };
      return sqlCluster(surroundings, servers, { workload, isolationLevel });
    },
  };
}

/** Throws unless the server is a node of Galera that serves, and of the same group as those before. */
async function joinGroup(session: SqlSession, node: NodeId, groups: Map<string, NodeId>): Promise<void> {
  const status = await session.run("SHOW GLOBAL STATUS LIKE 'wsrep%'");
  const told = new Map(status.rows.map((row) => [textIn(row, "Variable_name"), textIn(row, "Value")]));
  if ((told.get("wsrep_provider_name") ?? "") === "")
    throw new OfNoUse("it is no node of Galera; a server by itself is tested as the system mariadb");
  if (told.get("wsrep_ready") !== "ON")
    throw new NotYet(
      `it is cut off from its group, or joins it: ${told.get("wsrep_local_state_comment") ?? ""}`,
    );
  const id = told.get("wsrep_cluster_state_uuid") ?? "";
  const [known, member] = [...groups][0] ?? [id, node];
  if (known !== id) throw new OfNoUse(`it is of another group than ${member}`);
  groups.set(id, member);
}

/** How each server is come to. */
function accessesOf(urls: ReadonlyMap<NodeId, URL>): ReadonlyMap<NodeId, MariadbAccess> {
  const { user, password } = commonLogin(urls);
  return new Map(
    [...urls].map(([node, url]) => {
      const tls = tlsIn(url, form);
      return [node, { user: user || "root", password, ...(tls === undefined ? {} : { tls }) }] as const;
    }),
  );
}
