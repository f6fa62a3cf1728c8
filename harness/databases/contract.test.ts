import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Json } from "../../histories/json.ts";
import type { Client } from "../../systems/contracts/client.ts";
import type { Cluster } from "../../systems/contracts/system.ts";
import { workload as findWorkload, type WorkloadOperation } from "../../workloads/index.ts";
import { judged, runName, runOnServers } from "../testing/judged-run.ts";
import { localhostCertificate } from "../testing/localhost-certificate.ts";
import { PlainSurroundings } from "../testing/plain-surroundings.ts";
import { TlsFront } from "../testing/tls-front.ts";
import { usersServers } from "../testing/users-servers.ts";
import { findSystem } from "../systems.ts";

const names = [
  "memory-register",
  "snapshot-store",
  "serializable-store",
  "postgres",
  "mariadb",
  "galera",
  "etcd",
  "zookeeper",
  "rabbitmq",
  "nats",
  "redis",
  "redis-sentinel",
  "redis-cluster",
  "sqlite",
  "duckdb",
];
const missing = new Map<string, string | undefined>();
for (const name of names) missing.set(name, await findSystem(name).missing?.());
for (const [name, what] of missing)
  if (what !== undefined) process.stderr.write(`tests of ${name} are skipped: ${what}\n`);

/** Servers that serve every workload, whichever they were started for, so that one start is enough. */
const forAll = new Set([
  "postgres",
  "mariadb",
  "galera",
  "etcd",
  "zookeeper",
  "rabbitmq",
  "redis",
  "redis-sentinel",
  "redis-cluster",
  "sqlite",
  "duckdb",
]);

/** What changes nothing, in the words of a workload; undefined where all that its clients do changes something. */
function readOf(workload: string): { readonly f: string; readonly value: Json } | undefined {
  const { operations } = findWorkload(workload);
  if (operations.some(({ f }) => f === "txn")) return { f: "txn", value: [["r", 1, null]] };
  const read = operations.find(({ f }) => ["read", "dequeue", "poll"].includes(f));
  return read === undefined ? undefined : { f: read.f, value: read.example.argument };
}

/** How long servers may take to start on a busy machine. */
const patience = 180_000;

/** What every adapter of a database keeps, whatever the database. */
describe.each(names.filter((name) => missing.get(name) === undefined))("%s", (name) => {
  const system = findSystem(name);
  const [usual = ""] = system.workloads;
  /** One node, or as many as it takes. */
  const nodes = Array.from({ length: system.nodeCounts.minimum }, (_, i) => `n${i + 1}`);

  async function started(workload: string): Promise<{ surroundings: PlainSurroundings; cluster: Cluster }> {
    const surroundings = await PlainSurroundings.open(nodes, system.ports);
    const cluster = await system.open(surroundings, { workload });
    await Promise.all(nodes.map((node) => cluster.start(node)));
    return { surroundings, cluster };
  }

  /** The servers that all tests share that can. */
  let shared: { surroundings: PlainSurroundings; cluster: Cluster };
  beforeAll(async () => {
    shared = await started(usual);
  }, patience);
  afterAll(async () => {
    await shared.cluster.close();
    await shared.surroundings.close();
  }, patience);

  describe.each(system.workloads)("with the workload %s", (workload) => {
    const own = workload !== usual && !forAll.has(name);
    let servers: { surroundings: PlainSurroundings; cluster: Cluster };

    beforeAll(async () => {
      if (own) servers = await started(workload);
      else {
        const { surroundings } = shared;
        const cluster = workload === usual ? shared.cluster : await system.open(surroundings, { workload });
        servers = { surroundings, cluster };
      }
    }, patience);
    afterAll(async () => {
      if (!own) return;
      await servers.cluster.close();
      await servers.surroundings.close();
    });

    const { operations } = findWorkload(workload);
    const asked = operations.filter(({ f }) => system.functions?.[workload]?.includes(f) ?? true);
    test.each(asked)("carries out $f", async (operation) => {
      const client = await servers.cluster.openClient("n1");
      const { f, example } = operation;
      const keyed = ["register", "write-skew", "causal-reverse", "log", "lock"].includes(workload);
      // A key of its own for each operation, whatever the others did.
      const key = keyed ? { key: `key of ${f}` } : {};
      await prepare(client, operations, operation);
      // Who releases a lock has taken it, and names the token that it was given.
      const taken: { readonly value?: Json } =
        f === "release" ? await client.invoke({ process: 0, f: "acquire", value: null, ...key }) : {};
      const argument = "value" in taken ? (taken.value ?? null) : example.argument;
      const completion = await client.invoke({ process: 0, f, value: argument, ...key });
      await client.close();
      // A compare-and-set of a register that nobody wrote finds another value; all else there is nothing against.
      expect(completion.type).toBe(f === "cas" ? "fail" : "ok");
      // Without a value of its own it has that of the invocation.
      if (completion.type === "ok" && isWrite(operation))
        expect(completion.value ?? argument).toEqual(f === "release" ? argument : example.result);
    });
  });

  const kept = Object.entries(usersServers).filter(([its]) => its === name);
  test.each(kept)(
    "%s is tested where it runs already: through faults on the links to its clients, and left as it was",
    async (_, { url, secured, version, everything, workload, systemSettings = {}, ...theirs }) => {
      const { surroundings } = shared;
      const address = surroundings.address("n1");
      await theirs.prepare?.(address);
      const before = await everything(address, runName);
      const front = secured === true ? await TlsFront.open(address) : undefined;
      const ca = join(surroundings.logs("n1"), "cert.pem");
      writeFileSync(ca, localhostCertificate.certificate);
      const { notes, description, history } = await runOnServers({
        system: name,
        workload,
        systemSettings,
        faults: ["partition", "latency"],
        running: {
          urls:
            front === undefined
              ? nodes.map((node) => url(surroundings.address(node)))
              : [`${url({ host: "localhost", port: front.port })}?ca=${ca}`],
        },
      });
      front?.close();
      expect(notes).toEqual([]);
      expect(description.versions["server"]).toMatch(version);
      const applied = [...history].filter(
        ({ process, f, error }) => process === "nemesis" && f.startsWith("start-") && error === undefined,
      );
      expect(applied.length).toBeGreaterThan(0);
      expect([...history].some(({ type }) => type === "ok")).toBe(true);
      const [check] = description.checks;
      if (check === undefined) throw new Error("the workload has no check");
      expect(judged(history, check)).toMatchObject({ valid: true, anomalies: [] });
      expect(await everything(address, runName)).toEqual(before);
    },
    60_000,
  );

  // The last, since nothing is left of its server then.
  test(
    "answers a ping, tells the time, and does neither once it is gone",
    async () => {
      const { surroundings, cluster } = shared;
      const address = surroundings.address("n1");
      expect(await cluster.ping(address, 5_000)).toBe(true);
      const before = Date.now();
      const clock = (await cluster.clock?.(address, 5_000)) ?? before;
      expect(Math.abs(clock - before)).toBeLessThan(5_000);
      // What is not our own says which server it is.
      if (system.missing !== undefined) expect(await cluster.version?.()).toMatch(/^[A-Za-z]+ v?\d+\.\d+/);
      const client = await cluster.openClient("n1");
      await surroundings.end("n1", "SIGKILL");
      // What was started may be a launcher, which takes the server along.
      await expect.poll(() => cluster.ping(address, 200), { timeout: 10_000 }).toBe(false);
      const read = readOf(usual);
      if (read !== undefined)
        expect(await client.invoke({ process: 0, key: 1, ...read })).toMatchObject({ type: "fail" });
      await client.close();
    },
    patience,
  );
});

/** Opens the accounts or rows that an operation asks for. */
async function prepare(
  client: Client,
  operations: readonly WorkloadOperation[],
  { f }: WorkloadOperation,
): Promise<void> {
  const init = operations.find((each) => each.f === "init");
  if (init === undefined || f === "init") return;
  await client.invoke({ process: 0, f: "init", value: init.example.argument });
}

/** Whether the result of an operation is its argument, whatever was there before. */
function isWrite({ example }: WorkloadOperation): boolean {
  return JSON.stringify(example.argument) === JSON.stringify(example.result);
}
