/**
 * What `npm run soak` runs: each case is one command, and what it may show besides that all is well, which the system's manual admits or docs/findings
 * has written up. A case without `may` is a system that keeps what its setting promises.
 */

/** Faults of links, of which proxies can have some, and network namespaces all. */
const streams = "partition,latency,reset,bandwidth,slow-close";
const links = `${streams},loss,duplication,corruption,reorder`;
const processes = "kill,terminate,pause";
const here = "--network namespaces --interval 1";
/** Where there are only proxies. */
const proxied = "--network proxies --interval 1";

/** What the loss of acknowledged writes looks like to lists that are appended to, and what follows from it. */
const lostAppends = [
  "incompatible-order",
  "G0",
  "G1c",
  "G-single",
  "lost-update",
  "G2-item",
  "G-nonadjacent",
  "long-fork",
];
const inTime = (types) => types.flatMap((type) => [type, `${type}-process`, `${type}-realtime`]);

export const cases = [
  { name: "postgres embedded", command: `postgres --set server=embedded --faults all ${here}` },
  { name: "postgres installed", command: `postgres --set server=installed --faults all ${here}` },
  {
    name: "postgres repeatable-read",
    command: `postgres --isolation-level repeatable-read --workload rw-register --faults all ${proxied}`,
  },
  {
    name: "postgres read-committed",
    command: `postgres --isolation-level read-committed --faults all ${here}`,
  },
  {
    name: "postgres standby sync",
    command: `postgres --nodes 2 --set replication=synchronous --set clients=primary --faults failover,${links},${processes},power-cut ${here}`,
  },
  {
    name: "postgres standby async",
    command: `postgres --nodes 2 --set clients=primary --faults failover,${links},${processes},power-cut ${here}`,
    may: inTime(lostAppends),
  },
  {
    name: "postgres standby reads",
    command: `postgres --nodes 2 --isolation-level repeatable-read --faults ${links},${processes},clock ${here}`,
  },
  { name: "postgres queue", command: `postgres --workload queue --faults all ${proxied}` },
  {
    name: "postgres set standby async",
    command: `postgres --nodes 2 --set clients=primary --workload set --faults failover,${links},${processes} ${here}`,
    may: ["lost"],
  },
  { name: "sqlite lock", command: `sqlite --workload lock --faults all ${proxied}` },
  { name: "galera set", command: `galera --workload set --faults ${links},${processes} ${here}` },
  // Updates take the latest row, whatever the snapshot was.
  {
    name: "mariadb",
    command: `mariadb --faults all ${here}`,
    may: ["lost-update", "internal", ...lostAppends],
  },
  // Commits are seen before they are on disk, unless there is a binary log.
  {
    name: "mariadb snapshots",
    command: `mariadb --set innodb-snapshot-isolation=on --workload list-append --faults all ${proxied}`,
    may: lostAppends,
  },
  {
    name: "mariadb strongest",
    command: `mariadb --isolation-level serializable --set binary-log=on --faults all ${here}`,
  },
  {
    name: "mariadb serializable",
    command: `mariadb --isolation-level serializable --workload bank --faults all ${here}`,
  },
  {
    name: "galera",
    command: `galera --faults all ${here}`,
    may: ["lost-update", "internal", ...lostAppends],
  },
  {
    name: "galera strongest",
    command: `galera --set wsrep-sync-wait=7 --set innodb-snapshot-isolation=on --faults all ${here}`,
  },
  { name: "redis", command: `redis --faults all ${here}` },
  { name: "redis set", command: `redis --workload set --faults all ${proxied}` },
  {
    name: "redis everysec",
    command: `redis --workload set --set appendfsync=everysec --faults ${links},${processes},power-cut ${here}`,
    may: ["lost"],
  },
  {
    name: "redis replica",
    command: `redis --nodes 2 --workload list-append --set reads=replicas --faults ${links},${processes} ${here}`,
  },
  {
    name: "redis replica failover",
    command: `redis --nodes 2 --workload set --faults failover,${links},${processes} ${here}`,
    may: ["lost"],
  },
  { name: "redis-sentinel", command: `redis-sentinel --workload set --faults all ${here}`, may: ["lost"] },
  {
    name: "redis-sentinel strongest",
    command: `redis-sentinel --workload set --set replication=synchronous --faults all ${here}`,
    may: ["lost"],
  },
  { name: "redis-cluster", command: `redis-cluster --faults all ${here}`, may: ["nonlinearizable"] },
  {
    name: "redis-cluster without replicas",
    command: `redis-cluster --nodes 3 --faults ${links},${processes},power-cut ${here}`,
  },
  { name: "etcd", command: `etcd --faults all ${here}` },
  { name: "etcd list-append", command: `etcd --workload list-append --faults all ${here}` },
  {
    name: "etcd serializable reads",
    command: `etcd --set reads=serializable --workload list-append --faults all ${here}`,
  },
  { name: "zookeeper", command: `zookeeper --faults all ${here}` },
  { name: "zookeeper sync", command: `zookeeper --set reads=sync --workload register --faults all ${here}` },
  {
    name: "rabbitmq one node",
    command: `rabbitmq --nodes 1 --set queue-type=classic --faults all ${proxied}`,
  },
  { name: "rabbitmq quorum", command: `rabbitmq --faults all ${here}` },
  {
    name: "rabbitmq mirrored",
    command: `rabbitmq --set queue-type=mirrored --set partition-handling=autoheal --faults partition --network namespaces --interval 5`,
    // It takes a while until nodes give one another up.
    seconds: 12,
    may: ["lost"],
  },
  { name: "nats one server", command: `nats --nodes 1 --faults ${streams},${processes} ${proxied}` },
  {
    name: "nats power",
    command: `nats --nodes 1 --workload log --faults power-cut ${here}`,
    may: ["lost-write"],
  },
  { name: "nats queue", command: `nats --faults ${links},${processes} ${here}` },
  // Conditions of writes are looked at before those that are on their way.
  {
    name: "nats register",
    command: `nats --workload register --faults ${links},${processes} ${here}`,
    may: ["nonlinearizable"],
  },
  {
    name: "nats direct reads",
    command: `nats --workload register --set reads=direct --faults ${links},${processes} ${here}`,
    may: ["nonlinearizable"],
  },
  { name: "sqlite", command: `sqlite --faults all ${here}` },
  { name: "sqlite rollback journal", command: `sqlite --set journal=rollback --faults all ${proxied}` },
  { name: "duckdb", command: `duckdb --faults all ${here}` },
];
