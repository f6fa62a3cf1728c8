import { unknownName } from "../histories/errors.ts";
import { protocols } from "../systems/catalogue.ts";
import type { System } from "../systems/contracts/system.ts";
import { duckdb } from "../systems/databases/duckdb/duckdb.ts";
import { etcd } from "../systems/databases/etcd/etcd.ts";
import { memoryRegister } from "../systems/databases/memory-register/memory-register.ts";
import { galera } from "../systems/databases/mariadb/galera.ts";
import { mariadb } from "../systems/databases/mariadb/mariadb.ts";
import { nats } from "../systems/databases/nats/nats.ts";
import { rabbitmq } from "../systems/databases/rabbitmq/rabbitmq.ts";
import { postgres } from "../systems/databases/postgres/postgres.ts";
import { redisCluster } from "../systems/databases/redis/cluster.ts";
import { redis } from "../systems/databases/redis/redis.ts";
import { redisSentinel } from "../systems/databases/redis/sentinel.ts";
import { sqlite } from "../systems/databases/sqlite/sqlite.ts";
import { serializableStore, snapshotStore } from "../systems/databases/transactional/stores.ts";
import { zookeeper } from "../systems/databases/zookeeper/zookeeper.ts";
import { protocolSystem } from "./protocol-system.ts";

/** The systems that come with Rashomon: its protocols, and its database adapters. */
export const systems: readonly System[] = [
  ...protocols.map(protocolSystem),
  memoryRegister,
  snapshotStore,
  serializableStore,
  postgres,
  mariadb,
  galera,
  rabbitmq,
  nats,
  redis,
  redisSentinel,
  redisCluster,
  etcd,
  zookeeper,
  sqlite,
  duckdb,
];

/** The system of that name; a usage error that lists the known ones if there is none. */
export function findSystem(name: string): System {
  const found = systems.find((system) => system.name === name);
  if (found === undefined) {
    throw unknownName(
      "system",
      name,
      systems.map((system) => system.name),
    );
  }
  return found;
}
