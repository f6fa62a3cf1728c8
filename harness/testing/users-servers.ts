import type { Json } from "../../histories/json.ts";
import type { Address, SystemSettings } from "../../systems/contracts/system.ts";
import { openEtcd } from "../../systems/databases/etcd/store.ts";
import { MariadbSession } from "../../systems/databases/mariadb/session.ts";
import { NatsSession } from "../../systems/databases/nats/session.ts";
import { streamsOf } from "../../systems/databases/nats/streams.ts";
import { AmqpSession } from "../../systems/databases/rabbitmq/session.ts";
import { ZookeeperConnection } from "../../systems/databases/zookeeper/connection.ts";
import { answered } from "../../systems/databases/zookeeper/store.ts";

/** How long a connection of a test's own, and each answer, may take, in milliseconds. */
const patience = 10_000;

/** Servers as a user has them: what their URLs are, and what is on them. */
export interface UsersServers {
  readonly url: (address: Address) => string;
  /** Whether its users reach it over TLS; the URL then lacks the file of the certificate. */
  readonly secured?: true;
  /** What the user has there, as far as runs could have touched it; `run` is the name of one. */
  readonly everything: (address: Address, run: string) => Promise<Json>;
  /** What the server says it is. */
  readonly version: RegExp;
  readonly workload: string;
  readonly systemSettings?: SystemSettings;
  /** Makes what the URL speaks of. */
  readonly prepare?: (address: Address) => Promise<void>;
}

/** By the names of their systems. */
export const usersServers: Readonly<Record<string, UsersServers>> = {
  etcd: {
    url: ({ host, port }) => `http://${host}:${port}`,
    version: /^etcd \d/,
    workload: "register",
    async everything(address) {
      const client = await openEtcd(address, patience);
      const nothing = Buffer.from([0]);
      const { kvs } = await client.kv.range({ key: nothing, range_end: nothing });
      client.close();
      // Locks go away by themselves, when their leases end.
      const lasting = kvs.filter(({ lease }) => lease === "0");
      return lasting.map(({ key, mod_revision: revision }) => [key.toString(), revision]);
    },
  },
  zookeeper: {
    // A path of the user's own, below which nobody else may make anything.
    url: ({ host, port }) => `zookeeper://me:secret%40@${host}:${port}/of/me`,
    version: /^ZooKeeper \d/,
    workload: "register",
    systemSettings: { reads: "sync" },
    async prepare(address) {
      const connection = await ZookeeperConnection.open(address, patience, login);
      const { client } = connection;
      const { ACL, Id, Permission } = (await import("node-zookeeper-client")).default;
      await answered<string>((done) => client.create("/of", done), patience);
      const mine = [new ACL(Permission.ALL, new Id("auth", ""))];
      await answered<string>((done) => client.create("/of/me", Buffer.from("my own"), mine, done), patience);
      connection.close();
    },
    async everything(address) {
      const connection = await ZookeeperConnection.open(address, patience, login);
      const children = (path: string): Promise<string[]> =>
        answered<string[]>((done) => connection.client.getChildren(path, done), patience);
      const found = [await children("/"), await children("/of"), await children("/of/me")];
      connection.close();
      return found.map((names) => names.toSorted());
    },
  },
  rabbitmq: {
    url: ({ host, port }) => `amqps://guest:guest@${host}:${port}/%2F`,
    secured: true,
    version: /^RabbitMQ \d/,
    workload: "queue",
    // Else nobody says for a quarter of a minute after a cut that the queue is empty.
    systemSettings: { acknowledgements: "automatic" },
    async everything(address, run) {
      const there = async (queue: string): Promise<boolean> => {
        const session = await AmqpSession.open(address, patience);
        try {
          await session.findQueue(queue);
          return true;
        } catch {
          return false;
        } finally {
          session.close();
        }
      };
      return [await there("rashomon"), await there(run)];
    },
  },
  nats: {
    url: ({ host, port }) => `nats://${host}:${port}`,
    version: /^NATS \d/,
    workload: "log",
    async everything(address) {
      const session = await NatsSession.open(address, patience);
      const streams = await streamsOf(session, "");
      session.close();
      return streams.toSorted();
    },
  },
  galera: {
    url: ({ host, port }) => `mariadb://root@${host}:${port}`,
    version: /^MariaDB \d/,
    workload: "register",
    systemSettings: { "wsrep-sync-wait": "7" },
    async everything(address) {
      const session = await MariadbSession.open(address, patience);
      const { rows } = await session.run("SHOW DATABASES");
      session.close();
      return rows.map((row) => Object.values(row).map(String));
    },
  },
};

const login = { user: "me", password: "secret@" };
